"""Trying rules on the shop's own past: few sales at once, many in the background, or none yet."""

from datetime import timedelta

import pytest

from loyalty.core import clock
from loyalty.portal.designing import past
from loyalty.worker.chores import CHORES
from loyalty.worker.once import once
from tests.pages import Visitor
from tests.portal.test_designer import path
from tests.programs import POINTS, with_changes

PAID = {**POINTS["rewards"][0], "cost_minor": 150}
CHEAP = with_changes(POINTS, rewards=[PAID])
DEAR = with_changes(POINTS, rewards=[{**PAID, "cost": {"points": 20}}])


@pytest.fixture
def busy(shop):
    """Twelve sales of ten euros, and rules in force that give a reward at each."""
    shop.publish("points", CHEAP, at=clock.now() - timedelta(days=100))
    card = shop.card("points", name="Carla")
    for week in range(12):
        shop.visit(card, 1_000, at=clock.now() - timedelta(days=80 - 7 * week))
    return shop


def test_a_draft_is_tried_beside_the_rules_in_force(busy, aurora):
    busy.draft("points", DEAR)
    page = aurora.get(path(busy, "past"))
    assert "Costo del programma 9,00 € in vigore oggi: 18,00 €" in page.words
    assert "Quota delle vendite 7,5% in vigore oggi: 15,0%" in page.words
    assert "Visite per il primo premio 2 in vigore oggi: 1" in page.words
    assert "Quanto costa, mese per mese" in page.words
    assert "Garanzia del 20% per i premi di questi giorni 1,80 € 3,60 €" in page.words
    assert "Nessuno compra di più né di meno per via del programma" in page.words


def test_without_a_draft_the_rules_in_force_are_shown_alone(busy, aurora):
    page = aurora.get(path(busy, "past"))
    assert "Costo del programma 18,00 €" in page.words
    assert "in vigore oggi" not in page.words


def test_rules_that_do_not_fit_are_mended_first(busy, aurora):
    busy.draft("points", with_changes(POINTS, rewards=[{**PAID, "kind": "donation"}]))
    page = aurora.get(path(busy, "past"))
    assert "Prima le regole devono stare insieme" in page.words
    assert "Costo del programma" not in page.words


def test_many_sales_are_tried_in_the_background_once(busy, aurora, monkeypatch):
    monkeypatch.setattr(past, "AT_ONCE", 3)
    busy.draft("points", DEAR)
    page = aurora.get(path(busy, "past"))
    assert "12 vendite su cui provare" in page.words
    for _ in range(2):
        waits = aurora.submit(page, "/past")
    assert "Aspetta il suo turno" in waits.words
    assert once(busy.database, CHORES, at=clock.now()).jobs >= 1
    done = aurora.get(path(busy, "past"))
    assert "Costo del programma 9,00 € in vigore oggi: 18,00 €" in done.words
    aurora.submit(aurora.get(path(busy)), "/draft", **{"rewards.0.cost.points": "30"})
    assert "12 vendite su cui provare" in aurora.get(path(busy, "past")).words


def test_too_many_sales_are_refused_with_what_to_do(busy, aurora, monkeypatch):
    monkeypatch.setattr(past, "AT_ONCE", 3)
    monkeypatch.setattr("loyalty.counter.trials.SALES_MAX", 5)
    answer = aurora.submit(aurora.get(path(busy, "past")), "/past")
    assert answer.status == 422
    assert "scegli meno giorni" in answer.words


def test_without_sales_one_says_how_customers_come(shop, aurora):
    page = aurora.get(path(shop, "past"))
    assert "Ancora nessuna vendita su cui provare" in page.words
    assert "Chi viene 24 volte l'anno e spende 10,00 €" in page.words
    again = aurora.get(path(shop, "past") + "?basket=5&visits=52")
    assert "Chi viene 52 volte l'anno e spende 5,00 €" in again.words
    assert "dopo 2 visite" in again.words


@pytest.mark.parametrize(
    "query", ["?basket=due&visits=tante", "?visits=" + "9" * 9_000, "?days=-1"]
)
def test_nonsense_is_answered_with_the_usual_figures(shop, aurora, query):
    page = aurora.get(path(shop, "past") + query)
    assert page.status == 200


def test_the_trial_of_the_shop_next_door_is_not_ours(busy, app, dario, monkeypatch):
    monkeypatch.setattr(past, "AT_ONCE", 3)
    aurora = Visitor(app)
    aurora.sign_in(busy.owner_email)
    aurora.submit(aurora.get(path(busy, "past")), "/past")
    assert dario.get(path(busy, "past")).status == 404
