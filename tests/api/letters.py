"""Whatever the API refuses about campaigns, one request each."""

from typing import Any

from tests.api.caller import Caller, done

NOBODY = {"all": [{"field": "joined_days", "op": "gte", "value": 3000}]}
LETTER = {"it": {"subject": "Ciao", "body": "Ci manchi, {{first_name|cliente}}!"}}
CAMPAIGN = {
    "name": "Ci manchi",
    "audience": {"all": [{"field": "joined_days", "op": "gte", "value": 0}]},
    "holdout_percent": 0,
    "letter": LETTER,
}


def letters_refused(
    aurora: Caller, things: dict[str, str]
) -> list[tuple[str, dict[str, dict[str, Any]]]]:
    """Operation and what is changed in its request."""
    sent = {"campaign_ref": things["sent_ref"]}
    draft = {"campaign_ref": done(aurora.post("/campaigns", CAMPAIGN))["ref"]}
    empty = done(aurora.post("/campaigns", {**CAMPAIGN, "audience": NOBODY}))["ref"]
    paused = done(aurora.post("/campaigns", CAMPAIGN))["ref"]
    done(aurora.post(f"/campaigns/{paused}/launch"), 200)
    done(aurora.post(f"/campaigns/{paused}/pause"), 200)
    past = {"not_after": "2026-11-21T10:30:00Z"}
    gone = {**CAMPAIGN, "audience": {"segment": "seg_nothing"}}
    nowhere = {"kind": "bounce", "about": f"<m.{'0' * 32}@x.it>"}
    one = "/campaigns/<campaign_ref>"
    return [
        ("POST /campaigns", {"body": gone}),
        ("POST /campaigns/returned", {"body": nowhere}),
        (f"POST {one}/launch", {"things": sent}),
        (f"POST {one}/launch", {"things": {"campaign_ref": empty}}),
        (f"POST {one}/pause", {"things": draft}),
        (f"POST {one}/resume", {"things": draft, "body": {}}),
        (f"POST {one}/resume", {"things": {"campaign_ref": paused}, "body": past}),
        (f"POST {one}/stop", {"things": draft}),
    ]
