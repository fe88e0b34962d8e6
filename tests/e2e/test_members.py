"""Members in a browser: from the list to a note, a correction and its undo; axe finds nothing."""

import pytest

from loyalty.core import clock
from tests.e2e.conftest import DESK, PHONE
from tests.e2e.test_access import check, device

__all__ = ["device"]
pytestmark = pytest.mark.slow


@pytest.fixture
def folk(shop):
    """Carla, who came, and others."""
    carla = shop.card("points", name="Carla De Santis", email="carla@example.it", at=clock.now())
    shop.visit(carla, 3_000, at=clock.now())
    for name in ("Anna", "Dino", "Carlo Alberto Maria Sforza-Visconti di Modrone"):
        shop.card("points", name=name, at=clock.now())
    return carla


def test_found_noted_corrected_and_undone(folk, shop, crowd):
    aurora = crowd.person(viewport=DESK)
    page = aurora.sign_in(shop.owner_email, "/portal/members")
    page.get_by_role("searchbox").press_sequentially("carla")
    page.get_by_text("1 di 1").wait_for()
    assert "carla" not in page.url
    page.get_by_role("link", name="Carla De Santis").click()
    page.get_by_label("Nota per i colleghi").fill("Ama la brioche")
    page.get_by_role("button", name="Tieni la nota").click()
    page.locator("#line").get_by_text("Ama la brioche").first.wait_for()
    page.locator("summary", has_text="Correggi il saldo").click()
    page.get_by_label("Quanti").fill("20")
    page.get_by_role("button", name="Correggi il saldo").click()
    page.get_by_role("status").get_by_text("Il saldo è corretto.").wait_for()
    assert page.locator("#cards").get_by_text("50", exact=True).is_visible()
    page.get_by_role("button", name="Annulla").click()
    page.get_by_role("status").get_by_text("La correzione è annullata.").wait_for()
    assert page.locator("#cards").get_by_text("30", exact=True).is_visible()


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_the_pages_of_members_are_for_everybody(folk, shop, device, viewport):
    aurora = device(viewport)
    page = aurora.sign_in(shop.owner_email, "/portal/members")
    check(page, "the list")
    page.locator(".more-filters summary").click()
    page.locator("[data-pick]").first.check()
    check(page, "the list with filters and a choice")
    aurora.go(f"/portal/members/{folk.customer}")
    for summary in page.locator("details.more > summary, .line-deeds > summary").all():
        summary.click()
    page.evaluate("() => window.scrollTo(0, 0)")  # what the bar at the bottom covers is no target
    check(page, "a member with everything open")
    aurora.go(f"/portal/members/{folk.customer}/merge")
    check(page, "who is the same")
