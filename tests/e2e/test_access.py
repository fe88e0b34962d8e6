"""Every page for everybody: axe finds nothing, in both schemes, on a phone and at a desk."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from loyalty.cards import claims
from loyalty.core import clock
from loyalty.core.ids import parse_ref
from tests.e2e.conftest import DESK, PHONE

pytestmark = pytest.mark.slow
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],  # else axe tells at length of all that is well
}
# Frame by frame until nothing moves: what inherits a colour follows a frame later.
AT_REST = """async () => {
  const ends = (one) =>
    one.playState === "running" && one.effect.getComputedTiming().endTime < Infinity;
  const late = performance.now() + 3000;
  do await new Promise(requestAnimationFrame);
  while (document.getAnimations().some(ends) && performance.now() < late);
  return !document.getAnimations().some(ends);
}"""
ASK = """async (options) => (await axe.run(options)).violations.map((fault) =>
  [fault.id, fault.nodes.slice(0, 3).map((node) => node.html.slice(0, 150))])"""


def check(page, what, schemes=("light", "dark"), **more):
    """Nothing to complain about in either scheme, and nothing that pushes the page sideways."""
    page.wait_for_load_state()
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        # What still moves in is paler than it will be.
        assert page.evaluate(AT_REST), f"{what}, {scheme}, never comes to rest"
        if not page.evaluate("() => 'axe' in window"):
            page.evaluate(AXE_SCRIPT)
        told = page.evaluate(ASK, {**RULES, **more})
        assert not told, f"{what}, {scheme}: {told}"
        wide = page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{what}, {scheme}, is {wide}px too wide"


def press(page, name):
    page.get_by_role("button", name=name).click()


@pytest.fixture
def device(crowd):
    """Somebody whose pages are looked at; axe needs the policy out of its way, all other tests
    keep it."""

    def make(viewport=PHONE):
        return crowd.person(
            viewport=viewport,
            reduced_motion="reduce",  # contrast is measured at rest
            bypass_csp=True,
        )

    return make


def test_the_till_is_for_everybody(shop, device):
    carla, anna = shop.card("stamps", name="Carla"), shop.card("points", name="Anna")
    shop.visit(carla, coffees=9, at=clock.now())
    bruno = device()
    check(bruno.go("/sign-in"), "the door")
    till = bruno.sign_in(shop.cashier_email)
    check(till, "the code")
    till.get_by_label("Codice della carta").press_sequentially(carla.code)
    till.get_by_role("button", name="Aggiungi 1 timbro").wait_for()
    till.get_by_text("Premi e regole").click()
    check(till, "the customer with stamps")
    press(till, "Aggiungi 1 timbro")
    till.get_by_role("button", name="Annulla").wait_for()
    check(till, "the receipt of a full card")
    press(till, "Annulla")
    till.get_by_text("non conta più").wait_for()
    check(till, "an undone visit")
    bruno.go("/till/").get_by_label("Codice della carta").press_sequentially(anna.code)
    till.get_by_label("Quanto ha pagato").wait_for()
    check(till, "the customer with points")
    press(till, "Registra la visita")
    till.get_by_text("Scrivi quanto ha pagato.").wait_for()
    check(till, "a missing amount")
    till.get_by_label("Quanto ha pagato").fill("25")
    press(till, "Registra la visita")
    till.get_by_text("Correggi o rimborsa").click()
    till.get_by_text("Rimborso", exact=True).first.click()
    till.get_by_text("Annulla tutta la visita").click()
    check(till, "a visit with its corrections")
    check(bruno.go("/till/today"), "today")
    check(bruno.go("/till/customers/new"), "a new customer")
    till.get_by_label("E-mail").fill("elena@")
    press(till, "Crea la carta")
    till.get_by_role("alert").wait_for()
    check(till, "a wrong address")
    till.get_by_label("E-mail").fill("")
    press(till, "Crea la carta")
    till.get_by_text("Fai fotografare questo").wait_for()
    check(till, "a card to photograph")
    bruno.go("/till/").get_by_label("Codice della carta").press_sequentially("ZZZZZZZZZZ")
    till.get_by_text("non è di qui").wait_for()
    check(till, "an unknown code")
    check(bruno.go("/portal/"), "not for cashiers")


def test_the_card_is_for_everybody(shop, device):
    carla, anna = (
        shop.card("stamps", name="Carla", at=clock.now()),
        shop.card("points", name="Anna", at=clock.now()),
    )
    shop.visit(carla, coffees=12, at=clock.now())
    for euros in range(640, 2100, 100):
        shop.visit(anna, euros, at=clock.now())
    phone = device()
    for card in (carla, anna):
        path = "/c/open/" + claims.claim_token(parse_ref("clm", card.claim))
        check(phone.go(path), "the claim")
        press(phone.page, "Apri la mia carta")
        phone.page.get_by_text("Come funziona").wait_for()
        check(phone.page, "the card")
    phone.page.get_by_role("link", name="Prima").click()
    check(phone.page, "earlier")
    check(phone.go(path), "a used link")
    check(phone.go("/c/crd_" + "0" * 26), "not on this phone")


def test_the_portal_is_for_everybody(shop, device):
    carla = shop.card("stamps", name="Carla")
    aurora = device(DESK)
    portal = aurora.sign_in(shop.owner_email)
    check(portal, "an empty day")
    shop.visit(carla, coffees=12, at=clock.now())
    check(aurora.go("/portal/"), "the overview")
    portal.get_by_role("group").locator("summary").first.click()
    check(portal, "the account menu")
    aurora.go("/portal/staff").get_by_role("button", name="Manda il link").click()
    portal.get_by_role("alert").wait_for()
    check(portal, "a form with faults")
    portal.set_viewport_size(PHONE)
    check(aurora.go("/portal/"), "the overview on a phone")
    check(aurora.go("/portal/staff"), "the staff on a phone")
    check(aurora.go("/nothing"), "nothing here")


@pytest.mark.parametrize("surface", ["portal", "till", "card"])
def test_every_component_is_for_everybody(shop, device, surface):
    check(device(DESK).go(f"/_ui/{surface}"), f"the style guide of the {surface}")
