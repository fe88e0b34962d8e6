"""Replay: the whole log told again gives the same balances, lots, levels and pledges."""

import itertools
import os

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from loyalty.counter import chores
from loyalty.replay.whole import replay
from tests.builders import open_shop
from tests.domain.eventful import REWARDS, RULES, Days

STEADY = settings(
    derandomize=not os.environ.get("WILD"),
    database=None,
    deadline=None,
    max_examples=int(os.environ.get("WILD", "10")),
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
NUMBER, SEEN = itertools.count(1), set()
PICK = st.integers(0, 99)


def told(database, merchant_id=None):
    with database.read() as session:
        return replay(session, merchant_id=merchant_id)


def same(database):
    report = told(database)
    assert [each.sentence.en for each in report.differences] == []
    return report


def a_deed(days, draw):
    kind = draw(st.sampled_from(KINDS))
    pick = draw(PICK)
    card = days.cards[pick % len(days.cards)]
    other = days.cards[draw(PICK) % len(days.cards)]
    visit = days.visits[pick % len(days.visits)] if days.visits else None
    redemption = days.redemptions[pick % len(days.redemptions)] if days.redemptions else None
    if kind == "visit":
        days.visit(card, draw(st.sampled_from([130, 700, 1_999, 4_000])), draw(st.integers(0, 5)))
    elif kind == "late":
        days.visit(card, draw(st.sampled_from([700, 2_500])), 1, back=draw(st.sampled_from([1, 30, 75])))
    elif kind == "refund" and visit:
        amount = draw(st.sampled_from([1, 130, 700, 1_999]))
        days.refund(visit, amount) if pick % 2 else days.refund(visit, lines=((1, 1_000),))
    elif kind == "void" and visit:
        days.void(visit)
    elif kind == "move" and visit:
        days.move(visit, card if pick % 3 else other)
    elif kind == "reserve":
        days.reserve(card, REWARDS[draw(PICK) % 3])
    elif kind == "fulfil" and redemption:
        days.fulfil(redemption)
    elif kind == "cancel" and redemption:
        days.cancel(redemption)
    elif kind == "adjust":
        days.adjust(card, ("points", "stamps")[pick % 2], draw(st.sampled_from([-3, 2, 9])))
    elif kind == "merge":
        days.merge(card, other)
    elif kind == "part":
        days.part(card)
    elif kind == "publish":
        days.publish(RULES[pick % len(RULES)], adopt=bool(draw(PICK) % 3))
    elif kind == "night":
        days.night()
    elif kind == "lengthen":
        days.chore("lengthen", chores.lengthen)
    elif kind == "pass":
        days.day += draw(st.sampled_from([1, 1, 5, 16, 40]))


KINDS = (os.environ.get("KINDS") or "visit visit visit late refund void reserve fulfil cancel adjust move merge part publish night lengthen pass pass").split()


@pytest.mark.parametrize("engine", ["sqlite"])
@STEADY
@given(st.data())
def test_random_days(database, data):
    number = next(NUMBER)
    shop = open_shop(database, name=f"Bar {number}", owner=f"o{number}", cashier=f"c{number}")
    name = "club"
    shop.program(name, RULES[data.draw(PICK) % len(RULES)])
    days = Days(shop, name)
    for _ in range(4):
        days.enrol()
    for _ in range(data.draw(st.integers(5, 45))):
        a_deed(days, data.draw)
    report = told(database, shop.merchant_id)
    assert [each.sentence.en for each in report.differences] == []
    SEEN.update(days.done)


def teardown_module():
    print(sorted(map(str, SEEN)))
