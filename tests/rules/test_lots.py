"""Which units give way first."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from loyalty.ledger import lots
from loyalty.ledger.lots import LotState

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


def lot(number, remaining=5, days=None):
    expires_at = None if days is None else NOW + timedelta(days=days)
    return LotState(
        UUID(int=number), UUID(int=0), UUID(int=0), 1, 10, remaining, expires_at,
        ends_at=expires_at,
    )  # fmt: skip


def spent(found, units):
    return [(take.lot.id.int, take.units) for take in lots.plan_spend(found, units, NOW)]


def test_the_soonest_to_expire_goes_first_and_what_never_expires_last():
    assert spent([lot(1), lot(2, days=30), lot(3, days=3)], 12) == [(3, 5), (2, 5), (1, 2)]


def test_of_two_that_expire_together_the_older_goes_first():
    assert spent([lot(2, days=3), lot(1, days=3)], 6) == [(1, 5), (2, 1)]


def test_what_is_over_is_never_spent_whether_its_entry_is_written_or_not():
    assert spent([lot(1, days=0), lot(2, days=-1), lot(3, days=1)], 9) == [(3, 5)]
    assert lots.available([lot(1, days=0), lot(2, days=-1), lot(3, days=1)], NOW) == 5


def test_expiry_takes_all_that_is_left_of_what_is_over_and_nothing_else():
    found = [lot(1, days=0), lot(2, 0, days=-1), lot(3, days=1), lot(4)]
    assert [(take.lot.id.int, take.units) for take in lots.plan_expiry(found, NOW)] == [(1, 5)]


LOTS = st.lists(st.tuples(st.integers(0, 10), st.none() | st.integers(-5, 5)), max_size=8).map(
    lambda found: [lot(number, *each) for number, each in enumerate(found)]
)


@given(LOTS, st.integers(0, 60))
def test_a_plan_takes_what_was_asked_or_all_there_is_and_never_more_than_a_lot_holds(found, units):
    takes = lots.plan_spend(found, units, NOW)
    assert sum(take.units for take in takes) == min(units, lots.available(found, NOW))
    assert all(0 < take.units <= take.lot.remaining for take in takes)
    assert [take.lot for take in takes] == lots.soonest_first(take.lot for take in takes)


@given(LOTS)
def test_every_unit_is_either_spendable_or_due_to_expire(found):
    due = sum(take.units for take in lots.plan_expiry(found, NOW))
    assert due + lots.available(found, NOW) == sum(each.remaining for each in found)
