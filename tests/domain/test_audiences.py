"""Audiences: who is meant by which words, and why; the same on both databases."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from loyalty.analytics import slipping, standing
from loyalty.analytics.ground import Ground
from loyalty.analytics.measures import Measures
from loyalty.core.ids import parse_ref, ref
from loyalty.counter.requests import LineRequest
from loyalty.customers import consents, tags
from loyalty.customers.models import Customer
from loyalty.merchants import places
from tests.builders import NOW
from tests.domain.corrections.hands import merge, unmerge
from tests.domain.folk import say
from tests.domain.habits import HABITS, cast, change, cond, found, known, reasons
from tests.domain.summed import TODAY, second_card

__all__ = ["cast"]


def test_everybody_is_in_the_segment_of_their_state(shop, cast):
    for state in HABITS:
        everybody = {state, "fresh"} if state == "new" else {state}
        assert found(shop, {"segment": state}) == everybody
        assert found(shop, cond("state", "eq", state)) == everybody
    with shop.database.read() as session:
        counted = standing.counts(session, merchant_id=shop.merchant_id, on=TODAY)
    assert counted == {**dict.fromkeys(HABITS, 1), "new": 2}


def test_a_state_comes_with_the_sentence_of_its_rhythm(shop, cast):
    (en,), (it,) = reasons(shop, {"segment": "lapsed"})
    with shop.database.read() as session:
        mean = standing.yardstick(session, merchant_id=shop.merchant_id, on=TODAY).mean
    usual = round((20 + 2 * mean) / 4)
    assert en.startswith(f"Lapsed usually comes every {usual} days; not seen for 60, ")
    assert it.startswith(f"Lapsed di solito viene ogni {usual} giorni; non si vede da 60 giorni, ")
    assert reasons(shop, {"segment": "one_off"})[0] == ["Twice, last 61 days ago."]
    assert reasons(shop, {"segment": "new"})[0] == [
        "Once, last 30 days ago.",
        "Has a card, no visit yet.",
    ]
    assert "back after a long absence" in reasons(shop, {"segment": "reactivated"})[0][0]


MEANT = [
    (cond("visits", "gte", 4), {"reactivated"}),
    (cond("visits", "between", [1, 2]), {"new", "one_off"}),
    (cond("visits", "eq", 0), {"fresh"}),
    (cond("spend_minor", "lte", 1_000), {"new", "fresh"}),
    (cond("spend_minor", "in", [2_000, 4_000]), {"one_off", "reactivated"}),
    (cond("last_visit_days", "lte", 5), {"active", "reactivated"}),
    (cond("last_visit_days", "between", [30, 60]), {"new", "cooling", "lapsed"}),
    (known("last_visit_days", is_set=False), {"fresh"}),
    (cond("units.points", "gte", 40), {"reactivated"}),
    (cond("units.points", "eq", 0), {"fresh"}),
    (cond("units.points", "lte", 10), {"new", "fresh"}),
    (cond("units.stamps", "eq", 0), {*HABITS, "fresh"}),
    (known("units.stamps"), set()),
    (cond("joined_days", "eq", 0), {"fresh"}),
    (cond("joined_days", "gte", 90), {"one_off", "lost", "reactivated"}),
    (cond("joined_days", "between", [20, 70]), {"active", "new"}),
    ({"not": cond("last_visit_days", "lte", 60)}, {"fresh", "one_off", "lost"}),
    ({"any": [cond("visits", "eq", 0), {"segment": "lost"}]}, {"fresh", "lost"}),
    (
        {"all": [cond("visits", "eq", 3)], "not": {"segment": "lost"}},
        {"active", "cooling", "lapsed"},
    ),
    (
        {"all": [{"any": [{"segment": "active"}, {"segment": "lapsed"}]},
                 cond("last_visit_days", "gte", 1)]},
        {"lapsed"},
    ),
    ({"segment": "potenziali"}, {"fresh", "new"}),
    ({"segment": "silenziosi"}, set()),
    ({"segment": "sotto_zero"}, set()),
]  # fmt: skip


def test_conditions_mean_what_they_say(shop, cast):
    assert [(raw, found(shop, raw)) for raw, _ in MEANT] == MEANT


def test_what_was_left_out_and_what_is_not_known_is_said_in_words(shop, cast):
    left_out = {"not": {"any": [{"segment": "lost"}, cond("last_visit_days", "lte", 70)]}}
    (en, *_), (it, *_) = reasons(shop, left_out)
    assert (en, it) == (
        "not among the excluded (Lost, last visit).",
        "non tra gli esclusi (Persi, ultima visita).",
    )
    assert reasons(shop, known("last_visit_days", is_set=False))[0] == ["last visit: not known."]


def test_who_is_meant_by_what_they_are(shop, cast):
    with shop.database.write() as session:
        for name, said in {"new": {"birthday": "11-24", "source": "poster"},
                           "lost": {"birthday": "02-29", "source": "till"}}.items():  # fmt: skip
            mine = (Customer.merchant_id == shop.merchant_id, Customer.id == _id(cast[name]))
            session.execute(sa.update(Customer).where(*mine).values(**said))
    assert found(shop, cond("birthday_in_days", "lte", 7)) == {"new"}
    assert found(shop, cond("birthday_in_days", "eq", 99)) == {"lost"}  # 28 February
    assert found(shop, known("birthday_in_days", is_set=False)) == {*HABITS, "fresh"} - {
        "new",
        "lost",
    }
    assert found(shop, cond("source", "eq", "poster")) == {"new"}
    assert found(shop, cond("source", "in", ["poster", "till"])) == {"new", "lost"}
    (said, *_), _ = reasons(
        shop, {"all": [cond("birthday_in_days", "lte", 7), cond("visits", "gte", 1)]}
    )
    assert said == "birthday in 3 days; 1 visit."


def _id(card):
    return parse_ref("cus", card.customer)


def test_a_location_is_where_somebody_has_been(shop, cast):
    with shop.database.write() as session:
        centre = places.find_or_add_location(
            session, merchant_id=shop.merchant_id, name="Centro", at=NOW
        )
    shop.visit(cast["fresh"], 500, location="Centro")
    assert found(shop, cond("location", "eq", ref("loc", centre))) == {"fresh"}
    assert reasons(shop, cond("location", "eq", ref("loc", centre)))[0] == ["has been to Centro."]


def test_what_somebody_bought_finds_only_who_agreed_to_profiling(shop, cast):
    for name in ("fresh", "lost"):
        line = LineRequest(sku="A1", item="Torta", category="cake", amount_minor=500)
        shop.visit(cast[name], 500, lines=[line])
    say(shop, cast["fresh"].customer, "profiling", given=True)
    assert found(shop, cond("bought.sku", "eq", "A1")) == {"fresh"}
    assert found(shop, cond("bought.category", "in", ["cake", "tea"])) == {"fresh"}
    assert found(shop, {"not": cond("bought.sku", "eq", "A1")}) == {*HABITS}


def test_consent_is_the_word_in_force_merges_and_their_undo_included(shop, cast):
    for name, given in (("new", True), ("lost", True), ("active", True), ("cooling", False)):
        say(shop, cast[name].customer, "marketing", given=given)
    say(shop, cast["active"].customer, "marketing", given=False)
    agreed = {"field": "consent.marketing", "op": "eq", "value": True}
    assert found(shop, agreed) == {"new", "lost"} == told(shop)
    merge(shop, cast["cooling"], cast["new"])
    assert found(shop, agreed) == {"lost"} == told(shop)
    unmerge(shop, cast["cooling"])
    assert found(shop, agreed) == {"new", "lost"} == told(shop)
    assert found(shop, known("consent.marketing")) == {"new", "lost", "active", "cooling"}


def told(shop):
    """Who agrees to marketing, as the log itself is read."""
    with shop.database.read() as session:
        people = session.execute(sa.select(Customer)).scalars().all()
        state = consents.of_many(
            session, merchant_id=shop.merchant_id, customer_ids=[one.id for one in people]
        )
        return {
            one.name.lower()
            for one in people
            if one.merged_into_id is None and state[one.id][consents.Purpose.MARKETING]
        }


def test_who_was_merged_counts_with_the_one_who_lives_on(shop, cast):
    second = second_card(shop, cast["one_off"])
    shop.visit(second, 250, coffees=1)
    merge(shop, cast["one_off"], cast["fresh"])
    assert found(shop, cond("units.stamps", "gte", 1)) == {"fresh"}
    assert found(shop, cond("units.points", "eq", 20)) >= {"fresh"}
    assert found(shop, cond("visits", "eq", 3)) >= {"fresh"}
    assert "one_off" not in found(shop, cond("visits", "gte", 0))


def test_another_shops_members_are_never_meant(shop, cast, stranger):
    stranger.visit(stranger.card(name="Stranger"), 1_000)
    assert found(stranger, cond("visits", "gte", 0)) == {"stranger"}
    assert found(shop, cond("visits", "gte", 0)) == {*HABITS, "fresh"}


# --- the house's own segments


def test_the_front_row_is_the_best_fifth_of_regulars_and_the_next_are_worth_growing(shop):
    for number in range(10):
        card = shop.card(name=f"N{number}")
        for days_ago in (20, 10, 1):
            shop.visit(card, 1_000 * (number + 1), at=NOW - timedelta(days=days_ago))
    assert found(shop, {"segment": "primo_piano"}) == {"n8", "n9"}
    assert found(shop, {"segment": "coltivabili"}) == {"n5", "n6", "n7"}


def test_below_zero_asks_for_the_margin_and_weighs_what_rewards_cost(shop, cast):
    shop.reserve(cast["active"], "breakfast")
    change(shop, Measures(margin_percent=1))
    assert found(shop, {"segment": "sotto_zero"}) == set()
    reserved = shop.reserve(cast["active"], "breakfast").body["vouchers"][0]["redemption"]
    shop.fulfil(reserved)
    refunded = shop.visit(cast["cooling"], 1_000, at=NOW - timedelta(days=30)).body["ref"]
    shop.refund(refunded, 1_000)
    assert "cooling" in found(shop, {"segment": "sotto_zero"})


def test_a_tag_means_who_carries_it_however_it_is_written(shop, cast):
    with shop.database.write() as session:
        whose = {"merchant_id": shop.merchant_id, "at": NOW}
        made = tags.make(session, name="Latte d'avena", **whose)
        some = [parse_ref("cus", cast[name].customer) for name in ("active", "lost")]
        tags.put(session, tag_id=made, customer_ids=some, actor=shop.owner.actor, **whose)
    assert found(shop, cond("tag", "eq", "LATTE d'avena")) == {"active", "lost"}
    assert found(shop, known("tag")) == {"active", "lost"}
    assert "fresh" in found(shop, known("tag", is_set=False))
    assert found(shop, {"not": cond("tag", "in", ["Latte d'avena", "Altro"])}) >= {"lapsed"}
    assert reasons(shop, cond("tag", "eq", "Latte d'avena"))[0][0] == "tagged Latte d'avena."
    assert found(shop, cond("tag", "eq", "Mai vista")) == set()


# --- what is at stake


def test_what_is_at_stake_is_what_they_would_bring_in_90_days_at_their_own_pace(shop, cast):
    with shop.database.read() as session:
        whose = {"merchant_id": shop.merchant_id, "on": TODAY}
        mean = standing.yardstick(session, **whose).mean
        ground = Ground(session, shop.merchant_id, TODAY)
        sums = slipping.at_stake(ground)
        (one,) = slipping.page(ground)
        every = slipping.page(ground, states=slipping.SLIPPING)
        rest = slipping.page(ground, states=slipping.SLIPPING, after=every[0].customer_id)
    usual = (20 + 2 * mean) / 4
    assert (one.name, one.silence_days, one.usual_gap_days) == ("Lapsed", 60, usual)
    assert (one.visits, one.spend_minor) == (90 / usual, 90 / usual * 1_000)
    mine = sums["lapsed"]
    assert (mine.members, mine.spend_minor) == (1, round(one.spend_minor))
    assert mine.visits == pytest.approx(float(one.visits))
    assert [each.members for each in sums.values()] == [1, 1, 1]
    assert [each.spend_minor for each in every] == sorted(
        (each.spend_minor for each in every), reverse=True
    )
    assert rest == every[1:]
