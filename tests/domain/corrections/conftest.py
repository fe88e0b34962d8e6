"""After each of these tests the books of every shop are right, to the last rule of the audit."""

import pytest

from tests.domain.corrections.hands import clean


@pytest.fixture(autouse=True)
def the_books_are_right(shop):
    yield
    assert clean(shop)


@pytest.fixture
def pair(shop):
    """An old card and a young one of the same person, who has not told us yet."""
    return shop.card(name="Anna"), shop.card(name="anna")
