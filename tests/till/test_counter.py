"""The counter: from a code to a customer, from an amount to a receipt."""

import pytest
import sqlalchemy as sa

from loyalty.cards import keeping
from loyalty.core.clock import now
from loyalty.counter.models import ScanRefusal, Visit
from loyalty.ledger.models import Operation


def visits_in(shop):
    with shop.database.read() as session:
        return session.execute(sa.select(sa.func.count()).select_from(Visit)).scalar_one()


def test_a_code_brings_up_the_customer_with_their_stamps(shop, bruno):
    carla = shop.card("stamps", name="Carla De Santis")
    shop.visit(carla, coffees=7)
    page = bruno.look_up(carla.code.lower())
    assert page.status == 200
    assert "Carla De Santis" in page.words
    assert 'aria-label="7 timbri su 10"' in page.html
    assert page.html.count('class="on"') == 7
    assert "Aggiungi 1 timbro" in page.words


def test_a_pasted_qr_text_works_like_the_code(shop, bruno):
    carla = shop.card("points", name="Carla")
    page = bruno.look_up(f"HTTP://127.0.0.1:8000/C/{carla.token}")
    assert "Carla" in page.words
    assert page.form("/till/visits").fields["scan"].endswith(carla.token)


def test_a_visit_shows_what_it_gave_and_why(shop, bruno):
    carla = shop.card("points", name="Carla")
    receipt = bruno.submit(bruno.look_up(carla.code), "/till/visits", amount="12,40")
    assert receipt.status == 200
    assert receipt.path.endswith("/receipt")
    assert "+12 punti per Carla" in receipt.words
    assert "12,40 € di spesa: +12 punti; 0,40 € messi da parte, 0,60 € al prossimo punto" in (
        receipt.words
    )


def test_a_double_tap_is_one_visit(shop, bruno):
    carla = shop.card("points", name="Carla")
    page = bruno.look_up(carla.code)
    first = bruno.submit(page, "/till/visits", amount="12,40")
    second = bruno.submit(page, "/till/visits", amount="12,40")
    assert first.path == second.path
    assert visits_in(shop) == 1


def test_a_page_that_has_done_its_work_does_not_record_something_else(shop, bruno):
    carla = shop.card("points", name="Carla")
    page = bruno.look_up(carla.code)
    bruno.submit(page, "/till/visits", amount="12,40")
    other = bruno.submit(page, "/till/visits", amount="99,00")
    assert other.status == 422
    assert "Riparti dal codice della carta" in other.words
    assert visits_in(shop) == 1


def test_a_missing_amount_is_asked_for_at_the_field(shop, bruno):
    carla = shop.card("points", name="Carla")
    page = bruno.submit(bruno.look_up(carla.code), "/till/visits", amount="")
    assert page.status == 422
    assert "Scrivi quanto ha pagato." in page.words
    assert "Carla" in page.words


def test_an_amount_that_is_none_stays_as_typed_beside_what_is_wrong(shop, bruno):
    carla = shop.card("points", name="Carla")
    page = bruno.submit(bruno.look_up(carla.code), "/till/visits", amount="dodici")
    assert page.status == 422
    assert 'value="dodici"' in page.html
    assert "Scrivi una somma, come 12,40." in page.words


def test_three_coffees_are_three_stamps_in_one_go(shop, bruno):
    carla = shop.card("stamps", name="Carla")
    receipt = bruno.submit(bruno.look_up(carla.code), "/till/visits", quantity="3")
    assert "+3 timbri per Carla" in receipt.words
    assert 'aria-label="3 timbri su 10"' in receipt.html


def test_a_full_card_is_shown_full_with_its_voucher_and_what_is_left(shop, bruno):
    carla = shop.card("stamps", name="Carla")
    shop.visit(carla, coffees=9)
    receipt = bruno.submit(bruno.look_up(carla.code), "/till/visits", quantity="3")
    assert 'aria-label="10 timbri su 10"' in receipt.html
    assert 'aria-label="2 timbri su 10"' in receipt.html
    assert "Carta piena: un caffè in omaggio" in receipt.words


def test_an_unknown_code_gets_a_big_clear_no_that_is_kept(shop, bruno):
    page = bruno.look_up("ZZZZ-ZZZZ-ZZ")
    assert page.status == 404
    assert "Questo codice non è di qui" in page.words
    assert "Non è stato registrato nulla." in page.words
    assert page.form("/look-up").fields["code"] == "ZZZZ-ZZZZ-ZZ"
    with shop.database.read() as session:
        kept = session.execute(sa.select(ScanRefusal.code, ScanRefusal.actor)).all()
    assert kept == [("unknown_card", shop.cashier.actor)]


@pytest.mark.parametrize(
    "text",
    [
        "https://menu.example.it/pranzo?tavolo=12",
        "WIFI:T:WPA;S:Caffe Aurora;P:una parola;;",
        "BEGIN:VCARD VERSION:3.0 FN:" + "Carla De Santis " * 16,
    ],
)
def test_a_qr_that_is_no_cards_gets_words_of_its_own_and_an_empty_field(shop, bruno, text):
    page = bruno.look_up(text)
    assert page.status == 404
    assert "Questo QR non è di una carta fedeltà" in page.words
    assert "inquadra il suo QR, o scrivi il codice che ha sotto" in page.words
    assert page.form("/look-up").fields["code"] == ""


def test_the_qr_of_another_shops_card_says_whose_it_may_be_and_nothing_of_it(shop, stranger, bruno):
    elsewhere = stranger.card("points", name="Elena")
    page = bruno.look_up(f"HTTP://127.0.0.1:8000/C/{elsewhere.token}")
    assert page.status == 404
    assert "può essere di un altro negozio, o una carta vecchia" in page.words
    nobody = bruno.look_up(f"HTTP://127.0.0.1:8000/C/{'Z' * 26}")
    assert nobody.words == page.words


def test_what_a_scanner_typed_through_another_keyboard_finds_the_card(shop, bruno):
    carla = shop.card("points", name="Carla")
    page = bruno.look_up(f"HTTPç--127.0.0.1ç8000-C-{carla.token}")
    assert "Carla" in page.words
    bruno.submit(page, "/till/visits", amount="12,40")
    with shop.database.read() as session:
        proof = session.execute(sa.select(Operation.proof).where(Operation.kind == "visit"))
        assert proof.scalar_one() == "static"


def test_the_camera_is_where_a_code_is_asked_for_and_brings_its_words_with_it(shop, bruno):
    for page in (bruno.get("/till/"), bruno.look_up("ZZZZZZZZZZ")):
        assert "data-lens" in page.html
        for fault in ("refused", "missing", "busy", "stopped", "insecure", "unsupported", "reader"):
            assert f'data-fault="{fault}" hidden' in page.html
    carla = shop.card("points", name="Carla")
    assert "data-lens" not in bruno.look_up(carla.code).html


def test_a_blocked_card_is_refused_and_says_what_to_do(shop, bruno):
    carla = shop.card("points", name="Carla")
    page = bruno.look_up(carla.code)
    with shop.database.write() as session:
        keeping.block(session, duty=shop.owner, card_ref=carla.ref, reason="persa", at=now())
    refused = bruno.submit(page, "/till/visits", amount="5")
    assert refused.status == 409
    assert "La carta è bloccata" in refused.words
    shown = bruno.look_up(carla.code)
    assert "Questa carta è bloccata" in shown.words
    assert not shown.has_form("/till/visits")


def test_today_lists_the_visits_with_the_latest_on_top(shop, bruno):
    carla, gino = shop.card("points", name="Carla"), shop.card("points", name="Gino")
    for card in (carla, gino):
        bruno.submit(bruno.look_up(card.code), "/till/visits", amount="3")
    page = bruno.get("/till/today")
    assert page.words.index("Gino") < page.words.index("Carla")
    assert "2 visite oggi" in page.words


def test_a_voucher_typed_as_a_code_brings_up_its_card(shop, bruno):
    carla = shop.card("stamps", name="Carla")
    code = shop.visit(carla, coffees=10, at=now()).body["vouchers"][0]["code"]
    page = bruno.look_up(code)
    assert "Carla" in page.words
    assert "Consegna: un caffè in omaggio" in page.words


def test_the_till_speaks_english_to_who_asks(shop, bruno):
    carla = shop.card("points", name="Carla")
    home = bruno.submit(bruno.get("/till/"), "/language", language="en")
    assert "Type the code under the QR" in home.words
    receipt = bruno.submit(bruno.look_up(carla.code), "/till/visits", amount="12.40")
    assert "€12.40 spent: +12 points" in receipt.words


def test_an_entry_says_who_made_it_on_which_device_with_which_proof(shop, bruno):
    carla = shop.card("points", name="Carla")
    for scan in (carla.code, f"HTTP://127.0.0.1:8000/C/{carla.token}"):
        bruno.submit(bruno.look_up(scan), "/till/visits", amount="12,40")
    with shop.database.read() as session:
        made = session.execute(
            sa.select(Operation.actor, Operation.device, Operation.proof)
            .where(Operation.kind == "visit")
            .order_by(Operation.id)
        ).all()
    assert {entry.actor for entry in made} == {shop.cashier.actor}
    assert [entry.proof for entry in made] == ["typed", "static"]
    (device,) = {entry.device for entry in made}
    assert device.startswith("dev_")
