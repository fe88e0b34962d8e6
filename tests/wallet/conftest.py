"""Page tests: the whole application on SQLite, without JavaScript."""

from tests.pages import anybody, app, aurora, bruno, built, dario
from tests.wallet.phones import phone
from tests.wallet.wallets import annas_cards, annas_phone

__all__ = [
    "annas_cards",
    "annas_phone",
    "anybody",
    "app",
    "aurora",
    "bruno",
    "built",
    "dario",
    "phone",
]
