"""Levels, causes, waiting units and every kind of reward, as the cashier sees them."""

import pytest

from loyalty.core import clock
from tests.club import CLUB, WAITING
from tests.programs import POINTS, with_changes


@pytest.fixture
def carla(shop):
    """A card of the club, short of the next level by 80 euros."""
    shop.program("club", CLUB)
    card = shop.card("club", name="Carla")
    shop.visit(card, 42_000)
    return card


def pay(visitor, card, amount):
    return visitor.submit(visitor.look_up(card.code), "/till/visits", amount=amount)


def test_the_level_is_a_badge_with_the_way_to_the_next_one(bruno, carla):
    page = bruno.look_up(carla.code)
    assert "Argento 420 punti" in page.words
    assert 'aria-label="Verso il prossimo livello: 420,00 € / 500,00 €"' in page.html
    assert 'max="50000" value="42000"' in page.html
    assert "Per il livello Oro ti mancano 80,00 € di spesa." in page.words


def test_a_new_level_is_celebrated_once_and_its_multiplier_is_named(bruno, carla):
    receipt = pay(bruno, carla, "80")
    assert "Ora è Oro Hai raggiunto il livello Oro: resta tuo almeno fino al" in receipt.words
    assert "Oro · 50% in più" in receipt.words
    again = pay(bruno, carla, "10")
    assert "Ora è Oro" not in again.words
    assert "Livello Oro, 50% di punti in più: +5 punti" in again.words


def test_a_level_lost_by_a_refund_is_told_and_not_celebrated(bruno, carla):
    receipt = pay(bruno, carla, "80")
    undone = bruno.submit(receipt, "/void")
    assert "Argento" in undone.words
    assert "Ora è" not in bruno.get(receipt.path).words


def test_what_a_sale_gives_to_the_cause_is_money_and_no_units(bruno, carla):
    receipt = pay(bruno, carla, "10")
    assert "Il 2% della spesa a Rifugio dei gatti: 0,20 €" in receipt.words
    assert '<data value="20">' not in receipt.html


def test_a_discount_says_what_to_take_off_before_and_after(bruno, carla):
    page = bruno.look_up(carla.code)
    assert "Consegna: uno sconto di 5 € Togli 5,00 € dal conto" in page.words
    assert "Togli il 10% dal conto" in page.words
    form = next(form for form in page.forms if form.fields.get("reward") == "off")
    receipt = bruno.post(form.action, form.fields)
    assert "Uno sconto di 5 € Togli 5,00 € dal conto" in receipt.words


def test_a_donation_says_to_whom(bruno, carla):
    page = bruno.look_up(carla.code)
    form = next(form for form in page.forms if form.fields.get("reward") == "gift")
    receipt = bruno.post(form.action, form.fields)
    assert "3 € al rifugio Per Rifugio dei gatti: 3,00 €" in receipt.words


def test_a_reward_for_another_level_has_a_sentence_instead_of_a_button(bruno, carla):
    page = bruno.look_up(carla.code)
    assert "Una degustazione: solo per il livello Oro." in page.words
    assert "tasting" not in {form.fields.get("reward") for form in page.forms}
    pay(bruno, carla, "80")
    page = bruno.look_up(carla.code)
    assert "tasting" in {form.fields.get("reward") for form in page.forms}


def test_a_card_that_comes_again_at_once_is_mentioned_calmly(bruno, carla):
    pay(bruno, carla, "10")
    again = pay(bruno, carla, "10")
    assert "Questa carta è appena passata: se è la stessa spesa, annulla." in again.words
    assert "note-warn" not in again.html


def test_a_tax_that_was_not_given_is_mentioned(shop, bruno):
    shop.program("net", with_changes(POINTS, base={"tax": "net"}))
    receipt = pay(bruno, shop.card("net"), "10")
    assert "L'IVA non è indicata: conta tutto l'importo." in receipt.words


def test_units_that_wait_stand_beside_the_balance_with_their_day(shop, bruno):
    shop.program("waiting", WAITING)
    card = shop.card("waiting")
    shop.visit(card, 1_200, at=clock.now())
    page = bruno.look_up(card.code)
    assert "Punti : 0 +12 punti dal" in page.words
    assert "0 punti: 12 guadagnati, 12 in attesa fino al" in page.words


def test_every_balance_says_why_beside_it(shop, bruno, carla):
    assert "420 punti, tutti guadagnati con le visite." in bruno.look_up(carla.code).words
    gino = shop.card("stamps")
    shop.visit(gino, coffees=12)
    words = bruno.look_up(gino.code).words
    assert "Perché questo saldo 2 timbri: 12 guadagnati, 10 usati." in words


def test_a_visit_that_earns_nothing_says_why(bruno, carla):
    receipt = pay(bruno, carla, "0")
    assert "Visita registrata, questa volta senza" in receipt.words
    assert "0,00 € di spesa: +0 punti" in receipt.words


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        ({"amount_minor_max": 5_000}, "Qui una spesa conta fino a 50,00 €."),
        ({"visits_per_card_day": 1}, "Qui una carta conta al massimo 1 volte al giorno"),
    ],
)
def test_a_limit_is_told_in_the_counters_words(shop, bruno, limits, sentence):
    shop.program("narrow", with_changes(POINTS, limits=limits))
    card = shop.card("narrow")
    shop.visit(card, 100, at=clock.now())
    refused = pay(bruno, card, "60")
    assert refused.status == 409
    assert sentence in refused.words
    assert "amount_minor_max" not in refused.words
    assert "visits_per_card_day" not in refused.words
