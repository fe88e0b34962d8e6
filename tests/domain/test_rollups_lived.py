"""Roll-ups after any history, and with many at once: making them anew changes nothing."""

import itertools
import os
from datetime import timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from loyalty.counter.rollups import upkeep
from tests.builders import NOW, open_shop
from tests.domain import wider
from tests.domain.corrections.hands import merge, unmerge
from tests.domain.eventful import KINDS, RULES, Days, do, live
from tests.domain.import_desk import Desk, written
from tests.domain.races import at_once
from tests.domain.summed import (
    TODAY,
    differences,
    figures,
    forget,
    rebuilt,
    right,
    sale,
    second_card,
)
from tests.domain.test_machines import run

# --- after any history


def test_an_eventful_shop_has_the_sums_of_its_visits(shop):
    live(shop)
    right(shop)


def test_an_import_adds_up_whatever_was_there_before(shop, tmp_path):
    desk = Desk(shop, tmp_path)
    sale(shop, shop.card(external_ref="c1"), 500)
    desk.run(written(tmp_path / "sales.csv", seed=4))
    right(shop)
    desk.run(written(tmp_path / "older.csv", seed=5))
    right(shop)


STEADY = settings(
    derandomize=not os.environ.get("WILD"),
    database=None,
    deadline=None,
    max_examples=int(os.environ.get("WILD", "6")),
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
PICK = st.integers(0, 99)
DEEDS = st.lists(st.tuples(st.sampled_from(KINDS), PICK, PICK, PICK), min_size=10, max_size=45)
_number = itertools.count(1)


@STEADY
@given(first=PICK, deeds=DEEDS)
def test_rebuilding_changes_nothing_after_random_days(database, first, deeds):
    name = f"Bar {next(_number)}"
    shop = open_shop(database, name=name, owner=f"r {name}", cashier=f"s {name}")
    shop.program("club", RULES[first % len(RULES)])
    days = Days(shop)
    for _ in range(4):
        days.enrol()
    for deed in deeds:
        do(days, *deed)
    right(shop)


def test_rebuilding_changes_nothing_whatever_two_shops_have_done(shop, stranger):
    run(wider.Wider, shop=shop, stranger=stranger)
    right(shop, stranger)


# --- at the same time


def test_two_cards_of_one_person_at_eight_tills_are_all_counted(shop):
    card = shop.card()
    cards = [card, second_card(shop, card)]
    for _ in range(3):
        found = at_once(lambda n: shop.visit(cards[n % 2], 100, coffees=n % 2))
        assert found == {"done": 8}
    assert figures(shop, card) == (TODAY, TODAY, 1, 24, 2_400)
    right(shop)


def test_late_sales_refunds_and_voids_beside_purchases_lose_nothing(shop):
    card = shop.card()
    other = second_card(shop, card)
    visits = [sale(shop, card, 500, 9), sale(shop, card, 300, 5)]
    deeds = (
        lambda: shop.visit(card, 100),
        lambda: shop.visit(other, 100, occurred_at=NOW - timedelta(days=30)),
        lambda: shop.refund(visits[0], 50),
        lambda: shop.void(visits[1]),
    )
    found = at_once(lambda n: deeds[n % 4]())
    assert set(found) <= {"done", "already_voided", "busy"}
    assert found["already_voided"] == 1
    right(shop)


def test_a_sale_on_a_card_of_another_program_while_its_holder_is_merged_goes_with_them(shop):
    """No account of the two is joined, so nothing but the holders' own rows can keep order."""
    for _ in range(5):
        one, other = shop.card(), shop.card("stamps")
        found = at_once(
            lambda n, one=one, other=other: (
                merge(shop, one, other) if n == 3 else shop.visit(one, 100)
            )
        )
        assert found == {"done": 8}
        assert figures(shop, one) is None
        assert figures(shop, other)[3:] == (7, 700)
        found = at_once(lambda n, one=one: unmerge(shop, one) if n == 3 else shop.visit(one, 100))
        assert found == {"done": 8}
        assert figures(shop, one)[3:] == (14, 1_400)
        assert figures(shop, other) is None
    right(shop)


def test_rebuilding_beside_tills_at_work_loses_nothing(shop):
    cards = [shop.card() for _ in range(4)]
    for card in cards:
        sale(shop, card, 100, 3)

    def act(number):
        if number % 4 == 3:
            forget(shop)
            rebuilt(shop)
            return None
        return [shop.visit(cards[number % 4], 100) for _ in range(6)][-1]

    assert set(at_once(act)) <= {"done", "busy"}
    rebuilt(shop)
    right(shop)


def test_an_addition_where_one_that_came_later_is_known_is_noticed(shop, monkeypatch):
    """Only adding up afresh is right for a sale entered late."""
    card = shop.card()
    sale(shop, card, 100)
    monkeypatch.setattr(upkeep, "restate", lambda *_given, **_more: None)
    shop.visit(card, 100, occurred_at=NOW - timedelta(days=3))
    assert differences(shop) != []
    monkeypatch.undo()
    rebuilt(shop)
