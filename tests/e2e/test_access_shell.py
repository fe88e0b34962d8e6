"""The portal's shell for everybody: search, keys, lists and figures, in both schemes and sizes."""

from datetime import timedelta

import pytest

from loyalty.core import clock
from tests.e2e.conftest import DESK, PHONE
from tests.e2e.test_access import check, device

__all__ = ["device"]

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_shell_is_for_everybody(shop, device, size):
    carla = shop.card("points", name="Carla")
    for days in (2, 9, 30, 40, 0):
        shop.visit(carla, 1_000, at=clock.now() - timedelta(days=days))
    aurora = device(size)
    page = aurora.sign_in(shop.owner_email)
    check(page, "the overview with its numbers")
    page.get_by_label("Come si conta: Clienti attivi").click()
    check(page, "how a number is counted")
    check(aurora.go("/portal/more"), "everything")
    check(aurora.go("/portal/search"), "the page of the search")
    page.keyboard.press("Control+k")
    page.keyboard.type("c")
    page.locator("#found [aria-selected=true]").wait_for()
    check(page, "the search over a page")
    page.keyboard.press("Escape")
    page.get_by_role("heading", name="Cerca", exact=True).click()
    page.keyboard.press("?")
    check(page, "the shortcuts")
    check(aurora.go("/_ui/list"), "a list")
    page.get_by_label("Scegli Li 23").check()
    check(page, "a list with a row chosen")
    page.get_by_role("button", name="Togli l'accesso").first.click()
    check(page, "a dialog")
