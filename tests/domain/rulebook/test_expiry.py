"""Expiry: units end with the last day of their lot in the shop's zone, and only visits move it."""

from datetime import UTC, datetime, timedelta

import pytest

from loyalty.core.errors import InsufficientUnits
from tests.builders import NOW
from tests.domain.import_desk import Desk
from tests.domain.law import holds, refused
from tests.domain.rulebook.book import DAY, join, kinds, lasting, points, there

JUST = timedelta(microseconds=1)
IDLE = lasting("inactivity", 2)


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


def ends(shop, card, at=NOW):
    """Units by their end."""
    return [(each["units"], each["at"]) for each in holds(shop, card, at=at)["expiring"]]


@pytest.mark.parametrize(
    ("kind", "months", "sold_at", "over"),
    [
        ("rolling", 12, NOW, utc(2027, 11, 21, 23)),
        ("rolling", 1, utc(2027, 1, 31, 10), utc(2027, 2, 28, 23)),
        ("rolling", 12, utc(2028, 2, 29, 10), utc(2029, 2, 28, 23)),
        ("month_end", None, utc(2027, 3, 1, 10), utc(2027, 3, 31, 22)),
        ("month_end", 1, utc(2027, 1, 31, 10), utc(2027, 2, 28, 23)),
        # Half past eleven at night in Greenwich is the first of the next month in Rome.
        ("month_end", None, utc(2027, 4, 30, 23, 30), utc(2027, 5, 31, 22)),
        ("year_end", None, utc(2026, 12, 31, 22, 59), utc(2026, 12, 31, 23)),
        ("year_end", None, utc(2026, 12, 31, 23), utc(2027, 12, 31, 23)),
        ("year_end", 12, NOW, utc(2027, 12, 31, 23)),
        ("inactivity", 2, utc(2026, 12, 31, 10), utc(2027, 2, 28, 23)),
    ],
)
def test_units_are_good_through_their_last_day_and_not_a_moment_longer(
    shop, kind, months, sold_at, over
):
    card = join(shop, points(units=lasting(kind, months)))
    shop.visit(card, 1_500, at=sold_at)
    assert ends(shop, card, sold_at) == [(15, over.isoformat().replace("+00:00", "Z"))]
    assert there(shop, card, at=over - JUST) == 15
    assert there(shop, card, at=over) == 0
    with refused(shop, InsufficientUnits, available=0):
        shop.reserve(card, "breakfast", at=over)
    shop.reserve(card, "breakfast", at=over - JUST)


def test_units_that_never_end_are_spent_last(shop):
    card = join(shop, points())
    shop.visit(card, 700)
    shop.publish(list(shop.programs)[-1], points(units=lasting("rolling", 1)))
    shop.visit(card, 700)
    shop.reserve(card, "breakfast")
    # Seven that end and three that do not are gone: four stay for good.
    assert (there(shop, card), ends(shop, card)) == (4, [])


def test_a_changed_expiry_is_for_new_units_only(shop):
    card = join(shop, points(units=lasting("rolling", 12)))
    shop.visit(card, 500)
    shop.publish(list(shop.programs)[-1], points(units=lasting("rolling", 1)))
    shop.visit(card, 300)
    assert ends(shop, card) == [(3, "2026-12-21T23:00:00Z"), (5, "2027-11-21T23:00:00Z")]


def test_what_ended_is_written_off_by_an_entry_of_its_own(shop):
    card = join(shop, points(units=lasting("rolling", 1)))
    shop.visit(card, 1_250)
    shop.visit(card, 100, at=NOW + 60 * DAY)
    assert kinds(shop, card) == [("earn", 12), ("expire", -12), ("earn", 1)]


# --- units that last while somebody comes --------------------------------------------------------


def test_a_visit_lets_all_that_is_still_good_last_from_that_day(shop):
    card = join(shop, points(units=IDLE))
    shop.visit(card, 500)
    later = NOW + 40 * DAY  # 31 December
    shop.visit(card, 300, at=later)
    assert ends(shop, card, later) == [(8, "2027-02-28T23:00:00Z")]
    assert there(shop, card, at=utc(2027, 2, 28, 22, 59)) == 8
    assert there(shop, card, at=utc(2027, 2, 28, 23)) == 0


def test_without_a_visit_they_end(shop):
    card = join(shop, points(units=IDLE))
    shop.visit(card, 500)
    assert there(shop, card, at=utc(2027, 1, 21, 22, 59)) == 5
    assert there(shop, card, at=utc(2027, 1, 21, 23)) == 0


def test_a_visit_after_the_end_does_not_bring_them_back(shop):
    card = join(shop, points(units=IDLE))
    shop.visit(card, 500)
    late = utc(2027, 1, 22, 10)
    shop.visit(card, 300, at=late)
    assert (there(shop, card, at=late), ends(shop, card, late)) == (
        3, [(3, "2027-03-22T23:00:00Z")],
    )  # fmt: skip
    assert kinds(shop, card) == [("earn", 5), ("expire", -5), ("earn", 3)]


def test_a_free_visit_is_a_visit_too(shop):
    card = join(shop, points(units=IDLE))
    shop.visit(card, 500)
    shop.visit(card, 0, at=NOW + 40 * DAY)
    assert there(shop, card, at=NOW + 80 * DAY) == 5


def test_what_is_not_a_visit_moves_no_end(shop):
    card = join(shop, points(units=IDLE))
    visit = shop.visit(card, 2_500).body["ref"]
    later = NOW + 40 * DAY
    redemption = shop.reserve(card, "breakfast", at=later).body["ref"]
    shop.cancel(redemption, at=later)
    shop.refund(visit, 500, at=later)
    assert ends(shop, card, later) == [(20, "2027-01-21T23:00:00Z")]


def test_units_given_by_hand_last_as_long_and_move_with_visits(shop):
    card = join(shop, points(units=IDLE))
    shop.adjust(card, "points", 9)
    assert ends(shop, card) == [(9, "2027-01-21T23:00:00Z")]
    shop.visit(card, 0, at=NOW + 40 * DAY)
    assert there(shop, card, at=NOW + 80 * DAY) == 9


def test_a_visit_entered_late_counts_for_its_own_day(shop):
    card = join(shop, points(units=IDLE))
    shop.visit(card, 500)
    later = NOW + 50 * DAY
    # It was 40 days ago, and written only now: the end is two months after it.
    shop.visit(card, 300, at=later, occurred_at=NOW + 40 * DAY, external_ref="R-1")
    assert ends(shop, card, later) == [(8, "2027-02-28T23:00:00Z")]


def test_a_visit_entered_after_a_younger_one_shortens_nothing(shop):
    card = join(shop, points(units=IDLE))
    shop.visit(card, 500, at=NOW + 40 * DAY)
    # What a sale of November brings lives on with the visit of December, at once and when read.
    body = shop.visit(card, 300, at=NOW + 41 * DAY, occurred_at=NOW, external_ref="R-1").body
    said = body["balances"]["points"]["expiring"]
    assert [(each["units"], each["at"]) for each in said] == [(8, "2027-02-28T23:00:00Z")]
    assert ends(shop, card, NOW + 41 * DAY) == [(8, "2027-02-28T23:00:00Z")]


def test_a_late_sale_that_a_later_visit_kept_alive_is_not_written_off_at_once(shop):
    card = join(shop, points(units=IDLE))
    shop.visit(card, 500, at=NOW + 50 * DAY)
    # Two months after it the sale of November would be over; the visit of January came in between.
    late = NOW + 70 * DAY
    shop.visit(card, 300, at=late, occurred_at=NOW, external_ref="R-1")
    assert there(shop, card, at=late) == 8


def test_new_rules_do_not_stop_old_units_from_lasting_while_somebody_comes(shop):
    card = join(shop, points(units=IDLE))
    shop.visit(card, 500)
    stars = {"key": "stars", "label": {"it": "stelle", "en": "stars"}}
    star = {"key": "base", "unit": "stars", "units": 1, "per": {"amount_minor": 100}}
    shop.publish(list(shop.programs)[-1], {"units": [stars], "earn": [star]})
    shop.visit(card, 300, at=NOW + 40 * DAY)
    # The points are from before; whoever comes still keeps them.
    assert ends(shop, card, NOW + 40 * DAY) == [(5, "2027-02-28T23:00:00Z")]


def test_units_that_slide_are_spent_by_the_end_they_have_now(shop):
    card = join(shop, points(units=IDLE))
    shop.visit(card, 700)
    shop.publish(list(shop.programs)[-1], points(units=lasting("rolling", 3)))
    shop.visit(card, 700, at=NOW + 50 * DAY)
    # The older ones end on 10 March, the newer ones on 10 April.
    shop.reserve(card, "breakfast", at=NOW + 50 * DAY)
    assert ends(shop, card, NOW + 50 * DAY) == [(4, "2027-04-10T22:00:00Z")]


def test_an_import_does_not_bring_back_what_had_ended_between_two_sales(shop, tmp_path):
    desk = Desk(shop, tmp_path)
    shop.program("idle", points(units=IDLE))
    result = desk.rows(
        "anna,2026-01-10,5.00,r1",
        "anna,2026-02-20,3.00,r2",
        "anna,2026-09-30,7.00,r3",
        "berta,2026-09-30,7.00,r4",
        "berta,2026-11-01,2.00,r5",
        program="idle",
    )
    assert result.accepted == 5
    # Anna's eight ended in April, two months after February; Berta came back in time.
    assert (desk.balance("anna", "idle"), desk.balance("berta", "idle")) == (7, 9)
