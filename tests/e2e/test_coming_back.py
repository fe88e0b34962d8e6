"""Figures, who is slipping away and segments in a browser: drawn, counted, for everybody."""

from datetime import timedelta

import pytest

from loyalty.core import clock
from tests.e2e.conftest import DESK, PHONE
from tests.e2e.test_access import check, device

__all__ = ["device"]
pytestmark = pytest.mark.slow


@pytest.fixture
def lived(shop):
    """Three who came each week, one of whom stopped; and one who is new."""
    at = clock.now()
    for name, since in (("Anna Neri", 100), ("Bea", 2), ("Carlo Alberto Sforza-Visconti", 5)):
        card = shop.card("points", name=name, at=at)
        for week in range(6):
            shop.visit(card, 1_500, at=at - timedelta(days=since + 7 * week))
    shop.visit(shop.card("points", name="Dino", at=at), 500, at=at)
    return shop


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_the_pages_of_who_comes_back_are_for_everybody(lived, device, viewport):
    aurora = device(viewport)
    page = aurora.sign_in(lived.owner_email, "/portal/metrics")
    page.locator("[data-chart] svg").nth(4).wait_for()
    check(page, "the figures")
    for summary in page.locator("details.means > summary").all():
        summary.click()
    check(page, "the figures with their meaning and tables")
    check(aurora.go("/portal/lapsed"), "who is slipping away")
    check(aurora.go("/portal/lapsed/limits"), "the limits")
    check(aurora.go("/portal/segments"), "the segments")
    check(aurora.go("/portal/segments/new?segment=lapsed"), "the builder")


def test_who_would_be_in_a_segment_is_counted_while_it_is_put_together(lived, crowd):
    aurora = crowd.person(viewport=DESK)
    page = aurora.sign_in(lived.owner_email, "/portal/segments/new")
    page.get_by_label("Che cosa si chiede").select_option("visits")
    page.get_by_label("Numero", exact=True).fill("3")
    page.locator("#count", has_text="3 clienti").wait_for()
    page.locator("#builder").get_by_text("6 visite").first.wait_for()
    page.get_by_label("Numero", exact=True).fill("7")
    page.locator("#count", has_text="0 clienti").wait_for()
    assert page.get_by_label("Numero", exact=True).input_value() == "7"
    page.get_by_label("Numero", exact=True).fill("3")
    page.locator("#count", has_text="3 clienti").wait_for()
    page.get_by_label("Nome").fill("Fedeli")
    page.get_by_role("button", name="Salva il segmento").click()
    page.get_by_role("status").get_by_text("Il segmento è salvato.").wait_for()
    page.get_by_role("link", name="3 clienti in Fedeli").click()
    page.get_by_text("3 di 3").wait_for()
