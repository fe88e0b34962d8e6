"""Before publishing: who changes level, and whose rewards move."""

import pytest

from loyalty.core import clock
from loyalty.portal.designing import whom
from loyalty.worker.chores import CHORES
from loyalty.worker.once import once
from tests.domain.test_foreseen import BRONZE, SILVER, WITH_LEVELS, levels
from tests.portal.test_designer import path
from tests.programs import POINTS, with_changes

LOWER = with_changes(WITH_LEVELS, tiers=levels(SILVER, BRONZE))
DEARER = with_changes(WITH_LEVELS, rewards=[{**POINTS["rewards"][0], "cost": {"points": 20}}])


@pytest.fixture
def club(shop):
    """Anna has spent 60 euros and is at Gold, Bruno 30, Carla 10."""
    shop.publish("points", WITH_LEVELS, at=clock.now())
    for name, euros in (("Anna", 60), ("Bruno", 30), ("Carla", 10)):
        shop.visit(shop.card("points", name=name, at=clock.now()), euros * 100, at=clock.now())
    return shop


def test_the_page_says_who_changes_level_by_name(club, aurora):
    club.draft(
        "points",
        with_changes(LOWER, tiers=levels(SILVER, BRONZE, WITH_LEVELS["tiers"]["levels"][-1])),
    )
    page = aurora.get(path(club, "publish"))
    assert "una carta sale" in page.words
    assert "Bruno da Argento a Bronzo" in page.words
    assert "Livello Adesso Dopo" in page.words
    assert "Carla" not in page.words


def test_a_level_that_goes_is_said_as_a_fall(club, aurora):
    club.draft("points", LOWER)
    page = aurora.get(path(club, "publish"))
    assert "una carta scende" in page.words
    assert "Anna da Oro a Bronzo" in page.words


def test_a_reward_that_gets_dearer_names_who_could_have_had_it(club, aurora):
    club.draft("points", DEARER)
    page = aurora.get(path(club, "publish"))
    assert "Si allontana da una carta che oggi potrebbe averlo" in page.words
    assert "Carla colazione in omaggio" in page.words
    assert "Bruno" not in page.words


def test_what_touches_no_card_is_said_without_counting(club, aurora):
    club.draft("points", with_changes(WITH_LEVELS, limits={"visits_per_card_day": 9}))
    page = aurora.get(path(club, "publish"))
    assert "Nessuno cambia livello, e nessun premio si sposta" in page.words


def test_many_cards_are_counted_in_the_background(club, aurora, monkeypatch):
    monkeypatch.setattr(whom, "AT_ONCE", 2)
    club.draft("points", LOWER)
    page = aurora.get(path(club, "publish"))
    assert "Anna da Oro" not in page.words
    for _ in range(2):
        waits = aurora.submit(page, "/publish/cards")
    assert "Aspetta il suo turno" in waits.words
    assert once(club.database, CHORES, at=clock.now()).jobs >= 1
    done = aurora.get(path(club, "publish"))
    assert "Anna da Oro a Bronzo" in done.words
    assert "Ricalcola" in done.words


def test_an_older_count_is_not_shown_for_other_rules(club, aurora, monkeypatch):
    monkeypatch.setattr(whom, "AT_ONCE", 2)
    club.draft("points", LOWER)
    aurora.submit(aurora.get(path(club, "publish")), "/publish/cards")
    once(club.database, CHORES, at=clock.now())
    aurora.submit(aurora.get(path(club)), "/draft", **{"rewards.0.cost.points": "30"})
    assert "Anna da Oro" not in aurora.get(path(club, "publish")).words


def test_the_shop_next_door_has_nothing_to_count_here(club, dario):
    csrf = dario.get("/portal/programs").form("/language").fields["csrf_token"]
    answer = dario.post(path(club, "publish/cards"), {"csrf_token": csrf})
    assert answer.status == 404
