"""The web application: settings, database, one surface for each audience, then the kit."""

import os

from flask import Flask

from loyalty import api
from loyalty.assets import asset_root
from loyalty.core import db
from loyalty.core.db import Database
from loyalty.core.settings import Settings
from loyalty.portal import views as portal
from loyalty.till import views as till
from loyalty.wallet import views as wallet
from loyalty.web import kit


def create_app(settings: Settings | None = None, database: Database | None = None) -> Flask:
    """The WSGI application on this installation's database; it never migrates (loyalty setup does).

    Raises SettingsRefused when the environment cannot be used.
    """
    chosen = settings or Settings.from_environment(os.environ)
    db.use(database or Database(chosen))
    templates = asset_root() / "templates"
    app = Flask("loyalty", template_folder=str(templates), static_folder=None)
    api.register(app)
    _register_pages(app)
    kit.prepare(app, chosen)
    return app


def _register_pages(app: Flask) -> None:
    for surface in (till, wallet, portal):
        app.register_blueprint(surface.blueprint)
