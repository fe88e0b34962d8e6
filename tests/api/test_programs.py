"""Programs over the API: drafted, published once, frozen, paused."""

from typing import Any

import pytest

from loyalty.web.version_schema import check_program
from tests.api.caller import Caller, done, refusal
from tests.builders import POINTS, STAMPS
from tests.programs import with_changes

EVERYTHING: dict[str, Any] = {
    "units": [
        {
            "key": "points",
            "label": {"it": "punti", "en": "points"},
            "pending_hours": 0,
            "expiry": {"kind": "month_end", "months": 12},
        },
        {"key": "stamps", "label": {"it": "timbri", "en": "stamps"}},
    ],
    "earn": [
        {"key": "base", "unit": "points", "units": 1, "per": {"amount_minor": 100}},
        {
            "key": "coffee",
            "unit": "stamps",
            "units": 1,
            "per": {"item": 1},
            "when": {"categories": ["coffee"]},
        },
        {"key": "visit", "unit": "points", "units": 5, "per": {"visit": 1}},
        {
            "key": "happy",
            "unit": "points",
            "multiply_percent": 200,
            "combine": "multiply",
            "priority": 10,
            "when": {
                "skus": [],
                "categories": [],
                "weekdays": [1, 2],
                "from": "15:00",
                "to": "18:00",
                "birthday": "week",
                "tiers": ["gold"],
                "min_amount_minor": 500,
            },
        },
    ],
    "caps": [{"unit": "points", "per": "day", "units": 100}],
    "stamps": {"unit": "stamps", "size": 10, "reward": "free-coffee", "on_full": "issue"},
    "tiers": {
        "measure": "spend",
        "unit": "points",
        "window": {"kind": "rolling", "months": 12},
        "grace_days": 30,
        "drop": "one",
        "levels": [
            {"key": "silver", "name": {"it": "Argento", "en": "Silver"}, "from": 0},
            {
                "key": "gold",
                "name": {"it": "Oro", "en": "Gold"},
                "from": 50000,
                "multiply_percent": 150,
            },
        ],
    },
    "cause": {
        "key": "rifugio",
        "beneficiary": {"name": "Rifugio dei gatti", "tax_code": "94012345678"},
        "rate": [2, 100],
        "payable_after_days": 14,
        "cap_minor": None,
    },
    "rewards": [
        {
            "key": "free-coffee",
            "kind": "product",
            "name": {"it": "un caffè", "en": "a coffee"},
            "cost": {"stamps": 10},
            "value_minor": 130,
            "cost_minor": 40,
            "percent": None,
            "stock": None,
            "tiers": [],
            "from": None,
            "until": None,
            "per_customer": {"count": 1, "days": 30},
            "voucher_days": 30,
        }
    ],
    "base": {"tax": "net", "discounts": "before"},
    "debt": "carry",
    "proof": {"earn": "typed", "redeem": "static"},
    "limits": {"visits_per_card_day": 10, "min_seconds": 120, "amount_minor_max": 50000},
}


def draft(caller: Caller, version: dict[str, Any], name: str = "Caffè") -> Any:
    """A program as the API shows it after adding it."""
    return done(caller.post("/programs", {"name": name, "version": version}))


def test_a_program_begins_as_a_draft_with_its_terms_in_words(aurora: Caller) -> None:
    made = draft(aurora, POINTS)
    assert (made["status"], made["number"], made["name"]) == ("draft", 1, "Caffè")
    assert made["version"] == POINTS
    assert made["terms"]["it"].startswith("1 punto ogni 1,00 €")
    assert made["terms"]["en"].startswith("1 point for every €1.00")
    assert made["versions"] == [{"number": 1, "published_at": None}]


def test_rules_that_are_long_to_read_are_published_with_a_word_of_advice(aurora: Caller) -> None:
    assert draft(aurora, POINTS)["advice"] == []
    made = draft(aurora, EVERYTHING)
    assert any("parole" in said["it"] and "words" in said["en"] for said in made["advice"])
    program = aurora.shop.programs["points"]
    version = done(aurora.post(f"/programs/{program}/versions", EVERYTHING))
    assert version["advice"] == made["advice"]


def test_a_published_version_is_in_force_and_frozen(aurora: Caller) -> None:
    path = f"/programs/{draft(aurora, POINTS)['ref']}"
    shown = done(aurora.post(f"{path}/versions/1/publish"), 200)
    assert shown["status"] == "published"
    assert shown["versions"][0]["published_at"] is not None
    assert refusal(aurora.post(f"{path}/versions/1/publish")) == (409, "version_frozen")


def test_a_new_version_is_a_draft_until_it_is_published(aurora: Caller) -> None:
    program = aurora.shop.programs["points"]
    better = with_changes(POINTS, earn=[{**POINTS["earn"][0], "units": 2}])
    made = done(aurora.post(f"/programs/{program}/versions", better))
    assert (made["program"], made["number"]) == (program, 2)
    assert done(aurora.get(f"/programs/{program}"), 200)["number"] == 1
    done(aurora.post(f"/programs/{program}/versions/2/publish"), 200)
    card = aurora.shop.card()
    assert done(aurora.pay(card, 100))["earned"] == {"points": 2}


def test_a_version_may_come_wrapped_in_its_name(aurora: Caller) -> None:
    program = aurora.shop.programs["points"]
    made = done(aurora.post(f"/programs/{program}/versions", {"version": POINTS}))
    assert made["number"] == 2


@pytest.mark.parametrize("number", ["3", "0", "-1", "x", "1.0", "99999999999999999999", "\u0661"])
def test_a_version_that_is_not_there_is_404(aurora: Caller, number: str) -> None:
    program = aurora.shop.programs["points"]
    response = aurora.post(f"/programs/{program}/versions/{number}/publish")
    assert refusal(response) == (404, "unknown_version")


def test_everything_in_the_contract_can_be_drafted(aurora: Caller) -> None:
    made = draft(aurora, EVERYTHING)
    assert made["version"]["tiers"] == EVERYTHING["tiers"]
    assert "cap_minor" not in made["version"]["cause"]


def test_everything_that_the_format_knows_can_be_published_and_used(aurora: Caller) -> None:
    made = draft(aurora, EVERYTHING)
    shown = done(aurora.post(f"/programs/{made['ref']}/versions/1/publish"), 200)
    assert shown["status"] == "published"
    customer = done(aurora.post("/customers", {"name": "Ada"}))["ref"]
    card = done(aurora.post("/cards", {"customer": customer, "program": made["ref"]}))
    money = {"amount_minor": 1_000, "currency": "EUR"}
    body = {"scan": card["code"], "amount": money, "lines": [{"category": "coffee"}]}
    receipt = done(aurora.post("/visits", body))
    assert receipt["pledged"] == {"rifugio": 20}
    assert receipt["tier"]["key"] == "silver"
    assert [warning["code"] for warning in receipt["warnings"]] == ["tax_missing"]


def test_a_unit_that_is_not_declared_is_refused_at_publish(aurora: Caller) -> None:
    stray = with_changes(STAMPS, earn=[{**STAMPS["earn"][0], "unit": "points"}])
    made = draft(aurora, stray)
    response = aurora.post(f"/programs/{made['ref']}/versions/1/publish")
    assert refusal(response) == (422, "invalid")
    assert "earn.0.unit" in response.get_json()["fields"]


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("version.units", {"units": []}),
        ("version.units.0.key", {"units": [{"key": "Punti"}]}),
        ("version.earn.0.units", {"earn": [{**POINTS["earn"][0], "units": 1.0}]}),
        ("version.earn.0.units", {"earn": [{**POINTS["earn"][0], "units": "1"}]}),
        ("version.earn.0.units", {"earn": [{**POINTS["earn"][0], "units": True}]}),
        ("version.earn.0.units", {"earn": [{**POINTS["earn"][0], "units": 0}]}),
        ("version.earn.0.per", {"earn": [{**POINTS["earn"][0], "per": {}}]}),
        ("version.earn.0", {"earn": [{"key": "a", "unit": "points"}]}),
        ("version.earn.0.when.from", {"earn": [{**POINTS["earn"][0], "when": {"from": "24:00"}}]}),
        ("version.earn.0.bonus", {"earn": [{**POINTS["earn"][0], "bonus": 1}]}),
        ("version.rewards.0.cost", {"rewards": [{"key": "a", "kind": "product", "cost": {}}]}),
        ("version.cause.rate", {"cause": {**EVERYTHING["cause"], "rate": [2]}}),
        ("version.debt", {"debt": "forgive"}),
        ("version.secret", {"secret": 1}),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_by_its_place(
    aurora: Caller, field: str, changes: dict[str, Any]
) -> None:
    body = {"name": "x", "version": with_changes(POINTS, **changes)}
    response = aurora.post("/programs", body)
    assert refusal(response) == (422, "invalid")
    assert list(response.get_json()["fields"]) == [field]


def test_a_file_of_rules_is_read_by_the_same_schema_as_the_api() -> None:
    read = check_program({"name": "Caffè", "version": EVERYTHING}, lambda text: text.it)
    assert read["version"]["limits"] == EVERYTHING["limits"]
    assert read["version"]["rewards"][0].keys().isdisjoint({"percent", "stock", "from", "until"})


def test_a_paused_program_waits_and_goes_on(aurora: Caller) -> None:
    program = aurora.shop.programs["points"]
    card = aurora.shop.card()
    assert done(aurora.post(f"/programs/{program}/pause"), 200)["status"] == "paused"
    assert refusal(aurora.pay(card, 100)) == (409, "program_paused")
    assert done(aurora.post(f"/programs/{program}/resume"), 200)["status"] == "published"
    assert aurora.pay(card, 100).status_code == 201


def test_a_draft_cannot_be_paused(aurora: Caller) -> None:
    made = draft(aurora, POINTS)
    assert refusal(aurora.post(f"/programs/{made['ref']}/pause")) == (409, "state_conflict")


def test_programs_are_listed(aurora: Caller) -> None:
    first = done(aurora.get("/programs", limit=1), 200)
    rest = done(aurora.get("/programs", limit=1, cursor=first["next"]), 200)
    listed = [one["ref"] for one in first["items"] + rest["items"]]
    assert sorted(listed) == sorted(aurora.shop.programs.values())
    assert rest["next"] is None
