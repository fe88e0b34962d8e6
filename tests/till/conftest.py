"""Page tests: the whole application on SQLite, without JavaScript."""

import pytest

from tests.pages import Visitor, anybody, app, aurora, bruno, built, dario
from tests.tills import PIN, add_till, choose_pin, join

__all__ = ["anybody", "app", "aurora", "bruno", "built", "dario"]


@pytest.fixture
def phone(app, aurora) -> Visitor:
    """The shop's phone, just made a till; nobody is signed in on it."""
    phone = Visitor(app)
    join(phone, add_till(aurora))
    return phone


@pytest.fixture
def at_till(phone, shop) -> Visitor:
    """The same phone with Bruno, who came in by PIN."""
    choose_pin(phone, shop.cashier_email, PIN)
    return phone
