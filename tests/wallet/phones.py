"""Phones on which cards are open."""

import pytest

from loyalty.cards import claims
from loyalty.core.ids import parse_ref
from tests.pages import Visitor


@pytest.fixture
def phone(app):
    """A phone on which a card has been opened."""

    def open_card(card):
        visitor = Visitor(app)
        path = "/c/open/" + claims.claim_token(parse_ref("clm", card.claim))
        assert visitor.submit(visitor.get(path), "/c/open/").status == 200
        return visitor

    return open_card
