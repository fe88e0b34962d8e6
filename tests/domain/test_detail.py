"""What was sold is cleared after a while; books, refunds and sums do not miss it."""

import random
from datetime import timedelta

import pytest
import sqlalchemy as sa

from loyalty.audit import audit
from loyalty.core.ids import parse_ref
from loyalty.counter import detail
from loyalty.counter.models import VisitLine
from loyalty.counter.requests import LineRequest
from loyalty.counter.rollups.models import MemberProduct
from loyalty.replay.whole import replay
from tests.builders import NOW
from tests.programs import STAMPS, with_changes

LATER = NOW + timedelta(days=400)
BY_LINE = with_changes(
    STAMPS,
    stamps=None,
    rewards=[],
    earn=[
        {"key": "coffee", "unit": "stamps", "units": 3, "per": {"item": 1},
         "when": {"categories": ["coffee"]}},
        {"key": "cake", "unit": "stamps", "units": 7, "per": {"amount_minor": 50},
         "when": {"skus": ["CAKE-1", "CAKE-2"]}},
        {"key": "double", "unit": "stamps", "multiply_percent": 200,
         "when": {"skus": ["CAKE-2", "ESP"]}},
        {"key": "any", "unit": "stamps", "units": 1, "per": {"amount_minor": 100}},
    ],
)  # fmt: skip
SOLD = [
    LineRequest("ESP", "Espresso", "coffee", 3_000, 330),
    LineRequest("CAKE-1", "Torta di mele", "cake", 2_000, 700),
    LineRequest("CAKE-2", "Torta di pere", "cake", 1_000, 410),
    LineRequest(None, "Giornale", None, 1_000, 150),
    LineRequest(None, None, "coffee", 2_000, 260),
]


@pytest.fixture
def club(shop):
    raw = {key: value for key, value in BY_LINE.items() if value is not None}
    shop.program("lines", raw)
    return shop


def clear(shop, *cards, before=None):
    with shop.database.write() as session:
        ids = [parse_ref("crd", card.ref) for card in cards]
        return detail.clear(session, merchant_id=shop.merchant_id, card_ids=ids, before=before)


def sound(shop):
    with shop.database.read() as session:
        assert audit(session) == []
        report = replay(session)
        assert report.differences == []
        return session


def told(shop):
    """What is still known of lines: how many say anything."""
    with shop.database.read() as session:
        rows = session.execute(sa.select(VisitLine.sku, VisitLine.item, VisitLine.category))
        return sum(any(row) for row in rows)


def liked(shop):
    with shop.database.read() as session:
        return session.execute(sa.select(sa.func.count()).select_from(MemberProduct)).scalar_one()


@pytest.mark.parametrize("seed", range(4))
def test_lines_that_were_cleared_are_refunded_as_if_they_were_known(club, seed):
    chance = random.Random(seed)
    cleared, known = club.card("lines"), club.card("lines")
    amount = sum(line.amount_minor for line in SOLD)
    visits = [club.visit(card, amount, lines=SOLD).body["ref"] for card in (cleared, known)]
    assert clear(club, cleared) == len(SOLD)
    sound(club)
    for _ in range(4):
        number = chance.randint(1, len(SOLD))
        pieces = ((number, 125 * chance.randint(1, 2)),)
        gone, stood = (club.refund(visit, lines=pieces, at=LATER).body for visit in visits)
        for said in ("earned", "amount", "balances"):
            assert gone[said] == stood[said]
        sound(club)
    gone, stood = (club.void(visit, at=LATER).body for visit in visits)
    assert gone["earned"] == stood["earned"]
    sound(club)


def test_clearing_takes_words_and_favourites_and_no_number(club):
    card = club.card("lines", name="Carla")
    club.visit(card, None, lines=SOLD)
    with club.database.read() as session:
        kept = [VisitLine.number, VisitLine.quantity_milli, VisitLine.amount_minor]
        before = session.execute(sa.select(*kept).order_by(VisitLine.number)).all()
    assert (told(club), liked(club)) == (5, 4)
    assert clear(club, card) == 5
    assert clear(club, card) == 0
    assert (told(club), liked(club)) == (0, 0)
    with club.database.read() as session:
        assert session.execute(sa.select(*kept).order_by(VisitLine.number)).all() == before
    club.visit(card, None, lines=SOLD[:1])
    assert (told(club), liked(club)) == (1, 1)
    sound(club)


def test_only_what_is_older_goes(club):
    card = club.card("lines")
    for days in (0, 30, 60):
        club.visit(card, None, lines=SOLD, at=NOW + timedelta(days=days))
    assert clear(club, card, before=(NOW + timedelta(days=30)).date()) == 5
    assert told(club) == 10
    sound(club)


def test_a_line_is_only_ever_cleared(club):
    card = club.card("lines")
    club.visit(card, None, lines=SOLD[:1])
    for values in ({"item": "Vino"}, {"sku": None}, {"rules": ["any"]}, {"quantity_milli": 1}):
        with pytest.raises(sa.exc.DatabaseError), club.database.write() as session:
            session.execute(sa.update(VisitLine).values(**values))
    gone = {"sku": None, "item": None, "category": None, "rules": []}
    clear(club, card)
    with pytest.raises(sa.exc.DatabaseError), club.database.write() as session:
        session.execute(sa.update(VisitLine).values(**{**gone, "rules": ["any"]}))
