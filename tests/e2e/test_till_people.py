"""A phone becomes a till, people open it with a PIN, and it locks: in a browser, on a phone."""

import re

import pytest
from playwright.sync_api import expect

from tests.builders import PASSWORD, POINTS
from tests.e2e.conftest import DESK
from tests.e2e.test_access import check, device
from tests.e2e.tills import forgive
from tests.programs import with_changes

__all__ = ["device"]
pytestmark = pytest.mark.slow
PIN, OWNERS = "4071", "830174"


def make_till(owner, name="Banco"):
    """The owner prepares a till; returns the path of its link."""
    page = owner.go("/portal/tills")
    page.get_by_label("Nome della cassa").fill(name)
    page.get_by_role("button", name="Mostra il codice").click()
    link = page.get_by_label("Link che vale una volta").input_value()
    return re.sub(r"^https?://[^/]+", "", link)


def come_in(phone, email, pin):
    """Sign in with the password on the till, and choose a PIN."""
    page = phone.go("/till/people")
    page.get_by_role("link", name="Entra con la password").click()
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    choose(page, pin)


def choose(page, pin):
    page.get_by_label("PIN nuovo").fill(pin)
    page.get_by_label("Ancora una volta").fill(pin)
    page.get_by_role("button", name="Salva il PIN").click()
    page.get_by_label("Codice della carta").wait_for()


def lock(page):
    """The button in the corner."""
    page.get_by_role("button", name="Blocca: cambio di cassa").click()
    page.get_by_role("heading", name="Chi è alla cassa?").wait_for()


def tap_pin(page, pin):
    for digit in pin:
        page.get_by_role("button", name=digit, exact=True).tap()


@pytest.fixture
def aurora(crowd, shop):
    """The owner at her desk, signed in."""
    aurora = crowd.person(viewport=DESK)
    aurora.sign_in(shop.owner_email)
    return aurora


@pytest.fixture
def till(crowd, aurora, shop):
    """The shop's phone, a till, opened by Bruno with a PIN of his own."""
    phone = crowd.person(has_touch=True, is_mobile=True)
    page = phone.go(make_till(aurora))
    page.get_by_role("button", name="Usa questo telefono come cassa").tap()
    page.wait_for_url(re.compile("/till/people"))
    come_in(phone, shop.cashier_email, PIN)
    return phone


def test_a_change_of_cashier_is_a_tap_a_name_and_a_pin(till, shop):
    page = till.page
    lock(page)
    page.get_by_role("link", name="Bruno").tap()
    tap_pin(page, "99")
    page.get_by_role("button", name="Cancella l'ultima cifra").tap()
    page.get_by_role("button", name="Cancella l'ultima cifra").tap()
    tap_pin(page, "9999")
    page.get_by_role("button", name="Apri la cassa").tap()
    expect(page.get_by_text("Il PIN non è giusto")).to_be_visible()
    tap_pin(page, PIN)
    page.get_by_role("button", name="Apri la cassa").tap()
    expect(page.get_by_label("Codice della carta")).to_be_visible()
    expect(page.get_by_text("Bruno", exact=True).first).to_be_visible()


def test_a_till_that_nobody_touches_locks_by_itself(till):
    page = till.page
    page.clock.install()
    page.reload()
    expect(page.get_by_role("button", name="Blocca: cambio di cassa")).to_be_visible()
    page.clock.fast_forward(9 * 60_000)
    page.mouse.click(200, 60)  # somebody is still there
    page.clock.fast_forward(9 * 60_000)
    expect(page.get_by_label("Codice della carta")).to_be_visible()
    page.clock.fast_forward(2 * 60_000)
    page.wait_for_url(re.compile("/till/people"))
    expect(page.get_by_role("heading", name="Chi è alla cassa?")).to_be_visible()


def test_without_a_connection_it_does_not_lock_anybody_out(till):
    page = till.page
    page.clock.install()
    page.reload()
    page.context.set_offline(True)
    page.clock.fast_forward(20 * 60_000)
    expect(page.get_by_label("Codice della carta")).to_be_visible()
    page.context.set_offline(False)
    page.clock.run_for(10_000)
    page.wait_for_url(re.compile("/till/people"))
    forgive(till)


def test_a_lock_that_does_not_reach_the_server_says_so_and_is_caught_up(till):
    page = till.page
    page.route("**/till/lock", lambda route: route.abort())
    page.get_by_role("button", name="Blocca: cambio di cassa").tap()
    expect(page.locator("[data-toast-live]")).to_contain_text("la cassa si blocca appena torna")
    expect(page.get_by_label("Codice della carta")).to_be_visible()
    page.unroute("**/till/lock")
    page.wait_for_url(re.compile("/till/people"))
    till.complaints[:] = [said for said in till.complaints if "ERR_FAILED" not in said]


def test_the_owner_lets_a_large_sale_through_with_her_pin(till, shop):
    shop.program("limited", with_changes(POINTS, limits={"amount_minor_max": 50_000}))
    carla = shop.card("limited", name="Carla")
    page = till.page
    lock(page)
    come_in(till, shop.owner_email, OWNERS)
    lock(page)
    page.get_by_role("link", name="Bruno").tap()
    tap_pin(page, PIN)
    page.get_by_role("button", name="Apri la cassa").tap()
    page.get_by_label("Codice della carta").press_sequentially(carla.code)
    page.get_by_label("Quanto ha pagato").fill("600")
    page.get_by_role("button", name="Registra la visita").tap()
    expect(page.get_by_role("heading", name="È una somma molto alta")).to_be_visible()
    tap_pin(page, OWNERS)
    page.get_by_role("button", name="Fai passare").tap()
    expect(page.get_by_role("heading", name="punti per Carla")).to_be_visible()
    expect(page.get_by_text("l'ha fatta passare")).to_be_visible()


def test_a_till_that_is_taken_out_says_so_at_the_next_touch(till, aurora):
    page = aurora.go("/portal/tills")
    page.get_by_label("Altro su Banco").click()
    page.get_by_role("button", name="Togli la cassa").click()
    expect(page.get_by_text("Ancora nessuna cassa")).to_be_visible()
    till.page.get_by_label("Codice della carta").press_sequentially("ZZZZZZZZZZ")
    expect(till.page.get_by_role("heading", name="stato tolto dalle casse")).to_be_visible()


def test_the_pages_of_people_and_tills_are_for_everybody(shop, aurora, device):
    phone, owner = device(), device(DESK)
    owner.sign_in(shop.owner_email)
    check(owner.go("/portal/tills"), "no tills yet")
    link = make_till(owner)
    check(owner.page, "the code of a till")
    check(phone.go(link), "the link on the phone")
    phone.page.get_by_role("button", name="Usa questo telefono come cassa").click()
    phone.page.get_by_role("heading", name="Chi è alla cassa?").wait_for()
    check(phone.page, "the names")
    check(device().go(link), "a used link")
    phone.page.get_by_role("link", name="Entra con la password").click()
    phone.page.get_by_label("E-mail").fill(shop.owner_email)
    phone.page.get_by_label("Password").fill(PASSWORD)
    phone.page.keyboard.press("Enter")
    phone.page.get_by_label("PIN nuovo").fill("1234")
    phone.page.get_by_label("Ancora una volta").fill("1234")
    phone.page.get_by_role("button", name="Salva il PIN").click()
    phone.page.get_by_role("alert").wait_for()
    check(phone.page, "an easy PIN")
    choose(phone.page, OWNERS)
    lock(phone.page)
    come_in(phone, shop.cashier_email, PIN)
    check(phone.page, "the till with its lock")
    limited(phone.page, shop)
    check(phone.page, "a sale over the limit")
    carla = shop.card("points", name="Carla")
    check(phone.go(f"/till/cards/{carla.ref}/adjust"), "a balance to correct")
    phone.page.get_by_role("button", name="Correggi il saldo").click()
    phone.page.get_by_role("alert").wait_for()
    check(phone.page, "a correction with faults")
    lock(phone.go("/till/"))
    phone.page.get_by_role("link", name="Bruno").click()
    for _ in range(5):
        phone.page.get_by_label("PIN", exact=True).fill("9999")
        phone.page.get_by_role("button", name="Apri la cassa").click()
        phone.page.get_by_text("Il PIN non è giusto").wait_for()
    check(phone.page, "a wrong PIN")
    check(owner.go("/portal/tills"), "a till with a locked PIN")
    owner.page.set_viewport_size({"width": 390, "height": 2600})
    check(owner.page, "the tills on a phone")
    owner.page.get_by_label("Altro su Banco").click()
    owner.page.get_by_role("button", name="Togli la cassa").click()
    owner.page.get_by_text("Ancora nessuna cassa").wait_for()
    phone.go("/till/").get_by_role("heading", name="stato tolto dalle casse").wait_for()
    check(phone.page, "a till that is none any more")


def limited(page, shop):
    """A purchase over the limit, refused."""
    shop.program("limited", with_changes(POINTS, limits={"amount_minor_max": 50_000}))
    page.get_by_label("Codice della carta").press_sequentially(shop.card("limited").code)
    page.get_by_label("Quanto ha pagato").fill("600")
    page.get_by_role("button", name="Registra la visita").click()
    page.get_by_role("heading", name="È una somma molto alta").wait_for()
