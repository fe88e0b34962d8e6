"""The till without network for everybody: axe finds nothing on what the phone shows by itself."""

import pytest

from loyalty.core import clock
from tests.e2e.test_access import check, device, press
from tests.e2e.tills import forgive, kept

__all__ = ["device"]
pytestmark = pytest.mark.slow


def test_a_till_without_network_is_for_everybody(shop, device):
    carla = shop.card("stamps", name="Carla", at=clock.now())
    bruno = device()
    till = bruno.sign_in(shop.cashier_email)
    kept(till)
    till.on("dialog", lambda dialog: dialog.accept())
    till.context.set_offline(True)
    check(bruno.go("/till/"), "the kept page")
    till.get_by_label("Codice della carta").press_sequentially(carla.code)
    till.get_by_role("button", name="Registra la visita").wait_for()
    press(till, "Registra la visita")
    till.get_by_text("Scrivi quanto ha pagato.").wait_for()
    check(till, "a stranger with a missing amount")
    till.get_by_label("stamps", exact=True).check()
    press(till, "Aggiungi 1 timbro")
    till.get_by_text("Aspetta su questo telefono").wait_for()
    check(till, "a visit on this phone")
    press(till, "Annulla")
    till.get_by_text("Non era ancora partita").wait_for()
    check(till, "a visit taken back")
    till.get_by_role("link", name="Prossimo cliente").click()
    till.get_by_label("Codice della carta").press_sequentially("ZZZZZZZZZZ")
    till.get_by_label("Quanto ha pagato").fill("5")
    press(till, "Registra la visita")
    till.get_by_role("button", name="1 da inviare").click()
    check(till, "what waits")
    till.context.set_offline(False)
    till.get_by_role("button", name="1 da guardare").click(timeout=40_000)
    till.get_by_text("Questo codice non è di qui").wait_for()
    check(till, "what was refused")
    forgive(bruno)
