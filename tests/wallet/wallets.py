"""A worker at hand, the codes that were mailed, and the way in with one."""

import pytest
import sqlalchemy as sa

from loyalty.core import clock
from loyalty.core.db import table
from loyalty.core.mail import Mail
from loyalty.worker.chores import CHORES
from loyalty.worker.once import once
from tests.pages import Visitor

ANNA = "anna@example.it"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)


def work(shop):
    """What the worker does a second later."""
    once(shop.database, CHORES, at=clock.now())


def codes(shop, address=ANNA):
    """The codes that were mailed to an address, the oldest first."""
    with shop.database.read() as session:
        columns = table(Mail).c
        rows = session.execute(
            sa.select(columns.facts)
            .where(columns.address == address, columns.kind == "sign_in_code")
            .order_by(columns.id)
        )
        return [row.facts["code"] for row in rows]


def ask(visitor, address=ANNA):
    return visitor.submit(visitor.get("/w"), "/w", email=address)


def sign_in(visitor, shop, address=ANNA):
    page = ask(visitor, address)
    work(shop)
    return visitor.submit(page, "/w/code", code=codes(shop, address)[-1])


@pytest.fixture
def annas_cards(shop, stranger):
    """Points at Aurora's, stamps at Dario's next door."""
    return [
        shop.card("points", name="Anna", email=ANNA, at=clock.now()),
        stranger.card("stamps", name="Anna", email="Anna@Example.it", at=clock.now()),
    ]


@pytest.fixture
def annas_phone(app, shop, annas_cards):
    """A phone in which Anna has all her cards."""
    visitor = Visitor(app)
    visitor.client.environ_base["HTTP_USER_AGENT"] = IPHONE
    assert sign_in(visitor, shop).status == 200
    return visitor
