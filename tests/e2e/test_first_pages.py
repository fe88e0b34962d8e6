"""A day at the café, in a browser."""

import re

import pytest
from playwright.sync_api import expect

from loyalty.cards import claims
from loyalty.core import clock
from loyalty.core.ids import parse_ref
from tests.e2e.tills import forgive

pytestmark = pytest.mark.slow


def claim_path(card):
    return "/c/open/" + claims.claim_token(parse_ref("clm", card.claim))


def test_a_visit_reaches_the_customers_phone_and_comes_back(shop, crowd):
    carla = shop.card("stamps", name="Carla De Santis", at=clock.now())
    shop.visit(carla, coffees=7, at=clock.now())
    phone = crowd.person()
    phone.go(claim_path(carla)).get_by_role("button", name="Apri la mia carta").click()
    expect(phone.page.get_by_role("img", name="7 timbri su 10")).to_be_visible()
    expect(phone.page.get_by_role("img", name=re.compile("Codice QR"))).to_be_in_viewport()

    bruno = crowd.person()
    till = bruno.sign_in(shop.cashier_email)
    till.get_by_label("Codice della carta").press_sequentially(carla.code)  # found when it is whole
    expect(till.get_by_role("heading", name="Carla De Santis")).to_be_focused()
    till.get_by_role("button", name="Uno in più").click()
    till.get_by_role("button", name="Aggiungi 2 timbri").click()
    expect(till.get_by_role("heading", name="timbri per Carla")).to_be_focused()
    expect(till).to_have_url(re.compile("/receipt$"))

    phone.page.reload()
    expect(phone.page.get_by_role("img", name="9 timbri su 10")).to_be_visible()
    expect(phone.page.get_by_text("2 prodotti (coffee): +2 timbri")).to_be_visible()

    till.get_by_role("button", name="Annulla").click()
    expect(till.get_by_text("Questa visita non conta più")).to_be_visible()
    phone.page.reload()
    expect(phone.page.get_by_role("img", name="7 timbri su 10")).to_be_visible()


def test_a_full_card_is_redeemed_and_taken_back(shop, crowd):
    carla = shop.card("stamps", name="Carla", at=clock.now())
    shop.visit(carla, coffees=9, at=clock.now())
    bruno = crowd.person()
    till = bruno.sign_in(shop.cashier_email)
    till.get_by_label("Codice della carta").press_sequentially(carla.code)
    till.get_by_role("button", name="Aggiungi 1 timbro").click()
    expect(till.get_by_role("img", name="10 timbri su 10")).to_be_visible()
    till.get_by_role("link", name="Prossimo cliente").click()
    till.get_by_label("Codice della carta").press_sequentially(carla.code)
    till.get_by_role("button", name="Consegna: un caffè in omaggio").click()
    expect(till.get_by_role("heading", name="Un caffè in omaggio")).to_be_visible()
    till.get_by_role("button", name="Annulla").click()
    expect(till.get_by_text("è tutto di nuovo sulla carta")).to_be_visible()


def test_the_keypad_writes_the_amount_from_the_cents(shop, crowd):
    anna = shop.card("points", name="Anna", at=clock.now())
    bruno = crowd.person(has_touch=True, is_mobile=True)
    till = bruno.sign_in(shop.cashier_email)
    till.get_by_label("Codice della carta").press_sequentially(anna.code)
    amount = till.get_by_label("Quanto ha pagato")
    for key, shown in (("1", "0,01"), ("2", "0,12"), ("4", "1,24"), ("0", "12,40")):
        till.get_by_role("button", name=key, exact=True).tap()
        expect(amount).to_have_value(shown)
    till.get_by_role("button", name="Cancella l'ultima cifra").tap()
    expect(amount).to_have_value("1,24")
    till.get_by_role("button", name="00", exact=True).tap()
    till.get_by_role("button", name="Registra la visita").tap()
    expect(till.get_by_text("124,00 € di spesa: +124 punti")).to_be_visible()


def test_a_refusal_is_shown_in_place_and_is_no_place_to_come_back_to(shop, crowd):
    bruno = crowd.person()
    till = bruno.sign_in(shop.cashier_email)
    till.get_by_label("Codice della carta").press_sequentially("ZZZZZZZZZZ")
    expect(till.get_by_role("heading", name="Questo codice non è di qui")).to_be_visible()
    expect(till).to_have_url(re.compile("/till/$"))


def test_who_was_dismissed_meanwhile_lands_at_the_door(shop, crowd):
    carla = shop.card("stamps", name="Carla", at=clock.now())
    bruno = crowd.person()
    till = bruno.sign_in(shop.cashier_email)
    from loyalty.merchants import accounts

    with shop.database.write() as session:
        accounts.dismiss_staff(session, merchant_id=shop.merchant_id, staff_ref=shop.cashier.actor)
    till.get_by_label("Codice della carta").press_sequentially(carla.code)
    till.wait_for_url(re.compile("/sign-in"))


def test_a_lost_connection_is_said_where_only_the_network_will_do(shop, crowd):
    carla = shop.card("stamps", name="Carla", at=clock.now())
    shop.visit(carla, coffees=10, at=clock.now())
    bruno = crowd.person()
    till = bruno.sign_in(shop.cashier_email)
    till.get_by_label("Codice della carta").press_sequentially(carla.code)
    reward = till.get_by_role("button", name="Consegna: un caffè in omaggio")
    reward.wait_for()
    till.context.set_offline(True)
    reward.click()
    expect(till.locator("[data-toast-live]")).to_contain_text("Non c'è connessione")
    till.context.set_offline(False)
    reward.click()
    expect(till.get_by_role("heading", name="Un caffè in omaggio")).to_be_visible()
    forgive(bruno)


def test_the_owner_adds_a_cashier_who_walks_in_through_the_link(shop, crowd):
    aurora = crowd.person(viewport={"width": 1280, "height": 800})
    portal = aurora.sign_in(shop.owner_email)
    portal.get_by_role("link", name="Personale").first.click()
    portal.get_by_label("Nome").fill("Gino")
    portal.get_by_label("E-mail").fill("gino@example.it")
    portal.get_by_role("button", name="Manda il link").click()
    link = portal.get_by_label("Link che vale una volta").input_value()
    gino = crowd.person()
    gino.go(re.sub(r"^https?://[^/]+", "", link))
    gino.page.get_by_label("Password").fill("tre parole in fila")
    gino.page.get_by_role("button", name="Salva ed entra").click()
    expect(gino.page.get_by_label("Codice della carta")).to_be_visible()


def test_the_card_works_without_javascript(shop, crowd):
    carla = shop.card("stamps", name="Carla", at=clock.now())
    phone = crowd.person(java_script_enabled=False)
    phone.go(claim_path(carla)).get_by_role("button", name="Apri la mia carta").click()
    expect(phone.page.get_by_role("img", name="0 timbri su 10")).to_be_visible()


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_what_stands_above_the_sheet_comes_to_rest_and_can_be_seen(shop, crowd, motion):
    bruno = crowd.person(reduced_motion=motion)
    bruno.sign_in(shop.cashier_email)
    till = bruno.go("/till/customers/search")
    art = till.locator(".frame-art")
    expect(art).to_be_visible()
    till.wait_for_timeout(600)  # longer than anything at the till moves
    moving, opacity = till.evaluate(
        "() => [document.getAnimations().filter((one) => one.playState === 'running').length,"
        " getComputedStyle(document.querySelector('.frame-art')).opacity]"
    )
    assert (moving, opacity) == (0, "1")
