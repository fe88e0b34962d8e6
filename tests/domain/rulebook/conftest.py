"""After each of these tests: the books add up, and whatever was told says why in both languages."""

import pytest
import sqlalchemy as sa

from loyalty.audit import audit
from loyalty.counter.models import TierChange
from loyalty.ledger.models import Entry, Operation

_TOLD = (
    sa.select(Operation.answer).where(Operation.answer.is_not(None)),
    sa.select(Entry.reasons),
    sa.select(TierChange.reasons),
)


@pytest.fixture(autouse=True)
def every_book_adds_up_and_says_why(shop):
    yield
    with shop.database.read() as session:
        assert not audit(session)
        for query in _TOLD:
            for told in session.execute(query).scalars():
                _look_through(told)


def _look_through(told):
    """Sentences come in both languages and name things; numbers are whole."""
    assert not isinstance(told, float), told
    if isinstance(told, dict):
        if "it" in told or "en" in told:
            _read(told["it"])
            _read(told["en"])
        for part in told.values():
            _look_through(part)
    elif isinstance(told, list):
        for part in told:
            _look_through(part)


def _read(sentence):
    assert sentence.strip() == sentence != ""
    for slip in ("None", "--", "+-", "  ", "{", "Text(", "Fraction"):
        assert slip not in sentence, sentence
