"""A file of sales from upload to undoing, places and tasks: in a browser, for everybody."""

import csv
import io
from pathlib import Path

import pytest

from loyalty.core import clock
from loyalty.worker.chores import CHORES
from loyalty.worker.once import once
from tests.e2e.conftest import DESK, PHONE
from tests.e2e.test_access import check, device, press

__all__ = ["device"]
pytestmark = pytest.mark.slow
SALES = """Cliente;Data;Ora;Importo (€);Scontrino;Articolo
A1;31/12/2025;18.05;12,40;r1;caffè
A1;02/01/2026;9:30;3,00;r2;brioche
B2;ieri;10:00;2,00;r3;caffè
"""


def work(shop):
    once(shop.database, CHORES, at=clock.now())


def bring(page, text, name):
    page.get_by_label("File CSV").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": text.encode()}
    )
    press(page, "Guarda il file")
    page.get_by_role("heading", name="Quale colonna è che cosa").wait_for()


def test_a_file_of_sales_is_brought_mended_and_undone(shop, device):
    aurora = device(DESK)
    aurora.sign_in(shop.owner_email)
    page = aurora.go("/portal/imports")
    check(page, "imports")
    bring(page, SALES, "cassa.csv")
    check(page, "the columns")
    page.set_viewport_size(PHONE)
    check(page, "the columns on a phone")
    page.get_by_label("In quale programma").select_option(index=1)
    press(page, "Controlla tutto")
    page.get_by_text("Controllo del file").wait_for()
    check(page, "being checked")
    work(shop)
    page.get_by_role("button", name="Importa 2 righe").wait_for()  # by itself
    check(page, "what would go in")
    press(page, "Importa 2 righe")
    page.get_by_role("heading", name="Importazione in corso").wait_for()
    work(shop)
    page.get_by_text("Il file qui è stato cancellato").wait_for()
    check(page, "what went in")
    with page.expect_download() as kept:
        page.get_by_role("link", name="Scarica le righe da correggere").click()
    mended = Path(kept.value.path()).read_text(encoding="utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(mended), delimiter=";")
    assert (row["Cliente"], row["Colonna"]) == ("B2", "Data")
    press(page, "Annulla questa importazione")
    page.get_by_role("heading", name="Annullamento in corso").wait_for()
    work(shop)
    page.get_by_role("heading", name="Questa importazione è stata annullata").wait_for()
    check(page, "what was undone")


def test_places_tasks_and_exports_are_for_everybody(shop, device):
    aurora = device(DESK)
    aurora.sign_in(shop.owner_email)
    page = aurora.go("/portal/locations")
    check(page, "no place yet")
    page.get_by_label("Nome").fill("Via Roma")
    press(page, "Aprila")
    page.get_by_label("lunedì, apre", exact=True).fill("8")
    check(page, "a place")
    page.set_viewport_size(PHONE)
    check(page, "a place on a phone")
    press(page, "Salva")
    page.get_by_text("Scrivi tutte e due le ore").first.wait_for()
    check(page, "a place with a fault")
    page = aurora.go("/portal/tasks")
    check(page, "no task")
    page.get_by_text("Scrivi un compito").click()
    page.get_by_label("Che cosa fare").fill("Ordinare tazze")
    press(page, "Scrivilo")
    page.get_by_role("button", name="Fatto: Ordinare tazze").wait_for()
    check(page, "tasks")
    press(page, "Fatto: Ordinare tazze")
    page.get_by_role("button", name="Annulla").click()
    page.get_by_role("button", name="Fatto: Ordinare tazze").wait_for()
    for path in ("/portal/exports", "/portal/shop", "/portal/"):
        check(aurora.go(path), path)
