"""Page tests: the whole application on SQLite, without JavaScript."""

from tests.pages import anybody, app, aurora, bruno, built, dario
from tests.wallet.phones import phone

__all__ = ["anybody", "app", "aurora", "bruno", "built", "dario", "phone"]
