"""Segments, metrics and standings for other programs: the shapes of the contract."""

from datetime import timedelta

import pytest

from tests.api.caller import done, refusal
from tests.builders import NOW


@pytest.fixture
def regular(shop):
    """Carla, who came every ten days and has not been seen for sixty."""
    card = shop.card(name="Carla")
    for days_ago in (80, 70, 60):
        shop.visit(card, 1_000, at=NOW - timedelta(days=days_ago))
    return card


def test_a_profile_says_where_somebody_stands_and_what_their_visits_add_up_to(aurora, regular):
    profile = done(aurora.get(f"/customers/{regular.customer}"), 200)
    assert profile["state"] == "lapsed"
    assert profile["figures"] == {
        "visits": 3,
        "visit_days": 3,
        "spend": {"amount_minor": 3_000, "currency": "EUR"},
        "first_visit_on": "2026-09-02",
        "last_visit_on": "2026-09-22",
        "silent_days": 60,
        "usual_gap_days": 10,
    }
    assert done(aurora.post("/customers", {"name": "Nuova"}))["state"] == "new"
    (found,) = done(aurora.get("/customers", segment="lapsed"), 200)["items"]
    assert found == profile


def test_a_segment_is_kept_counted_and_paged_with_why(aurora, regular, shop):
    audience = {"all": [{"field": "visits", "op": "gte", "value": 1}]}
    made = done(aurora.post("/segments", {"name": "Chi è venuto", "audience": audience}))
    assert (made["key"], made["members"], made["built_in"]) == ("chi-e-venuto", 1, False)
    other = shop.card(name="Bruna")
    shop.visit(other, 500)
    first = done(aurora.get("/segments/chi-e-venuto/members", limit=1), 200)
    assert first["members"] == 2
    assert first["items"][0]["ref"] == regular.customer
    assert first["items"][0]["why"] == {"it": "3 visite.", "en": "3 visits."}
    last = done(aurora.get("/segments/chi-e-venuto/members", cursor=first["next"]), 200)
    assert [one["ref"] for one in last["items"]] == [other.customer]
    assert (last["next"], last["members"]) == (None, None)
    keys = [one["key"] for one in done(aurora.get("/segments"), 200)["items"]]
    assert keys[:3] == ["new", "one_off", "active"]
    assert keys[-1] == "chi-e-venuto"


@pytest.mark.parametrize("engine", ["sqlite"])
def test_what_makes_no_sense_is_named_by_its_place(aurora):
    wrong = {
        "audience": "x",
        "audience.all.0.field": {"all": [{"field": "shoes", "op": "eq", "value": 1}]},
        "audience.all.0.op": {"all": [{"field": "state", "op": "gte", "value": "lost"}]},
        "audience.any.1.value": {"any": [{"segment": "new"},
                                         {"field": "visits", "op": "gte", "value": "9"}]},
        "audience.value": {"field": "visits", "op": "between", "value": [9, 1]},
        "audience.not.value": {"not": {"field": "state", "op": "eq", "value": "\u202elost"}},
        "audience.field": {"field": "nps", "op": "gte", "value": 9},
        "audience.segment": {"segment": "x" * 41},
        "audience.all": {"all": []},
    }  # fmt: skip
    for place, audience in wrong.items():
        answer = aurora.post("/segments", {"name": "x", "audience": audience})
        assert refusal(answer) == (422, "invalid"), place
        assert list(answer.get_json()["fields"]) == [place]
    deep = {"segment": "new"}
    for _ in range(9):
        deep = {"not": deep}
    assert refusal(aurora.post("/segments", {"name": "x", "audience": deep})) == (422, "invalid")
    wide = {"any": [{"all": [{"segment": "new"}] * 40}] * 40}
    assert refusal(aurora.post("/segments", {"name": "x", "audience": wide})) == (422, "invalid")
    odd = aurora.get("/customers", segment="Ω'; DROP")
    assert refusal(odd) == (422, "invalid")


def test_metrics_come_with_value_n_interval_and_definition(aurora, regular):
    found = done(aurora.get("/metrics", **{"from": "2026-09-01", "to": "2026-09-30"}), 200)
    assert (found["from"], found["to"], found["currency"]) == ("2026-09-01", "2026-09-30", "EUR")
    active = found["metrics"]["active_members"]
    assert (active["value"], active["n"], active["low"], active["high"]) == (1, 1, None, None)
    assert active["definition"]["it"] == "Chi è venuto almeno una volta nel periodo."
    repeat = found["metrics"]["repeat_rate"]
    assert repeat["value"] == 100
    assert repeat["low"] < 100 == repeat["high"]
    assert found["metrics"]["average_purchase"]["value"] == 1_000
    now = done(aurora.get("/metrics"), 200)["metrics"]
    assert now["states"]["parts"]["lapsed"] == 1
    assert now["churn"]["value"] is None
    assert now["churn"]["note"]["en"].startswith("There were no regular customers")


def test_nothing_of_it_is_seen_next_door(aurora, dario, regular):
    done(aurora.post("/segments", {"name": "Mine", "audience": {"segment": "lapsed"}}))
    assert refusal(dario.get("/segments/mine/members")) == (404, "unknown_segment")
    assert done(dario.get("/segments/lapsed/members"), 200)["items"] == []
    assert done(dario.get("/metrics"), 200)["metrics"]["active_members"]["value"] == 0
