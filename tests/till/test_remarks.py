"""A remark in one tap, and a note for whoever stands here next time."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from loyalty.core.clock import now
from loyalty.feedback.models import Remark
from loyalty.merchants.models import StaffAct
from tests.days import today


def remarks_in(shop):
    with shop.database.read() as session:
        return session.execute(
            sa.select(Remark.kind, Remark.words, Remark.visit_id, Remark.actor)
        ).all()


def acts_in(shop):
    with shop.database.read() as session:
        return session.execute(sa.select(StaffAct.act, StaffAct.facts)).all()


def test_one_tap_on_the_sheet_writes_it_down_with_who_wrote_it(shop, bruno):
    carla = shop.card("points", name="Carla")
    page = bruno.look_up(carla.code)
    saved = bruno.submit(page, "/till/remarks", kind="product")
    assert saved.status == 200
    assert "Annotato: Prodotto." in saved.words
    assert remarks_in(shop) == [("product", None, None, shop.cashier.actor)]
    assert acts_in(shop) == [("remark.write", {"kind": "product"})]


def test_a_double_tap_is_one_remark(shop, bruno):
    page = bruno.look_up(shop.card("points", name="Carla").code)
    for _ in range(2):
        bruno.submit(page, "/till/remarks", kind="wait")
    assert len(remarks_in(shop)) == 1
    assert len(acts_in(shop)) == 1


def test_from_the_receipt_it_is_about_that_visit(shop, bruno):
    carla = shop.card("points", name="Carla")
    receipt = bruno.submit(bruno.look_up(carla.code), "/till/visits", amount="5")
    words = "L'espresso sa\r\n di bruciato"
    bruno.submit(receipt, "/till/remarks", kind="product", words=words)
    ((kind, said, visit_id, _),) = remarks_in(shop)
    assert (kind, said) == ("product", "L'espresso sa di bruciato")
    assert visit_id is not None


def test_a_receipt_of_somebody_else_is_not_what_it_is_about(shop, bruno):
    carla, gino = shop.card("points", name="Carla"), shop.card("points", name="Gino")
    visit = shop.visit(gino, 500, at=now()).body["ref"]
    page = bruno.look_up(carla.code)
    refused = bruno.submit(page, "/till/remarks", kind="wait", visit=visit)
    assert refused.status == 404
    assert remarks_in(shop) == []


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"kind": "other"}, "scegli di che cosa si tratta"),
        ({}, "scegli di che cosa si tratta"),
        ({"kind": "product", "words": "x" * 301}, "Da 1 a 300 caratteri"),
    ],
)
def test_what_is_missing_is_said_beside_what_was_typed(shop, bruno, typed, sentence):
    carla = shop.card("points", name="Carla")
    page = bruno.submit(bruno.look_up(carla.code), "/till/remarks", **typed)
    assert page.status == 422
    assert sentence in page.words
    assert page.has_form("/till/remarks")
    assert typed.get("words", "") in page.html
    assert remarks_in(shop) == []


def test_the_next_cashier_sees_what_they_said_last(shop, bruno):
    carla = shop.card("points", name="Carla")
    page = bruno.look_up(carla.code)
    bruno.submit(page, "/till/remarks", words="espresso troppo amaro")
    assert re.search(r"Il .* ha detto: Espresso troppo amaro", bruno.look_up(carla.code).words)
    bruno.submit(bruno.look_up(carla.code), "/till/remarks", kind="wait")
    assert "c'era qualcosa che non andava: attesa." in bruno.look_up(carla.code).words


def test_a_blocked_card_still_lets_its_holder_speak(shop, bruno):
    from loyalty.cards import keeping

    carla = shop.card("points", name="Carla")
    with shop.database.write() as session:
        keeping.block(session, duty=shop.owner, card_ref=carla.ref, reason="persa", at=now())
    saved = bruno.submit(bruno.look_up(carla.code), "/till/remarks", kind="service")
    assert "Annotato: Servizio." in saved.words


def test_a_note_is_shown_and_may_be_taken_away(shop, bruno):
    carla = shop.card("points", name="Carla")
    page = bruno.submit(bruno.look_up(carla.code), "/note", note="Tavolo fuori, se c'è")
    assert "Tavolo fuori, se c'è" in page.words
    assert "Tavolo fuori, se c'è" in bruno.look_up(carla.code).words
    gone = bruno.submit(page, "/note", note="")
    assert "Tavolo fuori" not in gone.words
    assert "Aggiungi una nota" in gone.words
    assert [act for act, _ in acts_in(shop)] == ["customer.note", "customer.note"]
    assert "Tavolo" not in repr(acts_in(shop))


def test_a_note_that_is_too_long_stays_as_typed(shop, bruno):
    carla = shop.card("points", name="Carla")
    page = bruno.submit(bruno.look_up(carla.code), "/note", note="x" * 201)
    assert page.status == 422
    assert "x" * 201 in page.html
    assert "Da 1 a 200 caratteri" in page.words


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        (0, "Oggi è il suo compleanno"),
        (1, "Domani è il suo compleanno"),
        (7, "Il suo compleanno è fra 7 giorni"),
        (8, ""),
        (-1, ""),
    ],
)
def test_a_birthday_is_told_a_week_before(shop, bruno, days, sentence):
    day = (today() + timedelta(days=days)).strftime("%m-%d")
    carla = shop.card("points", name="Carla", birthday=day)
    words = bruno.look_up(carla.code).words
    assert sentence in words
    assert ("compleanno" in words) is bool(sentence)
