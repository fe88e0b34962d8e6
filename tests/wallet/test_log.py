"""The public log of a program: what was promised since when, for everybody to read."""

import pytest

from loyalty.core.ids import parse_ref
from loyalty.programs import editor
from tests.builders import NOW
from tests.programs import POINTS, with_changes

LESS = with_changes(POINTS, earn=[{**POINTS["earn"][0], "per": {"amount_minor": 200}}])


@pytest.fixture
def changed(shop):
    """The address of a program that has been made worse once."""
    shop.publish("points", LESS, at=NOW.replace(day=23))
    return f"/p/{shop.programs['points']}"


def test_everybody_reads_the_rules_in_force_one_by_one(anybody, shop):
    page = anybody.get(f"/p/{shop.programs['points']}")
    assert page.status == 200
    assert "Caffè Aurora" in page.words
    assert "Le regole di adesso 1 punto ogni 1,00 € di spesa 10 punti = " in page.words
    assert "Dal 21 novembre 2026" in page.words


def test_a_change_for_the_worse_stands_there_and_says_what_stays(anybody, changed):
    page = anybody.get(changed)
    assert "Le regole di adesso 1 punto ogni 2,00 € di spesa" in page.words
    newest, _, oldest = page.words.partition("Dal 21 novembre 2026")
    assert "Dal 23 novembre 2026" in newest
    assert "peggiora" in newest
    assert "Quanto è già sulla carta mantiene le sue condizioni: punti validi 12 mesi." in newest
    assert "1 punto ogni 1,00 € di spesa; 10 punti" in oldest
    assert "peggiora" not in oldest


def test_the_log_reads_in_english_to_who_asks(anybody, changed):
    anybody.submit(anybody.get(changed), "/language", language="en")
    page = anybody.get(changed)
    assert "From 23 November 2026" in page.words
    assert "Points already earned keep their terms" in page.words


def test_a_draft_never_shows(anybody, shop):
    with shop.database.write() as session:
        editor.add_version(
            session,
            merchant_id=shop.merchant_id,
            currency="EUR",
            program_id=parse_ref("prg", shop.programs["points"]),
            raw=LESS,
            at=NOW,
        )
    assert "2,00 €" not in anybody.get(f"/p/{shop.programs['points']}").words
    draft = shop.program("draft", LESS, publish=False)
    assert anybody.get(f"/p/{draft}").status == 404


@pytest.mark.parametrize("ref", ["prg_" + "0" * 26, "prg_?", "x", "crd_" + "0" * 26])
def test_an_unknown_program_is_not_there(anybody, database, ref):
    assert anybody.get(f"/p/{ref}").status == 404


def test_a_paused_program_says_so(anybody, shop):
    program = shop.programs["points"]
    with shop.database.write() as session:
        editor.pause(session, merchant_id=shop.merchant_id, program_id=parse_ref("prg", program))
    page = anybody.get(f"/p/{program}")
    assert page.status == 200
    assert "Per ora è in pausa" in page.words


def test_the_card_leads_to_the_log_of_its_program(shop, phone):
    from loyalty.core import clock

    carla = shop.card("points", at=clock.now())
    page = phone(carla).get(f"/c/{carla.ref}")
    assert f"/p/{shop.programs['points']}" in page.links
