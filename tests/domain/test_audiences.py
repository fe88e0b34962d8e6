"""Audiences: who is meant by which words, and why; the same on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from loyalty.analytics import audience as audiences
from loyalty.analytics import measures, saved, standing
from loyalty.analytics.measures import Measures
from loyalty.analytics.rhythm import USUAL, fixed
from loyalty.core.errors import Forbidden, Invalid, StateConflict, Unknown
from loyalty.core.ids import parse_ref, ref
from loyalty.counter.requests import LineRequest
from loyalty.customers import consents
from loyalty.customers.models import Customer
from loyalty.merchants import places
from tests.builders import NOW
from tests.domain.corrections.hands import merge, unmerge
from tests.domain.folk import say
from tests.domain.summed import TODAY, second_card

HABITS = {
    "new": (30,),
    "one_off": (90, 61),
    "active": (20, 10, 0),
    "cooling": (75, 55, 35),
    "lapsed": (80, 70, 60),
    "lost": (300, 290, 280),
    "reactivated": (130, 120, 110, 5),
}


@pytest.fixture
def cast(shop):
    """One of each state, each with a name of their own; and one who has not been there yet."""
    cards = {}
    for name, days in HABITS.items():
        cards[name] = shop.card(name=name.capitalize(), at=NOW - timedelta(days=days[0]))
        for each in days:
            shop.visit(cards[name], 1_000, at=NOW - timedelta(days=each))
    cards["fresh"] = shop.card(name="Fresh")
    return cards


def found(shop, raw, limit=50):
    """The names of who is meant, all pages together; as many as the count says."""
    wanted, whose = audiences.parse(raw), {"merchant_id": shop.merchant_id, "on": TODAY}
    with shop.database.read() as session:
        names, after = [], None
        while page := audiences.page(
            session, audience=wanted, after=after, limit=min(limit, 3), **whose
        ):
            after = page[-1].customer_id
            names += [
                session.get_one(Customer, (shop.merchant_id, one.customer_id)).name for one in page
            ]
        assert audiences.count(session, audience=wanted, **whose) == len(names)
    return {name.lower() for name in names}


def reasons(shop, raw):
    with shop.database.read() as session:
        page = audiences.page(
            session, merchant_id=shop.merchant_id, audience=audiences.parse(raw), on=TODAY
        )
    return [one.why.en for one in page], [one.why.it for one in page]


def cond(field, op, value):
    return {"field": field, "op": op, "value": value}


def known(field, *, is_set=True):
    return cond(field, "set", is_set)


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
    keep(shop, "Mine", {"segment": "lost"})
    with pytest.raises(Unknown):
        found(stranger, {"segment": "mine"})


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


# --- limits of the shop


def change(shop, wanted, duty=None):
    with shop.database.write() as session:
        measures.change(session, duty=duty or shop.owner, wanted=wanted, at=NOW)


def test_a_shop_may_set_its_own_limits_or_fixed_days(shop, cast):
    change(shop, Measures(fixed(cooling_days=10, lapsed_days=20, lost_days=30)))
    assert found(shop, {"segment": "lost"}) == {"cooling", "lapsed", "lost"}
    change(shop, Measures(USUAL, 65, 36))
    with shop.database.read() as session:
        assert measures.of(session, merchant_id=shop.merchant_id) == Measures(USUAL, 65, 36)
    assert found(shop, {"segment": "lost"}) == {"lost"}


WRONG = [
    ({"lapsed_days": 0}, "lapsed_days"),
    ({"lapsed_days": 200}, "lapsed_days"),
    ({"cooling_tenths": 30}, "lapsed_tenths"),
    ({"cooling_tenths": 0}, "cooling_tenths"),
    ({"lost_tenths": 9_999}, "lost_tenths"),
    ({"back_days": 366}, "back_days"),
]


def test_limits_out_of_bounds_or_order_are_refused_at_the_field(shop):
    for wrong, field in WRONG:
        with pytest.raises(Invalid) as refused:
            change(shop, Measures(replace(USUAL, **wrong)))
        assert field in refused.value.facts["fields"]


def test_only_who_may_change_settings_changes_limits(shop):
    with pytest.raises(Forbidden):
        change(shop, Measures(), shop.cashier)


# --- saved segments


def keep(shop, name, audience, **more):
    with shop.database.write() as session:
        return saved.save(
            session, duty=shop.owner, name=name, audience=audience, at=NOW, **more
        ).key


def test_a_saved_segment_is_meant_by_its_key(shop, cast):
    key = keep(shop, "Clienti del sabato è!", cond("visits", "eq", 0))
    assert key == "clienti-del-sabato-e"
    assert keep(shop, "Clienti del sabato è", {"segment": "lost"}) == "clienti-del-sabato-e-2"
    assert found(shop, {"segment": key}) == {"fresh"}
    assert found(shop, {"any": [{"segment": key}, {"segment": "lost"}]}) == {"fresh", "lost"}
    with shop.database.write() as session:
        saved.change(
            session, duty=shop.owner, key=key, name="Altro", audience={"segment": "lapsed"}, at=NOW
        )
    assert found(shop, {"segment": key}) == {"lapsed"}
    with shop.database.write() as session:
        saved.drop(session, duty=shop.owner, key=key, at=NOW)
    with pytest.raises(Unknown):
        found(shop, {"segment": key})


def test_a_saved_segment_holds_no_saved_one_and_takes_nobodys_key(shop):
    keep(shop, "Mine", {"segment": "lost"})
    with pytest.raises(Invalid):
        keep(shop, "Nested", {"all": [{"segment": "mine"}]})
    for key in ("mine", "lapsed"):
        with pytest.raises(StateConflict):
            keep(shop, "Other", {"segment": "lost"}, key=key)
    for name in ("", " \u202e ", "x" * 81):
        with pytest.raises(Invalid):
            keep(shop, name, {"segment": "lost"})
