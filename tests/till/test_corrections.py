"""Every mistake at the counter can be undone."""

from datetime import timedelta

import pytest

from loyalty.core import clock
from tests.builders import POINTS
from tests.programs import with_changes


@pytest.fixture
def later(monkeypatch):
    """Move the shop's clock on."""

    def move(**units):
        began = clock.now()
        monkeypatch.setattr(clock, "now", lambda: began + timedelta(**units))

    return move


def record(visitor, card, **typed):
    return visitor.submit(visitor.look_up(card.code), "/till/visits", **typed)


def test_a_visit_is_undone_with_one_tap_and_both_lines_stay(shop, bruno):
    carla = shop.card("points", name="Carla")
    receipt = record(bruno, carla, amount="12,40")
    undone = bruno.submit(receipt, "/void")
    assert undone.status == 200
    assert "Questa visita non conta più" in undone.words
    assert "0 punti" in bruno.look_up(carla.code).words
    assert "annullata" in bruno.get("/till/today").words


def test_after_a_minute_the_receipt_offers_no_undo_but_the_visit_can_be_cancelled(
    shop, bruno, later
):
    carla = shop.card("points", name="Carla")
    receipt = record(bruno, carla, amount="12,40")
    assert receipt.has_form("/void")
    later(seconds=61)
    assert not bruno.get(receipt.path).has_form("/void")
    visit = bruno.get(receipt.path.removesuffix("/receipt"))
    assert "Scontrino sbagliato" not in visit.words
    assert bruno.submit(visit, "/void", reason="Scontrino sbagliato").status == 200
    assert "0 punti" in bruno.look_up(carla.code).words


def test_cancelling_a_visit_needs_a_reason(shop, bruno):
    carla = shop.card("points", name="Carla")
    receipt = record(bruno, carla, amount="12,40")
    visit = bruno.get(receipt.path.removesuffix("/receipt"))
    page = bruno.submit(visit, "/void", reason="")
    assert page.status == 422
    assert "Servono due parole." in page.words


def test_a_visit_cannot_be_undone_twice(shop, bruno):
    carla = shop.card("points", name="Carla")
    receipt = record(bruno, carla, amount="12,40")
    again = {**receipt.form("/void").fields, "key": "0" * 26}
    bruno.submit(receipt, "/void")
    refused = bruno.post(receipt.form("/void").action, again)
    assert refused.status == 409
    assert "Già annullata" in refused.words


def test_a_refund_takes_back_what_the_money_had_earned(shop, bruno):
    carla = shop.card("points", name="Carla")
    receipt = record(bruno, carla, amount="12,40")
    visit = bruno.get(receipt.path.removesuffix("/receipt"))
    after = bruno.submit(visit, "/refund", amount="2,00")
    assert after.status == 200
    assert "Ne sono stati rimborsati 2,00 €." in after.words
    assert "Al massimo 10,40 €." in after.words
    assert "10 punti" in bruno.look_up(carla.code).words


def test_a_refund_of_more_than_was_paid_says_so_at_the_field(shop, bruno):
    carla = shop.card("points", name="Carla")
    receipt = record(bruno, carla, amount="12,40")
    visit = bruno.get(receipt.path.removesuffix("/receipt"))
    page = bruno.submit(visit, "/refund", amount="20")
    assert page.status == 409
    assert "Il rimborso supera quanto resta della visita." in page.words
    assert "12 punti" in bruno.look_up(carla.code).words


def test_a_reward_is_handed_over_and_taken_back(shop, bruno):
    carla = shop.card("points", name="Carla")
    record(bruno, carla, amount="15")
    receipt = bruno.submit(bruno.look_up(carla.code), "/till/redemptions")
    assert "Colazione in omaggio" in receipt.words
    assert "5 punti" in receipt.words
    back = bruno.submit(receipt, "/cancel")
    assert "è tutto di nuovo sulla carta" in back.words
    assert "15 punti" in bruno.look_up(carla.code).words


def test_a_reward_asked_for_twice_by_a_double_tap_is_handed_over_once(shop, bruno):
    carla = shop.card("points", name="Carla")
    record(bruno, carla, amount="30")
    page = bruno.look_up(carla.code)
    first = bruno.submit(page, "/till/redemptions")
    second = bruno.submit(page, "/till/redemptions")
    assert first.path == second.path
    assert "20 punti" in bruno.look_up(carla.code).words


def test_a_voucher_is_used_once(shop, bruno):
    carla = shop.card("stamps", name="Carla")
    record(bruno, carla, quantity="10")
    page = bruno.look_up(carla.code)
    assert "Un caffè in omaggio" in bruno.submit(page, "/use").words
    form = page.form("/use")
    refused = bruno.post(form.action, {**form.fields, "key": "0" * 26})
    assert refused.status == 409
    assert "Già consegnato" in refused.words


def test_a_reward_that_needs_the_qr_is_not_offered_on_a_typed_code(shop, bruno):
    strict = with_changes(POINTS, proof={"redeem": "static"})
    shop.program("strict", strict)
    carla = shop.card("strict", name="Carla")
    shop.visit(carla, 2000, at=clock.now())
    typed = bruno.look_up(carla.code)
    assert "serve il codice QR della carta" in typed.words
    assert not typed.has_form("/till/redemptions")
    scanned = bruno.look_up(carla.token)
    assert bruno.submit(scanned, "/till/redemptions").status == 200
