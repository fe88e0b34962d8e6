"""From "win them back" to a letter that arrives, in a browser; and its pages for everybody."""

import pytest

from loyalty.core import clock
from loyalty.worker.chores import CHORES
from loyalty.worker.once import once
from tests.e2e.conftest import DESK
from tests.e2e.test_access import check, device, press
from tests.portal.letters import people, postbox
from tests.worker.writing import Desk

__all__ = ["device", "postbox"]
pytestmark = pytest.mark.slow
TALL = {"width": 390, "height": 4_000}


@pytest.fixture
def desk(shop, postbox):
    """A shop that may write at any hour, with two who said yes."""
    made = Desk(shop, postbox)
    made.now = clock.now()
    made.rules(from_hour=0, until_hour=24, on_sundays=True)
    people(made, "Anna", "Bea")
    return made


def work(desk):
    once(desk.database, CHORES, at=clock.now())


def test_win_them_back_ends_with_a_letter_that_arrives(crowd, desk, shop, postbox):
    aurora = crowd.person(viewport=DESK)
    page = aurora.sign_in(shop.owner_email, "/portal/campaigns/new?segment=new")
    press(page, "Avanti alla lettera")
    frame = page.frame_locator("iframe[name=preview]")
    frame.get_by_text("Ciao Anna").wait_for()
    steps = page.evaluate("history.length")
    page.locator("#f-body_it").fill("# Zucca\n\nCiao ")
    page.locator("[data-into=f-body_it]", has_text="Nome").first.click()
    frame.get_by_text("Zucca").wait_for()
    assert "{{first_name|cliente}}" in page.locator("#f-body_it").input_value()
    assert page.evaluate("history.length") == steps  # the way back leads back, not through previews
    press(page, "Salva e continua")
    press(page, "Salva e continua")
    page.get_by_label("Nessuno").check()
    press(page, "Salva e continua")
    press(page, "Salva e continua")
    page.get_by_role("heading", name="Controlla, poi invia").wait_for()
    page.frame_locator(".previews iframe >> nth=0").get_by_text("Ciao Anna").wait_for()
    press(page, "Mandamene una: Italiano")
    page.get_by_text("In viaggio…").wait_for()
    work(desk)
    page.get_by_text("Il server di posta l'ha presa").wait_for()  # by itself
    page.locator("[data-opens=launch]").click()
    page.get_by_role("dialog").get_by_role("button", name="Invia").click()
    page.get_by_text("Comincia tra un attimo.").wait_for()
    work(desk)
    page.get_by_text("Fatto per 2 su 2").wait_for()  # by itself
    found = {mail["To"] for mail in postbox.arrived}
    assert found == {"anna@example.it", "bea@example.it", shop.owner_email}


def test_the_pages_of_campaigns_are_for_everybody(device, desk, shop):
    people(desk, *(f"Carla{letter}" for letter in "abcdefgh"))  # some get it, some are held back
    aurora = device(DESK)
    page = aurora.sign_in(shop.owner_email, "/portal/campaigns")
    check(page, "no campaign yet")
    aurora.go("/portal/campaigns/new?segment=new")
    check(page, "to whom")
    press(page, "Avanti alla lettera")
    page.frame_locator("iframe[name=preview]").get_by_text("Ciao Anna").wait_for()
    page.locator("summary", has_text="Come si scrive").click()
    check(page, "the letter", iframes=False)  # nothing runs in a letter, and no axe
    page.locator("#f-body_it").fill("{{nome}}")
    press(page, "Salva e continua")
    page.get_by_role("alert").first.wait_for()
    page.set_viewport_size(TALL)
    check(page, "a letter with a fault on a phone", iframes=False)
    page.locator("#f-body_it").fill("Ciao")
    press(page, "Salva e continua")
    check(page, "the gift")
    press(page, "Salva e continua")
    check(page, "the comparison")
    press(page, "Salva e continua")
    check(page, "the time")
    press(page, "Salva e continua")
    page.get_by_role("heading", name="Controlla, poi invia").wait_for()
    check(page, "the check on a phone", iframes=False)
    page.set_viewport_size(DESK)
    check(page, "the check", iframes=False)
    page.locator("[data-opens=launch]").click()
    page.get_by_role("dialog").get_by_role("button", name="Invia").click()
    page.get_by_role("heading", name="Invio").wait_for()
    work(desk)
    page.get_by_text("Fatto per 10 su 10").wait_for()
    page.reload()
    page.locator("summary", has_text="Come si conta").click()
    check(page, "a campaign")
    page.set_viewport_size(TALL)
    check(page, "a campaign on a phone")
    aurora.go(f"{page.url.removeprefix(aurora.site)}/people")
    check(page, "who got it, on a phone")
    for path in ("/portal/campaigns", "/portal/deliverability", "/portal/deliverability/rules"):
        check(aurora.go(path), f"{path} on a phone")
        page.set_viewport_size(DESK)
        check(page, path)
        page.set_viewport_size(TALL)
