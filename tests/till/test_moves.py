"""A visit on the wrong card is put on the right one."""

import pytest

from loyalty.core import clock
from tests.club import CLUB


@pytest.fixture
def mistaken(shop, bruno):
    """A visit that was recorded on Carla's card: its page at the till."""
    carla = shop.card("points", name="Carla")
    receipt = bruno.submit(bruno.look_up(carla.code), "/till/visits", amount="12,40")
    return carla, bruno.get(receipt.path.removesuffix("/receipt"))


def move(visitor, page, card, **typed):
    return visitor.submit(page, "/move", card=card, **typed)


def test_a_visit_goes_to_the_right_card_with_what_it_earned(shop, bruno, mistaken):
    carla, page = mistaken
    anna = shop.card("points", name="Anna")
    moved = move(bruno, page, anna.code, move_reason="due in fila")
    assert moved.status == 200
    assert "Anna 12 punti" in moved.words
    assert "Dato +12 punti" in moved.words
    assert "0 punti" in bruno.look_up(carla.code).words
    assert "Anna" in bruno.get("/till/today").words


def test_what_it_earned_there_is_what_is_shown_afterwards(shop, bruno):
    shop.program("club", CLUB)
    silver, gold = shop.card("club", name="Silvia"), shop.card("club", name="Olga")
    shop.visit(gold, 60_000, at=clock.now())
    receipt = bruno.submit(bruno.look_up(silver.code), "/till/visits", amount="100")
    page = bruno.get(receipt.path.removesuffix("/receipt"))
    moved = move(bruno, page, gold.code)
    assert "Dato +150 punti" in moved.words
    assert "Livello Oro, 50% di punti in più: +50 punti" in moved.words


def test_a_code_of_nobody_is_said_at_the_field_and_nothing_moves(shop, bruno, mistaken):
    carla, page = mistaken
    refused = move(bruno, page, "ZZZZ-ZZZZ-ZZ")
    assert refused.status == 404
    assert "Nessuna carta con questo codice in questo negozio." in refused.words
    assert refused.form("/move").fields["card"] == "ZZZZ-ZZZZ-ZZ"
    assert "12 punti" in bruno.look_up(carla.code).words


def test_the_same_card_and_another_program_are_refused_in_words(shop, bruno, mistaken):
    carla, page = mistaken
    same = move(bruno, page, carla.code)
    assert same.status == 422
    assert "La visita è già su questa carta." in same.words
    other = move(bruno, page, shop.card("stamps").code)
    assert "È di un altro programma: annulla la visita e registrala di nuovo lì." in other.words


def test_moving_asks_for_a_card(bruno, mistaken):
    _, page = mistaken
    asked = move(bruno, page, "")
    assert asked.status == 422
    assert "Scrivi il codice della carta giusta." in asked.words


def test_a_double_tap_moves_once(shop, bruno, mistaken):
    _, page = mistaken
    anna = shop.card("points", name="Anna")
    form = page.form("/move")
    for _ in range(2):
        assert bruno.post(form.action, {**form.fields, "card": anna.code}).status == 200
    assert "12 punti" in bruno.look_up(anna.code).words


def test_a_cancelled_visit_is_not_moved(shop, bruno, mistaken):
    _, page = mistaken
    bruno.submit(page, "/void", reason="prova")
    refused = move(bruno, page, shop.card("points").code)
    assert refused.status == 409
    assert "Già annullata" in refused.words
