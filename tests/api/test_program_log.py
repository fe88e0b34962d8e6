"""The public log of a program over the API."""

from tests.api.caller import Caller, done, refusal
from tests.builders import NOW, POINTS, STAMPS
from tests.programs import with_changes

LESS = with_changes(POINTS, earn=[{**POINTS["earn"][0], "per": {"amount_minor": 200}}])


def test_the_log_tells_every_version_the_newest_first_and_what_it_changed(aurora: Caller) -> None:
    program = aurora.shop.programs["points"]
    aurora.shop.publish("points", LESS, at=NOW.replace(day=22))
    told = done(aurora.get(f"/programs/{program}/log"), 200)
    assert (told["ref"], told["name"], told["status"]) == (program, "points", "published")
    newest, first = told["versions"]
    assert (newest["number"], first["number"]) == (2, 1)
    assert newest["published_at"] == "2026-11-22T10:00:00Z"
    assert newest["terms"]["en"].startswith("1 point for every €2.00")
    (change,) = newest["changes"]
    assert (change["part"], change["direction"]) == ("earn.base", "worse")
    assert change["it"].startswith("Prima: 1 punto ogni 1,00 €")
    assert change["en"].startswith("Before: 1 point for every €1.00")
    assert "keep their terms" in newest["promise"]["en"]
    assert (first["changes"], first["promise"]) == ([], None)


def test_drafts_are_not_in_the_log(aurora: Caller) -> None:
    program = aurora.shop.programs["points"]
    done(aurora.post(f"/programs/{program}/versions", LESS))
    assert len(done(aurora.get(f"/programs/{program}/log"), 200)["versions"]) == 1
    draft = aurora.shop.program("draft", STAMPS, publish=False)
    assert done(aurora.get(f"/programs/{draft}/log"), 200)["versions"] == []


def test_a_paused_program_says_so_in_its_log(aurora: Caller) -> None:
    program = aurora.shop.programs["points"]
    done(aurora.post(f"/programs/{program}/pause"), 200)
    assert done(aurora.get(f"/programs/{program}/log"), 200)["status"] == "paused"


def test_the_log_of_another_shop_does_not_exist(aurora: Caller, dario: Caller) -> None:
    program = aurora.shop.programs["points"]
    assert refusal(dario.get(f"/programs/{program}/log")) == (404, "unknown_program")


def test_a_card_says_why_it_holds_what_it_holds(aurora: Caller) -> None:
    card = aurora.shop.card()
    done(aurora.pay(card, 1_240))
    shown = done(aurora.get(f"/cards/{card.ref}"), 200)["balances"]["points"]
    assert shown["why"] == {
        "it": "12 punti, tutti guadagnati con le visite. Altri 0,60 € e ne arriva uno.",
        "en": "12 points, all earned by visits. Another €0.60 brings one more.",
    }
