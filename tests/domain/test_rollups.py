"""Roll-ups: what counts as a visit, a day, a habit and a member's state."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from loyalty.core.errors import LoyaltyError
from loyalty.counter.requests import LineRequest
from loyalty.counter.rollups import reading
from tests.builders import NOW
from tests.domain.corrections.hands import merge, move, unmerge
from tests.domain.summed import TODAY, figures, kept, of, right, sale, second_card

# --- what counts


def test_visits_of_a_day_are_one_visit_day_and_gaps_are_between_days(shop):
    card = shop.card()
    for days_ago, amount in ((10, 500), (10, 300), (3, 200), (0, 100)):
        sale(shop, card, amount, days_ago)
    assert figures(shop, card) == (TODAY - timedelta(days=10), TODAY, 3, 4, 1_100)
    assert (of(shop, card).gap_days_sum, of(shop, card).repeat_days) == (10, 2)
    right(shop)


def test_a_member_is_the_person_with_all_their_cards(shop):
    card = shop.card()
    stamps = second_card(shop, card)
    sale(shop, card, 500, 2)
    shop.visit(stamps, 250, coffees=1)
    assert figures(shop, card) == (TODAY - timedelta(days=2), TODAY, 2, 2, 750)
    right(shop)


def test_a_visit_without_an_amount_is_a_visit_of_nothing(shop):
    stamps = shop.card("stamps")
    shop.visit(stamps, coffees=2)
    assert figures(shop, stamps) == (TODAY, TODAY, 1, 1, 0)
    right(shop)


def test_a_fully_refunded_visit_is_still_one_and_a_voided_one_never_was(shop):
    card = shop.card()
    first, second = sale(shop, card, 500, 4), sale(shop, card, 300)
    shop.refund(first, 200)
    shop.refund(first, 300)
    assert figures(shop, card) == (TODAY - timedelta(days=4), TODAY, 2, 2, 300)
    shop.void(second)
    assert figures(shop, card) == (*[TODAY - timedelta(days=4)] * 2, 1, 1, 0)
    shop.void(first)
    assert figures(shop, card) is None
    right(shop)
    sale(shop, card, 100)
    assert figures(shop, card) == (TODAY, TODAY, 1, 1, 100)
    right(shop)


def test_a_sale_entered_late_moves_the_first_day_or_fills_a_gap(shop):
    card = shop.card()
    sale(shop, card, 500)
    for days_ago in (20, 5, 5):
        shop.visit(card, 100, occurred_at=NOW - timedelta(days=days_ago))
    assert figures(shop, card) == (TODAY - timedelta(days=20), TODAY, 3, 4, 800)
    right(shop)


def test_a_moved_visit_counts_with_the_one_to_whom_it_went(shop):
    wrong, own = shop.card(), shop.card()
    visit = sale(shop, wrong, 500)
    move(shop, visit, own)
    assert (figures(shop, wrong), figures(shop, own)) == (None, (TODAY, TODAY, 1, 1, 500))
    right(shop)


def test_two_who_are_one_count_as_one_until_they_are_parted(shop):
    cards = [shop.card(), shop.card()]
    sale(shop, cards[0], 500, 8)
    for card in cards:
        sale(shop, card, 100)
    before = [figures(shop, card) for card in cards]
    merge(shop, *cards)
    assert figures(shop, cards[0]) is None
    assert figures(shop, cards[1]) == (TODAY - timedelta(days=8), TODAY, 2, 3, 700)
    right(shop)
    unmerge(shop, cards[0])
    assert [figures(shop, card) for card in cards] == before
    right(shop)


def test_a_month_and_a_day_are_of_the_shops_calendar(shop):
    card = shop.card()
    midnight = NOW.replace(month=10, day=31, hour=23, minute=30)  # 1 November in Rome
    shop.visit(card, 400, at=midnight, location="Centro")
    sale(shop, card, 100)
    with shop.database.read() as session:
        months = session.execute(sa.text("SELECT month_on, visits, spend_minor FROM member_month"))
        assert [(str(row[0]), *row[1:]) for row in months] == [("2026-11-01", 2, 500)]
        days = session.execute(
            sa.text("SELECT local_on, visits, spend_minor FROM shop_day ORDER BY local_on")
        )
        assert [(str(row[0]), *row[1:]) for row in days] == [
            ("2026-11-01", 1, 400),
            ("2026-11-21", 1, 100),
        ]
    right(shop)


# --- habits


def bought(*names, milli=1_000):
    return [LineRequest(item=name, quantity_milli=milli, amount_minor=100) for name in names]


def test_the_favourite_is_what_was_bought_in_most_visits(shop):
    card = shop.card()
    sale(shop, card, 300, 3, lines=bought("tè", "tè", "toast"))
    assert of(shop, card).favourite == "tè"
    late = sale(shop, card, 200, 1, lines=bought("toast", "brioche"))
    assert of(shop, card).favourite == "toast"
    right(shop)
    shop.void(late)
    assert of(shop, card).favourite == "tè"
    right(shop)


def test_of_equally_frequent_products_more_of_it_wins_then_the_name(shop):
    card = shop.card()
    sale(shop, card, 100, lines=bought("torta"))
    sale(shop, card, 100, lines=bought("Zuppa", milli=1_000))
    assert of(shop, card).favourite == "Zuppa"
    sale(shop, card, 100, lines=bought("acqua", milli=3_000))
    assert of(shop, card).favourite == "acqua"
    coded = [LineRequest(sku="A1", item=name, amount_minor=100) for name in ("uno", "due")]
    sale(shop, card, 200, lines=coded)
    sale(shop, card, 200, lines=coded)
    assert of(shop, card).favourite == "A1"
    right(shop)


def test_the_usual_weekday_and_hour_are_by_the_shops_clocks(shop):
    card = shop.card()
    for days_ago in (0, 7, 2):
        sale(shop, card, 100, days_ago)  # 11 in Rome; the last on a Thursday
    summer = NOW.replace(month=7, day=2)  # 12 in Rome, a Thursday
    shop.visit(card, 100, occurred_at=summer)
    assert (of(shop, card).weekday, of(shop, card).hour) == (4, 11)
    assert of(shop, shop.card()) is None
    right(shop)


# --- everybody at once


def test_each_member_is_in_the_state_that_the_product_defines(shop):
    days_ago = {
        "new": (30,),
        "one_off": (90, 61),
        "active": (20, 10, 0),
        "cooling": (70, 50, 30),
        "lapsed": (80, 70, 60),
        "lost": (300, 290, 280),
    }
    for days in days_ago.values():
        card = shop.card()
        for each in days:
            sale(shop, card, 100, each)
    shop.card()  # enrolled without a visit
    ours = {"merchant_id": shop.merchant_id}
    with shop.database.read() as session:
        gaps, repeats = 29 + 20 + 40 + 20 + 20, 1 + 2 * 4
        assert reading.mean_gap(session, **ours) * repeats == gaps
        cells = reading.fifths(session, **ours)
    assert sum(cell.members for cell in cells) == len(days_ago)
    assert {cell.recency for cell in cells} == {1, 2, 3, 4, 5}


def test_a_shop_where_nobody_came_twice_has_a_mean_gap_of_thirty_days(shop):
    sale(shop, shop.card(), 100)
    with shop.database.read() as session:
        assert reading.mean_gap(session, merchant_id=shop.merchant_id) == 30


def test_a_refused_visit_leaves_the_sums_as_they_were(shop):
    card = shop.card()
    sale(shop, card, 100)
    before = kept(shop.database)
    with pytest.raises(LoyaltyError):
        shop.visit(card, None)
    assert kept(shop.database) == before
