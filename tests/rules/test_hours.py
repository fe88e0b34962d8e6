"""At which hours letters may leave: the first moment that is allowed, whatever clocks do."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from loyalty.campaigns.hours import next_open

ZONES = ("Europe/Rome", "America/New_York", "Asia/Beirut", "Australia/Lord_Howe", "Asia/Kolkata")
# Around the nights in which Europe changes its clocks, and others in these weeks.
NIGHTS = (datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC))
STEP = timedelta(minutes=15)


def is_open(at, zone, from_hour, until_hour, on_sundays):
    """The same, said anew."""
    here = at.astimezone(ZoneInfo(zone))
    return from_hour <= here.hour < until_hour and (on_sundays or here.isoweekday() != 7)


@given(
    night=st.sampled_from(NIGHTS),
    quarters=st.integers(-5 * 96, 5 * 96),
    zone=st.sampled_from(ZONES),
    hours=st.tuples(st.integers(0, 23), st.integers(1, 24)).filter(lambda one: one[0] < one[1]),
    on_sundays=st.booleans(),
)
@example(night=NIGHTS[0], quarters=-76, zone="Europe/Rome", hours=(2, 3), on_sundays=True)  # 2 is 3
def test_it_is_the_first_quarter_of_an_hour_that_is_open(night, quarters, zone, hours, on_sundays):
    at = night + quarters * STEP
    opens = next_open(
        at, timezone=zone, from_hour=hours[0], until_hour=hours[1], on_sundays=on_sundays
    )
    first = at
    while not is_open(first, zone, *hours, on_sundays):
        first += STEP
    assert opens == first
