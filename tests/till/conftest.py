"""Page tests: the whole application on SQLite, without JavaScript."""

from tests.pages import anybody, app, aurora, bruno, built, dario

__all__ = ["anybody", "app", "aurora", "bruno", "built", "dario"]
