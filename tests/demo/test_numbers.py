"""Every number that the street's pages show is what a slow calculation of its own finds."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from loyalty.analytics import metrics, slipping
from loyalty.analytics.ground import Ground
from loyalty.customers.models import Customer
from loyalty.demo.shops import STREET
from loyalty.merchants.models import Merchant
from tests.demo.conftest import EVENING
from tests.demo.oracle import Oracle, visits

TODAY = EVENING.date()


@pytest.fixture(params=STREET, ids=lambda plan: plan.key)
def plan(request):
    return request.param


@pytest.fixture
def merchant_id(database, plan):
    with database.read() as session:
        query = sa.select(Merchant.id).where(Merchant.name == plan.name)
        return session.execute(query).scalar_one()


@pytest.fixture
def sold(home, plan, merchant_id):
    return visits(home / "loyalty.sqlite3", plan.name)


def figures(database, merchant_id, first, last):
    period = metrics.period_of(first_on=first, last_on=last, today=TODAY)
    with database.read() as session:
        return metrics.of(session, merchant_id=merchant_id, period=period).metrics


@pytest.mark.parametrize(("days", "back"), [(90, 0), (365, 0), (28, 60)])
def test_the_figures_of_a_period_are_those_of_the_visits(database, merchant_id, sold, days, back):
    last = TODAY - timedelta(days=back)
    slow = Oracle(sold, last - timedelta(days=days - 1), last)
    ours = figures(database, merchant_id, slow.first, last)
    assert ours["active_members"].value == slow.active() > 0
    assert ours["repeat_rate"].value == slow.repeat_rate()
    assert ours["new_visits"].value == slow.new_visits()
    assert ours["returning_visits"].value == slow.returning_visits()
    assert ours["visit_frequency"].value == slow.frequency()
    assert ours["average_purchase"].value == slow.average()
    parts = ours["churn"].parts
    assert (parts["lost"], parts["at_start"]) == slow.churn()
    if ours["clv_simple"].value is not None:
        assert ours["clv_simple"].value == slow.lifetime()
    states = {key: ours["states"].parts[key] for key in slow.states()}
    assert states == slow.states()
    assert sum(states.values()) == ours["states"].value
    for within in (30, 60, 90):
        one = ours[f"second_visit_{within}"]
        if one.value is not None:
            assert one.value == pytest.approx(slow.second_visit(within))
            assert one.low <= one.value <= one.high
    months = ours["cohorts"].parts["months"]
    assert months
    for row in months:
        assert (row["size"], row["back"]) == slow.cohort(row["month"])


def test_the_rows_of_each_table_add_up_to_their_number(database, merchant_id, sold):
    ours = figures(database, merchant_id, TODAY - timedelta(days=89), TODAY)
    spans = ours["new_visits"].parts["spans"]
    assert sum(each["new"] for each in spans) == ours["new_visits"].value
    assert sum(each["returning"] for each in spans) == ours["returning_visits"].value
    assert date.fromisoformat(spans[0]["from"]) == TODAY - timedelta(days=89)
    assert spans[-1]["to"] == TODAY.isoformat()
    often = ours["visit_frequency"].parts["members"]
    assert sum(each["members"] for each in often) == ours["active_members"].value
    gaps = ours["days_between_p50"].parts["gaps"]
    assert sum(each["gaps"] for each in gaps) == ours["days_between_p50"].n


def test_what_is_at_stake_is_what_the_visits_say(database, merchant_id, sold):
    """Of the living: who was erased stands in figures of the past, and in no list."""
    with database.read() as session:
        erased = {
            who.hex.upper()
            for who in session.execute(
                sa.select(Customer.id).where(Customer.erased_at.is_not(None))
            ).scalars()
        }
        ground = Ground(session, merchant_id, TODAY)
        sums = slipping.at_stake(ground)
        everybody = slipping.page(ground, states=slipping.SLIPPING, limit=10_000)
    slow = Oracle(sold, TODAY, TODAY)
    for state, stake in sums.items():
        many, total = slow.at_stake(state, erased)
        assert stake.members == many, state
        assert stake.spend_minor == pytest.approx(float(total), abs=1), state
    assert len(everybody) == sum(stake.members for stake in sums.values()) > 0
    money = [one.spend_minor for one in everybody]
    assert money == sorted(money, reverse=True)
