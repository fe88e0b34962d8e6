"""The figures of a shop against a slow calculation of their own, on both databases."""

import itertools
import random
from datetime import date, timedelta
from fractions import Fraction
from uuid import UUID

import pytest

from bench.naive import Naive, by_customer
from loyalty.analytics import measures, metrics, standing
from loyalty.analytics.measures import Measures
from loyalty.analytics.past import Past, read
from loyalty.analytics.returning import second_visits
from loyalty.core.errors import Invalid
from loyalty.customers.models import Customer
from loyalty.merchants import places
from tests.builders import NOW
from tests.domain.import_desk import Desk
from tests.domain.summed import TODAY, sale


@pytest.fixture
def desk(shop, tmp_path):
    return Desk(shop, tmp_path)


def lived(seed=3, people=32, days=420):
    """Sales of members of every rhythm: customer, day, cents; and the second place some go to."""
    dice, rows = random.Random(seed), []
    for number in range(people):
        often, day = dice.choice([5, 9, 20, 40]), dice.randrange(days)
        while day < days:
            on = TODAY - timedelta(days=days - 1 - day)
            rows.append((f"c{number}", on, dice.randrange(100, 3_000), dice.choice(["A", "B"])))
            if dice.random() < 0.2:
                rows.append((f"c{number}", on, 500, "A"))
            day += 90 if dice.random() < 0.1 else 1 + int(dice.expovariate(1 / often))
    return rows


@pytest.fixture
def sold(desk):
    """A year and more of such sales, in the books."""
    rows = lived()
    written = [f"{who},{on},{cents / 100:.2f},{place}" for who, on, cents, place in rows]
    desk.rows(*written, head="customer,occurred_at,amount,location")
    return rows


def figures(shop, **asked):
    with shop.database.read() as session:
        place = asked.pop("location_id", None)
        period = metrics.period_of(
            first_on=asked.get("first_on"), last_on=asked.get("last_on"), today=TODAY
        )
        return metrics.of(
            session, merchant_id=shop.merchant_id, period=period, location_id=place
        ).metrics


def days_of(sold, place=None):
    return by_customer((who, on) for who, on, _, where in sold if place in (None, where))


# --- states


def test_the_states_of_all_members_are_the_naive_ones_on_three_dates(shop, sold):
    """Of today by the database, of any day by the visits, both beside the slow oracle."""
    naive = Naive(days_of(sold))
    with shop.database.read() as session:
        names = {row.id: row.external_ref for row in session.query(Customer)}
        known = read(session, merchant_id=shop.merchant_id)
        for on in (TODAY, TODAY - timedelta(days=77), TODAY - timedelta(days=200)):
            ours = {names[who]: state for who, state in known.states(on.toordinal()).items()}
            assert ours == naive.states(on)
            if on == TODAY:
                assert set(ours.values()) >= {"active", "cooling", "lapsed", "reactivated", "new"}
                whose = {"merchant_id": shop.merchant_id}
                measure = standing.yardstick(session, on=on, **whose)
                one_by_one = standing.states(
                    session, customer_ids=list(names), measure=measure, **whose
                )
                assert {names[who]: state for who, state in one_by_one.items()} == ours
                counted = standing.counts(session, merchant_id=shop.merchant_id, on=on)
                assert counted == {state: list(ours.values()).count(state) for state in counted}


# --- counts


@pytest.mark.parametrize("place", [None, "A"])
def test_counts_rates_and_averages_are_what_a_slow_look_finds(shop, sold, place):
    first, last = TODAY - timedelta(days=59), TODAY
    with shop.database.write() as session:
        where = place and places.find_or_add_location(
            session, merchant_id=shop.merchant_id, name=place, at=NOW
        )
    found = figures(shop, first_on=first, last_on=last, location_id=where)
    whole = days_of(sold, place)
    inside = {who: [day for day in days if first <= day <= last] for who, days in whole.items()}
    active = {who: days for who, days in inside.items() if days}
    visit_days = sum(map(len, active.values()))
    new = sum(whole[who][0] >= first for who in active)
    again = sum(len(days) > 1 for days in active.values())
    cents = [c for _, on, c, where in sold if first <= on <= last and place in (None, where)]
    assert found["active_members"].value == len(active)
    assert found["new_visits"].value == new
    assert found["returning_visits"].value == visit_days - new
    assert found["repeat_rate"].value == Fraction(100 * again, len(active))
    assert found["repeat_rate"].low < found["repeat_rate"].value < found["repeat_rate"].high
    assert found["visit_frequency"].value == Fraction(visit_days * 30, 60 * len(active))
    assert found["average_purchase"].value == Fraction(sum(cents), len(cents))
    assert found["average_purchase"].n == len(cents)


def test_what_stands_beside_a_figure_is_the_period_right_before(shop, sold):
    now = figures(shop, first_on=TODAY - timedelta(days=29))
    before = figures(shop, first_on=TODAY - timedelta(days=59), last_on=TODAY - timedelta(days=30))
    for key in ("active_members", "new_visits", "repeat_rate", "average_purchase", "churn"):
        assert now[key].previous == before[key].value, key


# --- estimates


def test_the_second_visit_curve_is_kaplan_meiers(shop, sold):
    since = TODAY - timedelta(days=364)
    waits = []
    for days in days_of(sold).values():
        if days[0] >= since:
            came = len(days) > 1
            waits.append((((days[1] if came else TODAY) - days[0]).days, came))
    assert len(waits) > 10
    assert {came for _, came in waits} == {True, False}
    staying = Fraction(1)
    for day in range(91):
        at_risk = sum(wait >= day for wait, _ in waits)
        if at_risk:
            staying *= 1 - Fraction(sum(wait == day and came for wait, came in waits), at_risk)
    found = figures(shop)["second_visit_90"]
    assert found.value == pytest.approx(float(100 * (1 - staying)))
    assert found.n == len(waits)
    assert 0 <= found.low < found.value <= found.high <= 100


def test_greenwoods_interval_of_a_small_example_worked_by_hand():
    """Of five, two come again after 10 days, one is watched 20 days, one comes after 30, one 40."""
    days = {UUID(int=n): pair for n, pair in enumerate([[60, 70], [50, 60], [80], [20, 50], [60]])}
    curve = second_visits(Past(days), since=0, until=100)
    assert curve.longest == 40
    step = curve.at(30)
    assert step.share == pytest.approx(1 - Fraction(3, 5) * Fraction(1, 2))
    greenwood = 2 / (5 * 3) + 1 / (2 * 1)
    assert step.high - step.share == pytest.approx(
        min(1 - step.share, 1.959964 * 0.3 * greenwood**0.5), abs=1e-6
    )
    assert curve.at(41) is None


def test_days_between_visits_are_real_gaps(shop, sold):
    since, gaps = TODAY - timedelta(days=179), []
    for days in days_of(sold).values():
        gaps += [(b - a).days for a, b in itertools.pairwise(days) if b >= since]
    gaps.sort()
    found = figures(shop)
    for percent in (25, 50, 75):
        one = found[f"days_between_p{percent}"]
        below = sum(gap <= one.value for gap in gaps)
        under = sum(gap < one.value for gap in gaps)
        assert under < len(gaps) * percent / 100 <= below
        assert one.n == len(gaps)


# --- churn, worth, cohorts


def test_churn_is_lost_by_at_start_times_100_with_both_numbers(shop, sold):
    first = TODAY - timedelta(days=89)
    naive = Naive(days_of(sold))
    before, after = naive.states(first - timedelta(days=1)), naive.states(TODAY)
    start = [who for who, state in before.items() if state in ("active", "cooling", "reactivated")]
    lost = sum(after[who] in ("lapsed", "lost") for who in start)
    found = figures(shop, first_on=first)
    assert found["churn"].parts == {"lost": lost, "at_start": len(start)}
    assert found["churn"].value == Fraction(100 * lost, len(start))
    assert lost > 0
    moves = {(one["from"], one["to"]): one["members"] for one in found["flows"].parts["moves"]}
    pairs = [(before.get(who), state) for who, state in after.items()]
    assert moves == {pair: pairs.count(pair) for pair in pairs}
    assert found["states"].parts["lapsed"] == list(after.values()).count("lapsed")


def test_the_simple_lifetime_value_is_the_product_of_its_three_factors(shop, sold):
    found = figures(shop, first_on=TODAY - timedelta(days=89))
    churn, worth = found["churn"].parts, found["clv_simple"]
    years = min(Fraction(5), Fraction(churn["at_start"] * 90, churn["lost"] * 365))
    yearly = Fraction(found["average_purchase"].n * 365, 90 * found["active_members"].value)
    assert worth.value == found["average_purchase"].value * yearly * years
    assert worth.parts["lifetime_years"] == years
    with shop.database.write() as session:
        measures.change(session, duty=shop.owner, wanted=Measures(lifespan_months=30), at=NOW)
    said = figures(shop, first_on=TODAY - timedelta(days=89))["clv_simple"]
    assert said.parts["lifetime_years"] == Fraction(5, 2)
    assert said.parts["lifetime_said_by_shop"] is True


def test_cohorts_are_who_began_in_a_month_and_who_of_them_came_later(shop, sold):
    whole = days_of(sold)
    found = figures(shop)["cohorts"].parts["months"]
    assert len(found) >= 10
    for row in found:
        ours = [days for days in whole.values() if f"{days[0]:%Y-%m}" == row["month"]]
        month = date.fromisoformat(f"{row['month']}-01")
        back = []
        while month <= TODAY:
            back.append(sum(any(f"{d:%Y-%m}" == f"{month:%Y-%m}" for d in days) for days in ours))
            month = (month + timedelta(days=31)).replace(day=1)
        assert (row["size"], row["back"]) == (len(ours), back)
        assert row["back"][0] == row["size"]


# --- edges


def test_without_any_sale_each_figure_says_why_it_is_not_there(shop):
    shop.card()
    for key, one in figures(shop).items():
        assert one.note is not None, key
        assert one.value in (None, 0), key
        assert one.low is one.high is None, key


def test_one_sale_is_one_active_member_and_no_rhythm_yet(shop):
    sale(shop, shop.card(), 1_234)
    found = figures(shop)
    assert [found[key].value for key in ("active_members", "new_visits", "repeat_rate")] == [
        1,
        1,
        0,
    ]
    assert found["average_purchase"].value == 1_234
    for key in ("days_between_p50", "second_visit_30", "churn", "clv_simple"):
        assert found[key].value is None, key
        assert found[key].note is not None, key


def test_all_on_one_day_is_one_visit_day_each(shop):
    for _ in range(3):
        card = shop.card()
        sale(shop, card, 100)
        sale(shop, card, 200)
    found = figures(shop)
    assert found["active_members"].value == found["new_visits"].value == 3
    assert found["repeat_rate"].value == 0
    assert found["average_purchase"].value == 150
    assert found["days_between_p50"].value is None


def test_only_refunds_leave_visits_of_nothing(shop):
    card = shop.card()
    for days_ago in (20, 10, 0):
        shop.refund(sale(shop, card, 500, days_ago), 500)
    found = figures(shop)
    assert found["average_purchase"].value == 0
    assert found["active_members"].value == 1
    assert found["days_between_p50"].value == 10


def test_visits_without_an_amount_do_not_lower_the_average(shop):
    stamps = shop.card("stamps")
    shop.visit(stamps, coffees=2)
    assert figures(shop)["average_purchase"].value is None
    shop.visit(stamps, 300, coffees=1)
    assert figures(shop)["average_purchase"].value == 300


def test_a_stranger_sees_nothing_of_it(shop, stranger):
    sale(shop, shop.card(), 100)
    assert figures(stranger)["active_members"].value == 0


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_period_has_an_order_and_an_end(shop):
    with pytest.raises(Invalid):
        figures(shop, first_on=TODAY, last_on=TODAY - timedelta(days=1))
    with pytest.raises(Invalid):
        figures(shop, first_on=TODAY - timedelta(days=3_660))
    with pytest.raises(Invalid):
        figures(shop, first_on=TODAY + timedelta(days=1), last_on=TODAY + timedelta(days=2))
    ahead = metrics.period_of(first_on=TODAY, last_on=TODAY + timedelta(days=9), today=TODAY)
    assert ahead == metrics.Period(TODAY.toordinal(), TODAY.toordinal())
