"""The owner's programs: what is in force, and what a draft would change."""

import pytest

from loyalty.core import clock
from loyalty.core.ids import parse_ref
from loyalty.programs import editor
from tests.club import CLUB
from tests.pages import Visitor
from tests.programs import POINTS, with_changes


def draft(shop, program, raw):
    """A draft of a program, not published."""
    with shop.database.write() as session:
        editor.add_version(
            session,
            merchant_id=shop.merchant_id,
            currency="EUR",
            program_id=parse_ref("prg", shop.programs[program]),
            raw=raw,
            at=clock.now(),
        )


def test_each_program_shows_its_rules_and_leads_to_its_public_page(shop, aurora):
    page = aurora.get("/portal/programs")
    assert "Versione 1, in vigore dal 21 novembre 2026" in page.words
    assert "Una regola alla volta 1 punto ogni 1,00 € di spesa" in page.words
    assert f"/p/{shop.programs['points']}" in page.links
    assert "/portal/programs" in aurora.get("/portal/").links


def test_a_draft_says_what_it_would_change_and_what_would_stay(shop, aurora):
    draft(shop, "points", with_changes(POINTS, earn=[{**POINTS["earn"][0], "units": 2}]))
    page = aurora.get("/portal/programs")
    assert "Bozza 2 di points" in page.words
    assert "Che cosa cambierebbe" in page.words
    assert "migliora" in page.words
    assert "Quanto è già sulla carta mantiene le sue condizioni" in page.words


def test_a_draft_that_does_not_fit_says_what_is_wrong(shop, aurora):
    rewards = [{**POINTS["rewards"][0], "cost": {"miles": 3}}]
    draft(shop, "points", with_changes(POINTS, rewards=rewards))
    page = aurora.get("/portal/programs")
    assert "Non si può ancora pubblicare. Ecco che cosa non torna:" in page.words
    assert "Premio 1, Quanto costa: miles: non è tra le unità" in page.words


def test_a_program_that_was_never_in_force_has_no_public_page(shop, aurora):
    ref = shop.program("later", POINTS, publish=False)
    page = aurora.get("/portal/programs")
    assert "Non c'è ancora nulla in vigore" in page.words
    assert f"/p/{ref}" not in page.links


def test_a_sentence_that_nobody_reads_at_a_counter_gets_advice(shop, aurora):
    shop.program("club", CLUB)
    assert "Le regole in parole sono lunghe" in aurora.get("/portal/programs").words


def test_an_old_draft_that_was_overtaken_is_not_shown(shop, aurora):
    draft(shop, "points", POINTS)
    shop.publish("points", with_changes(POINTS, rewards=[]), at=clock.now())
    assert "Bozza" not in aurora.get("/portal/programs").words


def test_the_programs_of_the_shop_next_door_are_not_here(shop, dario):
    shop.program("segreto", POINTS)
    page = dario.get("/portal/programs")
    assert "segreto" not in page.words
    assert f"/p/{shop.programs['points']}" not in page.links


@pytest.mark.parametrize("page", ["/portal/programs", "/portal/causes"])
def test_a_cashier_has_no_business_here(bruno, page):
    assert bruno.get(page).status == 403


def test_the_page_says_how_people_join_and_how_many_stayed(shop, app, aurora):
    assert "nessuno ha aperto la pagina" in aurora.get("/portal/programs").words
    path = f"/j/{shop.programs['points']}"
    for query in ("?s=poster", "?s=link", "?s=link", ""):
        page = Visitor(app).get(path + query)
    phone = Visitor(app)
    phone.submit(phone.get(path + "?s=poster"), "/j/", age="1")
    page = aurora.get("/portal/programs")
    assert f"http://127.0.0.1:8000{path}?s=link" in page.html
    assert "Pagina aperta 5 Carte fatte 1 Quota 20 %" in page.words
    assert "Dalla locandina 1 su 2" in page.words
    assert "Da un link 0 su 3" in page.words


def test_a_draft_has_no_link_to_join(shop, aurora):
    shop.program("draft", POINTS, publish=False)
    assert f"/j/{shop.programs['draft']}" not in aurora.get("/portal/programs").html
