"""A version tried on the past gives what the counter would have given, and writes nothing."""

import itertools
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from loyalty.core.errors import Invalid, Unknown
from loyalty.core.ids import ref
from loyalty.counter import offers, sale, simulation
from loyalty.counter.requests import LineRequest
from loyalty.counter.simulation import Days
from loyalty.programs import simulator_card, simulator_offers
from loyalty.programs.loading import load
from tests.builders import NOW, POINTS, STAMPS, open_shop
from tests.domain import law, played
from tests.domain.corrections import hands
from tests.programs import with_changes
from tests.rules.documents import documents

DAY = timedelta(days=1)
LATER = NOW + 400 * DAY
STEADY = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=6,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
SOLD = st.lists(
    st.builds(
        LineRequest,
        sku=st.sampled_from([None, "caffè", "tè"]),
        category=st.sampled_from([None, "torta", "pane"]),
        quantity_milli=st.sampled_from([350, 1_000, 2_000]),
        amount_minor=st.integers(0, 3_000),
    ),
    max_size=3,
)
COMING = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from([0, 1, 5, 30, 200, 1_500]),
        SOLD,
        st.integers(0, 9_000),
    ),
    min_size=4,
    max_size=16,
)
_names = itertools.count()


def within_reach(raw):
    """Cheap rewards in small stocks, so that a short past gives them and runs out of them."""
    for reward in raw["rewards"]:
        if reward["key"] != "full":
            reward["cost"] = {key: 1 + units % 40 for key, units in reward["cost"].items()}
        if "stock" in reward:
            reward["stock"] %= 4
    return raw


def test_a_simulation_gives_what_the_counter_gives(database):
    @STEADY
    @given(documents().map(within_reach), COMING, st.sampled_from([0, 20, 400]))
    def agree(raw, coming, days):
        name = f"s{next(_names)}"
        shop = open_shop(database, name=name, owner=f"o{name}", cashier=f"c{name}")
        cards, last = played.sell(shop, "tried", raw, coming)
        until = last + days * DAY
        found = played.simulated(shop, "tried", until)
        assert played.told(found) == played.books(shop, cards, until)

    agree()


def test_the_policy_of_the_simulation_gives_at_a_visit_as_often_as_the_counter_fills():
    assert simulator_card.GIVEN_MAX == sale.FILLED_MAX


@given(documents())
@settings(derandomize=True, database=None, deadline=None, max_examples=40)
def test_a_reward_opens_and_closes_when_the_counter_says(raw):
    zone = "Europe/Rome"
    for one in simulator_offers.offers(load(raw), zone).every:
        assert one.opens_at == offers.opens_at(one.reward, zone)
        assert one.closes_at == offers.closes_at(one.reward, zone)


# --- which sales are the past ---------------------------------------------------------------------


def points_of(shop, **more):
    """Earned points of the shop's points program, tried on everything."""
    found = played.simulated(shop, "points", LATER, **more)
    return found.sales, found.customers, found.units["points"].earned


def test_nothing_is_written(shop):
    card = shop.card()
    shop.visit(card, 2_500)
    shop.refund(shop.visit(card, 900).body["ref"], 100)
    shop.draft("points", POINTS)
    before = law.snapshot(shop.database)
    played.simulated(shop, "points", LATER)
    played.simulated(shop, "points", LATER, number=2)
    assert law.snapshot(shop.database) == before


def test_a_refunded_sale_counts_as_if_the_rest_had_never_been_sold(shop, stranger):
    lines = [LineRequest(category="coffee", quantity_milli=3_000, amount_minor=390)]
    lines += [LineRequest(category="cake", quantity_milli=1_000, amount_minor=450)]
    less = [LineRequest(category="coffee", quantity_milli=1_000, amount_minor=130)]
    by_line = shop.visit(shop.card(), 840, lines=lines).body["ref"]
    shop.refund(by_line, lines=((1, 2_000), (2, 1_000)))
    by_amount = shop.visit(shop.card(), 1_000).body["ref"]
    shop.refund(by_amount, 300)
    shop.refund(by_amount, 250)
    stranger.visit(stranger.card(), 130, lines=less)
    stranger.visit(stranger.card(), 450)
    for program in ("points", "stamps"):
        whole = played.simulated(stranger, program, LATER)
        assert played.simulated(shop, program, LATER) == whole
        assert whole.net_minor == 580


def test_a_voided_sale_does_not_count_and_one_refunded_whole_earns_nothing(shop):
    card = shop.card()
    shop.void(shop.visit(card, 5_000).body["ref"])
    shop.refund(shop.visit(card, 4_000).body["ref"], 4_000)
    assert points_of(shop) == (1, 1, 0)


def test_the_sales_of_every_program_are_the_past_of_a_new_one(shop, stranger):
    shop.visit(shop.card("stamps"), 700, coffees=2)
    shop.visit(shop.card("points"), 800)
    stranger.visit(stranger.card(), 9_900)
    assert points_of(shop) == (2, 2, 15)


def test_a_person_is_one_customer_whatever_they_were_merged_from(shop):
    anna, double, third = shop.card(), shop.card(), shop.card("stamps")
    for card, cents in ((anna, 360), (double, 350), (third, 390)):
        shop.visit(card, cents)
    assert points_of(shop) == (3, 3, 9)
    hands.merge(shop, third, double)
    hands.merge(shop, double, anna)
    assert points_of(shop) == (3, 1, 11)


def test_days_are_those_of_the_shop_and_both_count(shop):
    card = shop.card()
    midnight = NOW.replace(hour=23)  # in Rome
    for at, cents in ((midnight - timedelta(seconds=1), 100), (midnight, 1_000)):
        shop.visit(card, cents, at=at)
    shop.visit(card, 10_000, at=midnight + DAY)
    today = NOW.date()
    for days, points in (
        (Days(None, today), 1),
        (Days(today, today), 1),
        (Days(today + DAY, today + DAY), 10),
        (Days(today + DAY), 110),
        (Days(), 111),
    ):
        assert points_of(shop, days=days)[2] == points


def test_cards_are_looked_at_as_the_last_day_ends_or_today_if_that_is_sooner(shop):
    shop.visit(shop.card(), 900)
    year = played.simulated(shop, "points", LATER, days=Days(None, NOW.date() + 365 * DAY))
    assert year.units["points"].expired == 9  # good through their last day, and no longer
    short = played.simulated(shop, "points", LATER, days=Days(None, NOW.date() + 364 * DAY))
    assert short.units["points"].left == 9
    early = played.simulated(shop, "points", NOW, days=Days(None, NOW.date() + 365 * DAY))
    assert early.units["points"].left == 9


@pytest.mark.parametrize(
    ("days", "field"),
    [
        (Days(NOW.date(), NOW.date() - DAY), "to"),
        (Days(NOW.date().replace(year=1999)), "from"),
        (Days(None, NOW.date().replace(year=1999)), "to"),
    ],
)
def test_days_that_make_no_sense_are_refused_by_their_name(shop, days, field):
    with pytest.raises(Invalid) as refused:
        points_of(shop, days=days)
    assert set(refused.value.facts["fields"]) == {field}


# --- which versions -------------------------------------------------------------------------------


def test_a_draft_is_played_as_it_would_be_published(shop):
    shop.visit(shop.card(), 1_000)
    assert shop.draft("points", with_changes(POINTS, earn=[{**POINTS["earn"][0], "units": 3}])) == 2
    assert points_of(shop) == (1, 1, 10)
    assert points_of(shop, number=2) == (1, 1, 30)


def test_a_draft_that_does_not_fit_together_is_refused_field_by_field(shop):
    shop.draft("points", with_changes(POINTS, stamps=STAMPS["stamps"]))
    with pytest.raises(Invalid) as refused:
        points_of(shop, number=2)
    assert "stamps.unit" in refused.value.facts["fields"]


def test_what_is_not_there_or_of_another_shop_is_unknown(shop, stranger):
    with pytest.raises(Unknown, match="version"):
        points_of(shop, number=2)
    shop.programs["theirs"] = stranger.programs["points"]
    for program in ("theirs", "none"):
        shop.programs.setdefault("none", ref("prg", shop.merchant_id))
        with pytest.raises(Unknown, match="program"):
            played.simulated(shop, program, LATER)


def test_a_shop_with_too_many_sales_is_sent_to_the_command_line(shop):
    for _ in range(3):
        shop.visit(shop.card(), 100)
    with shop.database.read() as session:
        asked = {"merchant_id": shop.merchant_id, "days": Days()}
        simulation.demand_few(session, **asked, most=3)
        with pytest.raises(Invalid) as refused:
            simulation.demand_few(session, **asked, most=2)
    (said,) = refused.value.facts["fields"]["from"]
    assert "loyalty program simulate" in said.it
    assert "3 sales" in said.en


def test_whoever_watches_hears_how_far_it_is(shop):
    for _ in range(3):
        shop.visit(shop.card(), 100)
    heard = []
    with shop.database.read() as session:
        simulation.try_out(
            session,
            merchant_id=shop.merchant_id,
            document=load(POINTS),
            at=LATER,
            progress=lambda done, total: heard.append((done, total)),
        )
    assert heard == [(3, 3)]
