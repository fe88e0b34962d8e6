"""The owner's home says what is true, and nothing else."""

from datetime import timedelta

import pytest

from loyalty.core import clock
from loyalty.counter import merging


def test_the_overview_counts_today_and_its_units(shop, aurora):
    carla, gino = shop.card("points", name="Carla"), shop.card("stamps", name="Gino")
    shop.visit(carla, 1240, at=clock.now())
    shop.visit(carla, 300, at=clock.now())
    shop.visit(gino, coffees=2, at=clock.now())
    page = aurora.get("/portal/")
    assert "Visite 3 Clienti 2 Pagato 15,40 € Premi 0" in page.words
    assert "Punti 15 0" in page.words
    assert "Timbri 2 0" in page.words
    assert "12,40 € di spesa: +12 punti" in page.words


def test_a_cancelled_visit_is_shown_and_not_counted(shop, aurora):
    carla = shop.card("points", name="Carla")
    visit = shop.visit(carla, 1240, at=clock.now())
    shop.void(visit.body["ref"], at=clock.now())
    page = aurora.get("/portal/")
    assert "Visite 0 Clienti 0" in page.words
    assert "Annullata" in page.words


def test_each_program_says_its_promise_in_the_language_of_the_page(shop, aurora):
    assert "1 punto ogni 1,00 € di spesa" in aurora.get("/portal/").words
    aurora.submit(aurora.get("/portal/"), "/language", language="en")
    assert "1 point for every €1.00 spent" in aurora.get("/portal/").words


def test_the_shop_next_door_is_not_counted(shop, dario):
    carla = shop.card("points", name="Carla")
    shop.visit(carla, 1240, at=clock.now())
    page = dario.get("/portal/")
    assert "Visite 0" in page.words
    assert "Carla" not in page.html


def test_an_empty_day_says_what_will_be_here(shop, aurora):
    page = aurora.get("/portal/")
    assert "Oggi ancora nessuno" in page.words
    assert "Da domani qui ci sono i numeri" in page.words


def ago(days):
    """A moment on that day, at a time when shops are open."""
    return clock.now().replace(hour=11) - timedelta(days=days)


@pytest.fixture
def past(shop):
    """Eight weeks: Carla came twice lately, Gino once then and once now, Anna only then."""
    carla, gino = shop.card("points", name="Carla"), shop.card("points", name="Gino")
    anna = shop.card("points", name="Anna")
    for card, days in [(carla, 3), (carla, 9), (gino, 5), (gino, 40), (anna, 41)]:
        shop.visit(card, 1_000, at=ago(days))
    return carla, gino, anna


def test_five_numbers_compare_four_weeks_with_the_four_before(shop, past, aurora):
    words = aurora.get("/portal/").words
    assert "Clienti attivi 2 ±0% prima: 2" in words
    assert "Tornati 50% +50 punti prima: 0%" in words
    assert "Visite con la carta 3 +50% prima: 2" in words
    assert "Premi consegnati 0 prima: 0" in words
    assert "n = 1 clienti su 2. Dal" in words
    assert "n = 3 visite. Dal" in words


def test_today_counts_in_no_number_of_whole_days_until_it_is_over(shop, past, aurora):
    before = aurora.get("/portal/").words
    shop.visit(past[0], 1_000, at=clock.now())
    after = aurora.get("/portal/").words
    assert "Visite con la carta 3" in before
    assert "Visite con la carta 3" in after
    assert "Visite 1 Clienti 1" in after


def test_a_visit_of_an_earlier_day_that_is_taken_back_leaves_the_numbers_at_once(shop, aurora):
    carla = shop.card("points", name="Carla")
    visit = shop.visit(carla, 1_000, at=ago(2))
    shop.visit(shop.card("points"), 1_000, at=ago(3))
    assert "Clienti attivi 2" in aurora.get("/portal/").words
    shop.void(visit.body["ref"], at=clock.now())
    assert "Clienti attivi 1" in aurora.get("/portal/").words


def test_two_cards_of_one_person_are_one_active_member(shop, aurora):
    one, other = shop.card("points", name="Carla"), shop.card("stamps", name="Carla")
    with shop.database.write() as session:
        merging.merge(
            session,
            duty=shop.owner,
            customer_ref=other.customer,
            into_ref=one.customer,
            at=clock.now(),
        )
    shop.visit(one, 1_000, at=ago(2))
    shop.visit(other, coffees=1, at=ago(3))
    words = aurora.get("/portal/").words
    assert "Clienti attivi 1" in words
    assert "Tornati 100%" in words


def test_what_a_reward_costs_is_not_guessed(shop, aurora):
    shop.visit(shop.card("points"), 1_000, at=ago(2))
    assert "Costo dei premi" in aurora.get("/portal/").words


def test_what_was_said_at_the_counter_waits_on_the_home(shop, bruno, aurora):
    carla = shop.card("points", name="Carla")
    receipt = bruno.look_up(carla.code)
    bruno.submit(receipt, "/till/remarks", kind="product", words="espresso <strano>")
    page = aurora.get("/portal/")
    assert "Detto al banco" in page.words
    assert "espresso &lt;strano&gt;" in page.html
