"""The whole kit in its one right order, for `create_app`."""

from flask import Flask

from loyalty.core.settings import Settings
from loyalty.web import (
    cardlook,
    guard,
    headers,
    health,
    locale,
    looks,
    observe,
    problems,
    reads,
    session,
    shopfront,
    static,
)

BODY_BYTES_MAX = 64 * 1024
_FORM_PARTS_MAX = 500


def prepare(app: Flask, settings: Settings) -> None:
    """Give `app` the kit; call it after `loyalty.api` is registered, for the errors are ours.

    `app` is made with `static_folder=None`; `core.db.use` has been called.
    """
    app.config.update(
        MAX_CONTENT_LENGTH=BODY_BYTES_MAX,
        MAX_FORM_MEMORY_SIZE=BODY_BYTES_MAX,
        MAX_FORM_PARTS=_FORM_PARTS_MAX,
    )
    observe.init_app(app)
    reads.init_app(app)
    session.init_app(app, settings)
    guard.init_app(app, settings)
    locale.init_app(app, settings)
    looks.init_app(app)
    cardlook.init_app(app)
    shopfront.init_app(app)
    headers.init_app(app, settings)
    static.init_app(app)
    app.register_blueprint(health.blueprint)
    problems.init_app(app)
