"""The API for other programs, `/api/v1`: JSON, problems, an exact OpenAPI document."""

from typing import Any

from flask import Flask
from flask_smorest import Api

from loyalty.api import (
    cards,
    causes,
    consents,
    corrections,
    customers,
    document,
    imports,
    program_changes,
    programs,
    redemptions,
    simulations,
    visits,
)
from loyalty.api.operation import CustomerConverter

SECTIONS = (
    customers.section,
    consents.section,
    cards.section,
    visits.section,
    redemptions.section,
    programs.section,
    corrections.section,
    causes.section,
    imports.section,
)


_BESIDE = (program_changes, simulations)  # they add to a section of another module


def register(app: Flask) -> None:
    """Add the API to `app`; before `web.kit.prepare`, which takes over the errors."""
    app.config.update(
        API_TITLE=document.TITLE,
        API_VERSION="1",
        OPENAPI_VERSION="3.1.0",
    )
    app.url_map.converters["customer"] = CustomerConverter
    api: Any = Api(app, spec_kwargs={"extra_plugins": [document.BetweenFields()]})
    api.DEFAULT_ERROR_RESPONSE_NAME = None
    api.ma_plugin.converter.add_attribute_function(document.describe_field)
    document.describe(api.spec)
    for section in SECTIONS:
        api.register_blueprint(section.blueprint, name=f"api_{section.name}")
    app.register_blueprint(document.blueprint)
    document.add_itself(app, api.spec)
