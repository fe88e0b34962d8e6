"""The designer in a browser: the sentence follows the typing, rows come in place, axe agrees."""

import pytest

from loyalty.core import clock
from tests.club import CLUB
from tests.e2e.conftest import DESK, PHONE
from tests.e2e.test_access import check, device
from tests.programs import with_changes

__all__ = ["device"]
pytestmark = pytest.mark.slow


def draft_of(shop, program="points"):
    return f"/portal/programs/{shop.programs[program]}/draft"


def test_the_sentence_changes_while_one_types_in_both_languages(shop, crowd):
    aurora = crowd.person(viewport=DESK)
    aurora.sign_in(shop.owner_email)
    page = aurora.go(draft_of(shop))
    look = page.locator("#look")
    look.get_by_text("10 punti = colazione in omaggio").wait_for()
    cost = page.get_by_label("Costo in punti")
    cost.fill("25")
    look.get_by_text("25 punti = colazione in omaggio").wait_for()
    look.get_by_text("25 points = a free breakfast").wait_for()
    assert cost.evaluate("field => field === document.activeElement")
    page.get_by_text("Modifiche non ancora salvate").wait_for()
    cost.fill("venticinque")
    look.get_by_text("Scrivi un numero intero").wait_for()


def test_a_reward_is_added_in_place_and_what_was_typed_stays(shop, crowd):
    aurora = crowd.person(viewport=DESK)
    aurora.sign_in(shop.owner_email)
    page = aurora.go(draft_of(shop))
    page.get_by_label("Nome del programma").fill("Carta Aurora")
    page.get_by_role("button", name="Aggiungi un premio").click()
    name = page.get_by_label("Nome in italiano").nth(1)
    name.wait_for()
    assert name.evaluate("field => field === document.activeElement")
    assert page.get_by_label("Nome del programma").input_value() == "Carta Aurora"
    name.fill("un caffè")
    page.get_by_label("Costo in punti").nth(1).fill("5")
    page.get_by_role("button", name="Salva e controlla").click()
    page.get_by_text("Nuovo: 5 punti = un caffè").wait_for()
    page.get_by_role("button", name="Pubblica la versione 2").click()
    page.get_by_text("Pubblicata: vale da adesso.").wait_for()


def judge(page, what):
    """By day on a phone and by night at a desk."""
    for size, scheme in ((PHONE, "light"), (DESK, "dark")):
        page.set_viewport_size(size)
        check(page, what, schemes=(scheme,))


def test_the_designer_is_for_everybody(shop, device):
    shop.program("club", CLUB)
    shop.draft("club", with_changes(CLUB, rewards=CLUB["rewards"][1:]))
    shop.visit(shop.card("club", name="Carla"), 42_000, at=clock.now())
    aurora = device(DESK)
    aurora.sign_in(shop.owner_email)
    judge(aurora.go("/portal/programs/new?goal=visits"), "a new program")
    page = aurora.go(draft_of(shop, "club"))
    page.evaluate(
        "() => document.querySelectorAll('#design details').forEach(one => one.open = true)"
    )
    judge(page, "the rules with everything open")
    for each in ("publish", "past", "history", "photos"):
        judge(aurora.go(draft_of(shop, "club").replace("draft", each)), each)
    page = aurora.go(draft_of(shop, "club"))
    page.get_by_label("Costo in punti").first.fill("due")
    page.get_by_role("button", name="Salva la bozza").last.click()
    page.get_by_role("alert").wait_for()
    judge(page, "a fault at its field")
