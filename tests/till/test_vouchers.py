"""A voucher by its code: what it promises, whether it can be used, and handing it over."""

from datetime import timedelta

import pytest

from loyalty.cards import keeping
from loyalty.core import clock
from tests.club import CLUB


@pytest.fixture
def out(shop):
    """A reserved discount: its voucher as the receipt shows it."""
    shop.program("club", CLUB)
    carla = shop.card("club", name="Carla")
    shop.visit(carla, 10_000, at=clock.now())
    given = shop.reserve(carla, "tenth", at=clock.now()).body
    return {"card": carla, "redemption": given["ref"], **given["vouchers"][0]}


def find(visitor, code):
    return visitor.submit(visitor.get("/till/vouchers"), "/till/vouchers", code=code)


def test_a_voucher_shows_what_it_promises_to_whom_and_until_when(bruno, out):
    page = find(bruno, out["code"].lower())
    assert page.status == 200
    assert "Buono valido" in page.words
    assert "Uno sconto del 10% Togli il 10% dal conto" in page.words
    assert "Si può usare fino al" in page.words
    assert "Carla" in page.words


def test_a_voucher_is_handed_over_from_its_page_once(bruno, out):
    page = find(bruno, out["code"])
    receipt = bruno.submit(page, "/use")
    assert "Togli il 10% dal conto" in receipt.words
    used = find(bruno, out["code"])
    assert "Già consegnato (" in used.words
    assert not used.has_form("/use")
    again = bruno.post(page.form("/use").action, {**page.form("/use").fields, "key": "0" * 26})
    assert again.status == 409
    assert "Questo premio è già stato consegnato." in again.words


def test_a_cancelled_voucher_says_that_its_units_are_back(shop, bruno, out):
    shop.cancel(out["redemption"], at=clock.now())
    page = find(bruno, out["code"])
    assert "Annullato (" in page.words
    assert "quello che era costato è di nuovo sulla carta." in page.words
    assert not page.has_form("/use")


def test_a_voucher_past_its_last_day_says_so(shop, bruno, out, monkeypatch):
    began = clock.now()
    monkeypatch.setattr(clock, "now", lambda: began + timedelta(days=31, hours=2))
    bruno.sign_in(shop.cashier_email)
    page = find(bruno, out["code"])
    assert "Scaduto: valeva fino al" in page.words
    assert "Quello che è costato non torna." in page.words
    assert not page.has_form("/use")


def test_the_voucher_of_a_blocked_card_waits(shop, bruno, out):
    with shop.database.write() as session:
        keeping.block(
            session, duty=shop.owner, card_ref=out["card"].ref, reason="persa", at=clock.now()
        )
    page = find(bruno, out["code"])
    assert "Questa carta è bloccata" in page.words
    assert not page.has_form("/use")


@pytest.mark.parametrize("typed", ["ZZZZ-ZZZZ-ZZ", "x", "!" * 300])
def test_a_code_of_no_voucher_is_said_at_the_field(bruno, typed):
    page = find(bruno, typed)
    assert page.status == 404
    assert "Buono non trovato: ricontrolla il codice." in page.words
    assert page.form("/till/vouchers").fields["code"] == typed


def test_an_empty_field_asks_for_the_code(bruno):
    page = find(bruno, "")
    assert page.status == 422
    assert "Scrivi il codice del buono." in page.words


def test_a_voucher_typed_where_cards_are_typed_leads_to_it(bruno, out):
    page = bruno.look_up(out["code"])
    assert page.path.startswith("/till/vouchers/")
    assert "Uno sconto del 10%" in page.words
    card = bruno.get(next(link for link in page.links if "/till/cards/" in link))
    assert "Carla" in card.words


def test_a_voucher_keeps_the_promise_of_the_rules_it_was_given_under(shop, bruno, out):
    dearer = {**CLUB["rewards"][2], "percent": 5}
    shop.publish("club", {**CLUB, "rewards": [*CLUB["rewards"][:2], dearer]}, at=clock.now())
    assert "Togli il 10% dal conto" in find(bruno, out["code"]).words
