"""Pending: units count at once and can be used from an hour on, written or not."""

import pytest

from loyalty.core.errors import InsufficientUnits
from tests.builders import NOW
from tests.domain.law import holds, refused
from tests.domain.rulebook.book import (
    DAY,
    HOUR,
    POINTS,
    account,
    coffee,
    euros,
    join,
    kinds,
    lasting,
    points,
    stamps,
)

WAITING = [{**POINTS, "pending_hours": 48}]


@pytest.fixture
def waits(shop):
    """A card with fifteen points that may be used from the day after tomorrow."""
    card = join(shop, points(units=WAITING))
    shop.visit(card, 1_500)
    return card


def test_they_are_shown_as_pending_with_the_hour_from_which_they_can_be_used(shop, waits):
    balance = holds(shop, waits)
    assert (balance["available"], balance["pending"], balance["lifetime"]) == (0, 15, 15)
    assert balance["waiting"] == [{"units": 15, "at": "2026-11-23T10:00:00Z"}]


def test_they_cannot_be_redeemed_before_the_hour(shop, waits):
    with refused(shop, InsufficientUnits, unit="points", needed=10, available=0):
        shop.reserve(waits, "breakfast", at=NOW + 48 * HOUR - HOUR / 60)


def test_from_the_hour_on_they_can_though_nobody_wrote_it_down(shop, waits):
    at = NOW + 48 * HOUR
    assert account(shop, waits, at=at) == (15, 0, 0)
    assert kinds(shop, waits) == [("earn", 15)]
    body = shop.reserve(waits, "breakfast", at=at).body
    assert body["balances"]["points"]["available"] == 5
    assert kinds(shop, waits) == [("earn", 15), ("activate", 0), ("spend", -10)]


def test_that_they_are_ready_is_written_once_by_whoever_comes_first(shop, waits):
    at = NOW + 48 * HOUR
    shop.visit(waits, 100, at=at)
    shop.visit(waits, 100, at=at + HOUR)
    assert kinds(shop, waits) == [("earn", 15), ("activate", 0), ("earn", 1), ("earn", 1)]
    assert account(shop, waits, at=at + HOUR) == (15, 2, 0)


def test_a_refund_takes_what_still_waits_first(shop, waits):
    later = NOW + 48 * HOUR
    body = shop.visit(waits, 500, at=later).body
    assert body["balances"]["points"]["pending"] == 5
    first = shop.visit(waits, 300, at=later).body["ref"]
    shop.refund(first, 300, at=later)
    assert account(shop, waits, at=later) == (15, 5, 0)
    shop.void(body["ref"], at=later)
    assert account(shop, waits, at=later) == (15, 0, 0)


def test_a_refund_of_spent_units_takes_what_waits_before_anybody_owes(shop):
    card = join(shop, points(units=WAITING))
    visit = shop.visit(card, 1_000).body["ref"]
    later = NOW + 48 * HOUR
    shop.reserve(card, "breakfast", at=later)
    shop.visit(card, 700, at=later)
    shop.refund(visit, 1_000, at=later)
    assert account(shop, card, at=later) == (0, 0, 3)


def test_what_was_refunded_while_it_waited_never_becomes_ready(shop):
    card = join(shop, points(units=WAITING))
    visit = shop.visit(card, 1_250).body["ref"]
    shop.void(visit)
    shop.visit(card, 100, at=NOW + 3 * DAY)
    assert kinds(shop, card) == [("earn", 12), ("take", -12), ("earn", 1)]


def test_half_an_hour_before_the_clocks_change_two_days_are_forty_eight_hours(shop):
    card = join(shop, points(units=WAITING))
    saturday = NOW.replace(year=2027, month=3, day=27, hour=22, minute=30)
    shop.visit(card, 500, at=saturday)
    assert account(shop, card, at=saturday + 47 * HOUR) == (0, 5, 0)
    assert account(shop, card, at=saturday + 48 * HOUR) == (5, 0, 0)


def test_units_given_by_hand_do_not_wait(shop, waits):
    shop.adjust(waits, "points", 3)
    assert account(shop, waits) == (3, 15, 0)


def test_a_debt_is_repaid_at_once_though_the_rest_waits(shop):
    card = join(shop, points(units=WAITING))
    visit = shop.visit(card, 1_000).body["ref"]
    later = NOW + 48 * HOUR
    shop.reserve(card, "breakfast", at=later)
    shop.void(visit, at=later)
    assert account(shop, card, at=later) == (0, 0, 10)
    shop.visit(card, 1_500, at=later)
    assert account(shop, card, at=later) == (0, 5, 0)


def test_a_late_sale_waits_from_its_own_hour(shop):
    card = join(shop, points(units=WAITING))
    shop.visit(card, 500, occurred_at=NOW - 47 * HOUR, external_ref="R-1")
    assert account(shop, card) == (0, 5, 0)
    assert account(shop, card, at=NOW + HOUR) == (5, 0, 0)
    shop.visit(card, 300, occurred_at=NOW - 60 * HOUR, external_ref="R-2")
    assert account(shop, card) == (3, 5, 0)


def test_stamps_that_wait_fill_no_card_yet(shop):
    raw = stamps()
    card = join(shop, {**raw, "units": [{**raw["units"][0], "pending_hours": 24}]})
    assert not shop.visit(card, lines=[coffee(12)]).body["vouchers"]
    later = NOW + 24 * HOUR
    body = shop.visit(card, lines=[coffee(1)], at=later).body
    assert len(body["vouchers"]) == 1
    assert account(shop, card, "stamps", later) == (2, 1, 0)


def test_what_waits_and_would_end_meanwhile_ends_with_its_own_last_day(shop):
    card = join(shop, points(units=lasting("month_end", 1, pending_hours=48)))
    shop.visit(card, 500, tax=euros(0))
    assert account(shop, card, at=NOW + HOUR) == (0, 5, 0)
    assert account(shop, card, at=NOW + 60 * DAY) == (0, 0, 0)
