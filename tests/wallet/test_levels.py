"""Levels, causes, waiting units and rewards out of reach, on the customer's own card."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from loyalty.core import clock
from tests.club import CLUB, WAITING
from tests.programs import with_changes


@pytest.fixture
def carla(shop):
    """A card of the club, short of the next level by 80 euros."""
    shop.program("club", CLUB)
    card = shop.card("club", name="Carla", at=clock.now())
    shop.visit(card, 42_000, at=clock.now())
    return card


def test_the_card_shows_its_level_and_how_far_the_next_one_is(phone, carla):
    page = phone(carla).get(f"/c/{carla.ref}")
    assert "Livello Argento" in page.words
    assert "Argento 420,00 € / 500,00 € Per il livello Oro ti mancano 80,00 € di spesa." in (
        page.words
    )
    assert 'max="50000" value="42000"' in page.html


def test_a_level_that_can_be_lost_says_until_when_and_what_keeps_it(shop, phone, carla):
    shop.visit(carla, 8_000, at=clock.now())
    page = phone(carla).get(f"/c/{carla.ref}")
    assert "Il livello Oro è tuo fino al" in page.words
    assert "Per tenerlo ti mancano" in page.words
    assert "Con questo livello: 50% in più a ogni visita." in page.words


def test_between_two_levels_both_ways_are_told(shop, phone):
    levels = [*CLUB["tiers"]["levels"], {"key": "top", "name": {"it": "Platino"}, "from": 100_000}]
    shop.program("three", with_changes(CLUB, tiers={**CLUB["tiers"], "levels": levels}))
    card = shop.card("three", at=clock.now())
    shop.visit(card, 70_000, at=clock.now())
    page = phone(card).get(f"/c/{card.ref}")
    assert (
        "Oro 700,00 € / 1.000,00 € Ancora 300,00 € per Platino Il livello Oro è tuo" in page.words
    )


@pytest.mark.parametrize(
    ("tiers", "said"),
    [
        ({"measure": "visits"}, "Ancora nessun livello 1 / 3"),
        ({"measure": "units", "unit": "points"}, "Ancora nessun livello 2 / 3"),
    ],
)
def test_levels_by_visits_and_by_units_count_what_they_count(shop, phone, tiers, said):
    level = {"key": "gold", "name": {"it": "Oro", "en": "Gold"}, "from": 3}
    rules = {**CLUB["tiers"], **tiers, "levels": [level]}
    shop.program("few", with_changes(CLUB, tiers=rules, rewards=[]))
    card = shop.card("few", at=clock.now())
    shop.visit(card, 200, at=clock.now())
    assert said in phone(card).get(f"/c/{card.ref}").words


def test_a_card_without_levels_shows_none(shop, phone):
    card = shop.card("points", at=clock.now())
    assert "Livello" not in phone(card).get(f"/c/{card.ref}").words


def test_own_purchases_say_what_they_gave_and_to_whom(phone, carla):
    page = phone(carla).get(f"/c/{carla.ref}")
    assert "Con i tuoi acquisti: 8,40 € per Rifugio dei gatti." in page.words
    assert "Il 2% della spesa a Rifugio dei gatti: 8,40 €" in page.words
    assert "cause.rifugio" not in page.words


def test_what_can_be_paid_to_a_cause_is_no_news_for_the_customer(shop, phone):
    shop.program("club", CLUB)
    card = shop.card("club", at=clock.now())
    shop.visit(card, 1_000, at=clock.now() - timedelta(days=20))
    shop.visit(card, 1_000, at=clock.now())
    page = phone(card).get(f"/c/{card.ref}")
    assert "da versare" not in page.words.partition("Come funziona")[0]
    assert page.words.count("10,00 € di spesa: +10 punti") == 2


def test_units_that_wait_stand_on_the_card_with_their_day(shop, phone):
    shop.program("waiting", WAITING)
    card = shop.card("waiting", at=clock.now())
    shop.visit(card, 1_200, at=clock.now())
    page = phone(card).get(f"/c/{card.ref}")
    assert "Punti 0 +12 punti dal" in page.words
    assert "0 punti: 12 guadagnati, 12 in attesa fino al" in page.words


def test_a_debt_is_explained_and_not_only_shown(shop, phone):
    card = shop.card("points", at=clock.now())
    visit = shop.visit(card, 1_300, at=clock.now()).body["ref"]
    shop.reserve(card, "breakfast", at=clock.now())
    shop.void(visit, at=clock.now())
    page = phone(card).get(f"/c/{card.ref}")
    assert "Mancano 10 punti: una visita rimborsata o annullata li aveva dati" in page.words


def test_a_reward_that_cannot_be_had_says_why_not(shop, phone, carla):
    soon = {**CLUB["rewards"][0], "key": "soon", "from": "2099-12-09"}
    shop.publish("club", with_changes(CLUB, rewards=[*CLUB["rewards"], soon]), at=clock.now())
    page = phone(carla).get(f"/c/{carla.ref}")
    assert "Una degustazione: solo per il livello Oro." in page.words
    assert "Colazione in omaggio: si può avere dal 9 dicembre 2099." in page.words


def test_the_last_day_of_a_voucher_is_the_last_on_which_it_works(shop, phone):
    card = shop.card("stamps", at=clock.now())
    shop.visit(card, coffees=10, at=clock.now())
    last = clock.now().astimezone(ZoneInfo("Europe/Rome")).date() + timedelta(days=30)
    page = phone(card).get(f"/c/{card.ref}")
    assert f"Vale fino al {last.day} " in page.words
