"""Flask-SQLAlchemy over the read engine of `core.db`: one read session a request, no writer."""

from typing import Any, NoReturn, cast

import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy.orm import Session

from loyalty.core import db


class ReadSession(FlaskSession):
    """Reads on the engine in use (AUTOCOMMIT: it holds no lock and no old snapshot)."""

    def get_bind(self, *_args: Any, **_kwargs: Any) -> sa.Engine:
        """The read engine, whatever is asked for."""
        return db.current().read_engine

    def flush(self, objects: Any = None) -> None:
        """Nothing to write is fine; something to write is a bug of ours."""
        changed = any((self.new, self.dirty, self.deleted))
        assert not changed, "reads.session() never writes"
        super().flush(objects)

    def commit(self) -> NoReturn:
        """Only `core.db.write()` commits."""
        raise AssertionError("reads.session() never commits")


class Reads(SQLAlchemy):
    """Flask-SQLAlchemy without engines of its own: `core.db` has made them already."""

    def __init__(self) -> None:
        super().__init__(session_options={"class_": ReadSession}, add_models_to_shell=False)

    def init_app(self, app: Flask) -> None:
        """One session per request, given back when the request ends."""
        app.extensions["sqlalchemy"] = self
        app.teardown_appcontext(self._teardown_session)


_reads = Reads()


def init_app(app: Flask) -> None:
    """Give each request of `app` its read session."""
    _reads.init_app(app)


def session() -> Session:
    """This request's read session; it is closed when the request ends."""
    return cast(Session, _reads.session())
