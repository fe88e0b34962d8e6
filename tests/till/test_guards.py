"""What the till says where somebody might help themselves, on purpose or by mistake."""

import sqlalchemy as sa

from loyalty.counter.models import ScanRefusal
from tests.programs import POINTS, with_changes

LIMITS = {"visits_per_card_day": 2, "min_seconds": 120, "amount_minor_max": 5_000}


def record(bruno, card, amount):
    return bruno.submit(bruno.look_up(card.code), "/till/visits", amount=amount)


def refusals_in(shop):
    with shop.database.read() as session:
        return session.execute(sa.select(ScanRefusal.code, ScanRefusal.actor)).all()


def test_nobody_serves_their_own_card_and_the_attempt_is_kept(shop, bruno):
    own = shop.card("points", name="Bruno", email=shop.cashier_email)
    page = record(bruno, own, "5")
    assert page.status == 409
    assert "È la tua carta" in page.words
    assert "fatti servire da un collega" in page.words
    assert "Non è stato registrato nulla." in page.words
    assert refusals_in(shop) == [("own_card", shop.cashier.actor)]


def test_the_second_within_two_minutes_goes_in_with_a_word_about_it(shop, bruno):
    shop.program("careful", with_changes(POINTS, limits=LIMITS))
    card = shop.card("careful", name="Carla")
    assert "appena passata" not in record(bruno, card, "5").words
    again = record(bruno, card, "5")
    assert again.status == 200
    assert "Annulla" in again.words
    assert "Questa carta è appena passata: se è la stessa spesa, annulla." in again.words


def test_the_days_limit_says_when_it_works_again(shop, bruno):
    shop.program("careful", with_changes(POINTS, limits=LIMITS))
    card = shop.card("careful", name="Carla")
    record(bruno, card, "5")
    record(bruno, card, "5")
    page = record(bruno, card, "5")
    assert page.status == 409
    assert "Per oggi basta" in page.words
    assert "al massimo 2 volte al giorno: domani funziona di nuovo" in page.words


def test_a_sum_above_the_limit_says_what_to_do(shop, bruno):
    shop.program("careful", with_changes(POINTS, limits=LIMITS))
    page = record(bruno, shop.card("careful", name="Carla"), "50,01")
    assert page.status == 409
    assert "È una somma molto alta" in page.words
    assert "50,00 €" in page.words
