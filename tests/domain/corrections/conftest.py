"""After each of these tests the books of every shop are right, to the last rule of the audit."""

import pytest

from tests.domain.corrections.hands import clean


@pytest.fixture(autouse=True)
def the_books_are_right(shop):
    yield
    assert clean(shop)
