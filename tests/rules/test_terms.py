"""What a version promises, in words; and what it may not use yet, by name."""

import pytest

from loyalty.core.errors import Invalid
from loyalty.core.text import Text
from loyalty.programs import terms, unbuilt, words
from loyalty.programs.loading import load
from tests.builders import POINTS, STAMPS
from tests.programs import with_changes


def sentence(raw):
    return terms.sentence(load(raw), "EUR")


def test_the_terms_of_points_say_how_they_are_earned_spent_and_lost():
    said = sentence(POINTS)
    assert said.it == (
        "1 punto ogni 1,00 € di spesa; 10 punti = colazione in omaggio; punti validi 12 mesi."
    )
    assert said.en == (
        "1 point for every €1.00 spent; 10 points = a free breakfast; points last 12 months."
    )


def test_the_terms_of_stamps_say_that_the_voucher_comes_by_itself():
    said = sentence(STAMPS)
    assert said.it == (
        "1 timbro per ogni prodotto (coffee); 10 timbri = un caffè in omaggio; timbri senza"
        " scadenza; il buono arriva da solo a carta piena e vale 30 giorni."
    )
    assert said.en == (
        "1 stamp for each item (coffee); 10 stamps = a free coffee; stamps never expire;"
        " the voucher comes by itself when full and is good for 30 days."
    )


def test_the_terms_name_visits_groups_of_items_and_a_single_month():
    expiry = {"kind": "rolling", "months": 1}
    raw = with_changes(
        POINTS,
        units=[{**POINTS["units"][0], "expiry": expiry}],
        earn=[
            {"key": "a", "unit": "points", "units": 5, "per": {"visit": 1}},
            {"key": "b", "unit": "points", "units": 2, "per": {"item": 3}, "when": {"skus": ["x"]}},
        ],
        rewards=[],
    )
    said = sentence(raw)
    assert said.it == "5 punti a visita; 2 punti ogni 3 prodotti (x); punti validi 1 mese."
    assert said.en == "5 points per visit; 2 points for every 3 items (x); points last 1 month."


def test_a_reward_that_costs_two_units_names_both():
    raw = with_changes(POINTS, units=POINTS["units"] + STAMPS["units"])
    raw["rewards"][0]["cost"] = {"points": 1, "stamps": 2}
    assert "1 punto e 2 timbri = colazione" in sentence(raw).it
    assert "1 point and 2 stamps = a free" in sentence(raw).en


def test_one_is_said_in_the_singular_where_the_language_has_it():
    points = Text("punti", "points")
    assert words.count(1, points) == Text("1 punto", "1 point")
    assert words.count(-1, points) == Text("-1 punto", "-1 point")
    assert words.count(0, points) == Text("0 punti", "0 points")
    assert words.count(1, Text("miglia", "miles")) == Text("1 miglia", "1 miles")


def test_absent_keys_have_their_promised_meaning():
    document = load({"units": [{"key": "p"}], "earn": []})
    (unit,) = document.units
    assert (unit.expiry.kind, unit.pending_hours, unit.label) == ("never", 0, Text("p", "p"))
    assert (document.debt, document.proof_earn, document.proof_redeem) == (
        "carry", "typed", "static",
    )  # fmt: skip
    assert document.stamps is None
    stamps = load({"units": [], "earn": [], "stamps": {"unit": "p", "size": 3, "reward": "r"}})
    assert stamps.stamps.on_full == "issue"


BASE, UNIT, REWARD = POINTS["earn"][0], POINTS["units"][0], POINTS["rewards"][0]


def earn(**changes):
    return {"earn": [{**BASE, **changes}]}


def unit(**changes):
    return {"units": [{**UNIT, **changes}]}


def reward(**changes):
    return {"rewards": [{**REWARD, **changes}]}


@pytest.mark.parametrize(
    ("changes", "field", "named"),
    [
        ({"caps": [{"unit": "points", "per": "visit", "units": 9}]}, "caps", "caps"),
        ({"tiers": {"measure": "spend"}}, "tiers", "tiers"),
        ({"cause": {"key": "rifugio"}}, "cause", "cause"),
        ({"base": {"tax": "net"}}, "base.tax", "net"),
        ({"base": {"discounts": "before"}}, "base.discounts", "before"),
        ({"debt": "clamp"}, "debt", "clamp"),
        ({"debt": "block"}, "debt", "block"),
        ({"proof": {"redeem": "live"}}, "proof.redeem", "live"),
        (unit(pending_hours=24), "units.0.pending_hours", "pending_hours"),
        (unit(expiry={"kind": "month_end"}), "units.0.expiry.kind", "month_end"),
        (unit(expiry={"kind": "year_end"}), "units.0.expiry.kind", "year_end"),
        (unit(expiry={"kind": "inactivity"}), "units.0.expiry.kind", "inactivity"),
        (unit(expiry={"kind": "rolling"}), "units.0.expiry.months", "months"),
        (earn(per=None, multiply_percent=200), "earn.0.multiply_percent", "multiply_percent"),
        (earn(when={"weekdays": [1]}), "earn.0.when.weekdays", "weekdays"),
        (earn(when={"from": "15:00"}), "earn.0.when.from", "from"),
        (earn(when={"birthday": "day"}), "earn.0.when.birthday", "birthday"),
        (earn(when={"tiers": ["gold"]}), "earn.0.when.tiers", "tiers"),
        (earn(when={"min_amount_minor": 5}), "earn.0.when.min_amount_minor", "min_amount_minor"),
        (earn(unit="stars"), "earn.0.unit", "stars"),
        (earn(per=None), "earn.0", "per what"),
        ({"earn": [BASE, BASE]}, "earn.1.key", "base"),
        ({"units": [UNIT, UNIT]}, "units.1.key", "points"),
        (reward(kind="amount_off"), "rewards.0.kind", "amount_off"),
        (reward(kind="percent_off"), "rewards.0.kind", "percent_off"),
        (reward(kind="donation"), "rewards.0.kind", "donation"),
        (reward(cost={}), "rewards.0.cost", "cost"),
        (reward(cost={"stars": 1}), "rewards.0.cost.stars", "stars"),
        (reward(percent=10), "rewards.0.percent", "percent"),
        (reward(stock=5), "rewards.0.stock", "stock"),
        (reward(tiers=["gold"]), "rewards.0.tiers", "tiers"),
        (reward(until="2027-01-01"), "rewards.0.until", "until"),
        (reward(per_customer={"count": 1, "days": 30}), "rewards.0.per_customer", "per_customer"),
        ({"rewards": [REWARD, REWARD]}, "rewards.1.key", "breakfast"),
        ({"stamps": {"unit": "stars", "size": 10, "reward": "breakfast"}}, "stamps.unit", "stars"),
        ({"stamps": {"unit": "points", "size": 10, "reward": "tea"}}, "stamps.reward", "tea"),
        ({"stamps": {"unit": "points", "size": 9, "reward": "breakfast"}}, "stamps.size", "9"),
    ],
)  # fmt: skip
def test_what_is_not_built_yet_or_does_not_fit_is_refused_by_its_name(changes, field, named):
    with pytest.raises(Invalid) as refusal:
        unbuilt.check(load(with_changes(POINTS, **changes)))
    found = refusal.value.facts_in("en")["fields"]
    assert any(named in sentence for sentence in found[field])
    assert all(refusal.value.facts_in("it")["fields"][field])


def test_every_fault_is_named_at_once():
    with pytest.raises(Invalid) as refusal:
        unbuilt.check(load(with_changes(POINTS, debt="block", **earn(unit="stars"))))
    assert {"debt", "earn.0.unit"} <= set(refusal.value.facts["fields"])


@pytest.mark.parametrize("raw", [POINTS, STAMPS], ids=["points", "stamps"])
def test_what_is_built_passes(raw):
    unbuilt.check(load(raw))


def test_what_is_switched_off_in_so_many_words_passes():
    quiet = {
        "caps": [], "tiers": None, "cause": None, "debt": "carry",
        "base": {"tax": "gross", "discounts": "after"},
        "limits": {"visits_per_card_day": 3, "min_seconds": 60, "amount_minor_max": 50_000},
        **earn(when={"skus": [], "categories": [], "weekdays": [], "birthday": None}),
        **reward(stock=None, tiers=[], per_customer=None, voucher_days=30),
    }  # fmt: skip
    unbuilt.check(load(with_changes(POINTS, **quiet)))
