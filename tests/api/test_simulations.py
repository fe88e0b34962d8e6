"""A version tried on the shop's past over the API: figures only, and bounded."""

import pytest

from loyalty.api import simulations
from tests.api.caller import Caller, done, refusal
from tests.builders import POINTS
from tests.programs import with_changes


def simulate(caller: Caller, number: int = 1, program: str = "points", **days: object):
    """Try a version of one of the shop's programs."""
    ref = caller.shop.programs[program]
    return caller.post(f"/programs/{ref}/versions/{number}/simulate", days)


def test_a_draft_is_tried_before_it_is_published(aurora: Caller) -> None:
    card = aurora.shop.card()
    for _ in range(3):
        done(aurora.pay(card, 1_500))
    dear = {**POINTS["rewards"][0], "cost_minor": 200}
    aurora.shop.draft("points", with_changes(POINTS, rewards=[dear]))
    found = done(simulate(aurora, 2, **{"from": "2026-11-21", "to": "2026-11-21"}), 200)
    assert (found["sales"], found["customers"], found["median_visits"]) == (3, 1, 3)
    assert found["units"] == {
        "points": {"earned": 45, "redeemed": 40, "expired": 0, "left": 5, "waiting": 0}
    }
    assert found["rewards"][0]["given"] == 4
    assert found["cost"]["total"] == {"amount_minor": 800, "currency": "EUR"}
    assert found["cost"]["share_bp"] == 1_778
    assert (found["from"], found["tiers"]) == ("2026-11-21", [])
    assert found["redeeming"] == "as_soon_as_possible"
    assert found["assumptions"][0]["en"].startswith("Whoever can have a reward takes it at once")


def test_without_days_the_whole_past_is_played(aurora: Caller) -> None:
    done(aurora.pay(aurora.shop.card(), 1_500))
    found = done(simulate(aurora, **{"from": None}), 200)
    assert (found["sales"], found["from"], found["to"]) == (1, "2026-11-21", "2026-11-21")


def test_a_key_that_only_reads_programs_learns_nothing_of_the_takings(aurora: Caller) -> None:
    reader = Caller(aurora.client, aurora.shop, aurora.shop.api_key("programs:read"))
    assert refusal(simulate(reader)) == (403, "forbidden")


@pytest.mark.parametrize(
    ("days", "field"),
    [
        ({"from": "2026-02-30"}, "from"),
        ({"to": "yesterday"}, "to"),
        ({"from": "2026-05-02", "to": "2026-05-01"}, "to"),
        ({"from": "1999-12-31"}, "from"),
        ({"until": "2026-05-01"}, "until"),
    ],
)
def test_days_that_are_none_are_refused_by_their_field(aurora: Caller, days, field) -> None:
    response = simulate(aurora, **days)
    assert refusal(response) == (422, "invalid")
    assert set(response.get_json()["fields"]) == {field}


def test_too_many_sales_for_a_request_are_left_to_the_command_line(
    aurora: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = aurora.shop.card()
    for _ in range(2):
        done(aurora.pay(card, 100))
    monkeypatch.setattr(simulations, "SALES_MAX", 1)
    response = simulate(aurora)
    assert refusal(response) == (422, "invalid")
    assert "loyalty program simulate" in response.get_json()["fields"]["from"][0]


def test_a_version_that_is_not_there_is_unknown(aurora: Caller) -> None:
    for number in (2, 0, 999_999_999):
        assert refusal(simulate(aurora, number)) == (404, "unknown_version")
