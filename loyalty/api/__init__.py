"""The API for other programs, `/api/v1`: JSON, problems, an exact OpenAPI document."""

from flask import Flask

from loyalty.api import document
from loyalty.api.operation import CustomerConverter
from loyalty.api.sections import SECTIONS


def register(app: Flask) -> None:
    """Add the API to `app`."""
    app.url_map.converters["customer"] = CustomerConverter
    for section in SECTIONS:
        app.register_blueprint(section.blueprint)
    app.register_blueprint(document.blueprint)
