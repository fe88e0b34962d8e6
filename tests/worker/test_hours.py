"""Clocks that are put right, a zone that changes, and a last moment that passes on the way."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from loyalty.campaigns import launching
from loyalty.core.db import table
from loyalty.merchants.models import Merchant
from tests.worker.writing import Desk


def moves(desk: Desk, timezone: str):
    with desk.database.write() as session:
        where = table(Merchant).c.id == desk.shop.merchant_id
        session.execute(sa.update(table(Merchant)).where(where).values(timezone=timezone))


def test_what_is_put_off_beyond_the_last_moment_does_not_leave_any_more(desk: Desk, postbox):
    desk.customer("Anna")
    postbox.rcpt = ["451 later"]
    campaign = desk.launch(not_after=desk.now + timedelta(minutes=30))
    desk.work()
    desk.work(hours=2)
    found = desk.campaign(campaign)
    assert (found.state, found.halted_for) == ("halted", "late")
    assert desk.states() == {"ready": 1}
    assert postbox.arrived == []


def test_a_clock_that_was_days_ahead_and_is_put_right_sends_nothing_by_itself_nor_twice(
    desk: Desk, postbox
):
    anna, bea = desk.customer("Anna"), desk.customer("Bea")
    assert anna.customer != bea.customer
    postbox.rcpt = ["451 later"]
    campaign = desk.launch()
    desk.work()
    desk.work(days=5)
    assert desk.campaign(campaign).halted_for == "late"
    desk.now -= timedelta(days=5)
    desk.turn(launching.resume, campaign, not_after=None)
    desk.work(minutes=10)
    desk.work(minutes=10)
    assert desk.states() == {"sent": 2}
    assert len(postbox.arrived) == 2


@pytest.mark.parametrize(
    ("saturday", "monday"),
    [
        ("2026-10-24T17:59:00+00:00", "2026-10-26T08:00:00+00:00"),  # an hour later by the sun
        ("2027-03-27T18:59:00+00:00", "2027-03-29T07:00:00+00:00"),
    ],
)
def test_over_the_night_in_which_clocks_change_letters_keep_the_shops_hours(
    desk: Desk, postbox, saturday, monday
):
    """A letter is put off on Saturday evening and waits for nine on Monday, not a minute less."""
    desk.now = datetime.fromisoformat(saturday) - timedelta(minutes=1)
    desk.customer("Anna")
    postbox.rcpt = ["451 later"]
    desk.launch()
    desk.work()
    opens = datetime.fromisoformat(monday)
    for at in (desk.now + timedelta(minutes=2), opens - timedelta(minutes=1)):
        desk.now = at
        desk.work()
        assert postbox.arrived == []
    desk.now = opens
    desk.work()
    assert len(postbox.arrived) == 1


def test_a_shop_that_moves_to_another_zone_writes_by_day_there(desk: Desk, postbox):
    desk.customer("Anna")
    desk.now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    postbox.rcpt = ["451 later"]
    desk.launch()
    desk.work()
    moves(desk, "America/New_York")  # four in the morning
    desk.work(minutes=10)
    desk.work(hours=4, minutes=49)
    assert postbox.arrived == []
    desk.work(minutes=1)
    assert len(postbox.arrived) == 1
