"""Who is slipping away, most at stake first; the limits, and what a change of them would change."""

import csv
import io
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from loyalty.analytics import measures
from loyalty.analytics.measures import Measures
from loyalty.core import clock
from loyalty.merchants.models import StaffAct
from loyalty.portal import lapsed

LIST, LIMITS = "/portal/lapsed", "/portal/lapsed/limits"
WEEKLY = (140, 133, 126, 119, 112, 105, 98, 91)


@pytest.fixture
def gone(shop):
    """Two who came each week and stopped; one spent ten times as much."""
    cards = {"Anna": shop.card("points", name="Anna Neri"), "Ugo": shop.card("points", name="Ugo")}
    for name, cents in (("Anna", 500), ("Ugo", 5_000)):
        for days in WEEKLY:
            shop.visit(cards[name], cents, at=clock.now() - timedelta(days=days))
    fresh = shop.card("points", name="Fresca")
    shop.visit(fresh, 500, at=clock.now())
    return cards


def test_they_stand_by_what_is_at_stake_with_a_sentence_each(gone, aurora):
    page = aurora.get(LIST)
    assert page.status == 200
    assert page.words.index("Ugo") < page.words.index("Anna Neri")
    assert re.search(r"Anna di solito viene ogni \d+ giorni; non si vede da 91 giorni", page.words)
    assert "Fresca" not in page.words
    assert "2 persone" in page.words
    assert "/portal/campaigns/new?segment=lapsed" in page.links
    assert "Nessuno tarda" in aurora.get(f"{LIST}?state=cooling").words
    assert "Anna Neri" in aurora.get(f"{LIST}?state=all").words


def test_the_list_is_turned_by_key(gone, aurora, monkeypatch):
    monkeypatch.setattr(lapsed, "SHOWN", 1)
    first = aurora.get(LIST)
    (following,) = {link for link in first.links if "after=" in link}
    second = aurora.get(following)
    assert "Anna Neri" in second.words
    assert f"/portal/members/{gone['Ugo'].customer}" not in second.links
    assert aurora.get(f"{LIST}?after=nonsense").status == 200


def test_nobody_is_slipping_away_is_said_kindly(shop, aurora):
    assert "Nessuno ha rotto la sua abitudine" in aurora.get(LIST).words


def test_the_file_holds_them_in_the_same_order(gone, shop, aurora):
    page = aurora.get(LIST)
    file = aurora.submit(page, "/portal/lapsed/file")
    rows = list(csv.reader(io.StringIO(file.html[1:]), delimiter=";"))
    assert [row[1] for row in rows[1:]] == ["Ugo", "Anna Neri"]
    assert rows[1][4] == "91"
    with shop.database.read() as session:
        (facts,) = session.execute(
            sa.select(StaffAct.facts).where(StaffAct.act == "lapsed.export")
        ).scalars()
    assert facts == {"members": 2, "state": "lapsed"}


def test_the_home_says_how_many_and_leads_there(gone, aurora):
    page = aurora.get("/portal/")
    assert "Chi si sta allontanando" in page.words
    assert f"{LIST}?state=lapsed" in page.links


def test_a_profile_says_the_state_and_its_sentence(gone, aurora):
    words = aurora.get(f"/portal/members/{gone['Anna'].customer}").words
    assert "si è allontanato" in words
    assert "Anna di solito viene ogni" in words


def test_the_list_of_members_goes_by_the_same_rule(gone, aurora):
    assert "Anna Neri" in aurora.get("/portal/members?state=lapsed").words
    assert "Fresca" not in aurora.get("/portal/members?state=lapsed").words
    assert "Fresca" in aurora.get("/portal/members?state=new").words


# --- the limits


def typed(page, **said):
    form = page.form(LIMITS)
    return {**form.fields, **said}


def test_what_a_change_would_change_is_shown_and_nothing_is_saved(gone, shop, aurora):
    page = aurora.get(LIMITS)
    looked = aurora.post(LIMITS, typed(page, lost_days="90", lost_times="5", deed="look"))
    assert looked.status == 200
    assert "Che cosa cambierebbe oggi" in looked.words
    assert re.search(r"Perso 0 2 \+2", looked.words)
    assert 'value="90"' in looked.html
    with shop.database.read() as session:
        assert measures.of(session, merchant_id=shop.merchant_id) == Measures()


def test_saved_limits_count_everywhere_at_once(gone, aurora):
    saved = aurora.post(LIMITS, typed(aurora.get(LIMITS), lost_days="90"))
    assert saved.status == 200
    assert "Salvato" in saved.words
    assert "Anna Neri" in aurora.get("/portal/members?state=lost").words
    assert "Anna Neri" in aurora.get(f"{LIST}?state=lost").words
    fixed = typed(aurora.get(LIMITS), kind="fixed", cooling_days="10", lapsed_days="20",
                  lost_days="365")  # fmt: skip
    aurora.post(LIMITS, fixed)
    assert "dopo 20 giorni" in aurora.get(LIST).words.casefold()
    assert "Anna Neri" in aurora.get(LIST).words


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"lapsed_times": "molte"}, "Scrivi un numero, come 2,5."),
        ({"lapsed_days": "0"}, "Da 1 a 3650."),
        ({"lapsed_days": "400"}, "I limiti vanno in ordine"),
        ({"cooling_times": ""}, "metti 0 in tutti e tre"),
        ({"margin_percent": "101"}, "Da 1 a 100."),
        ({"lost_days": "9" * 5_000}, "numero intero"),
    ],
)
def test_limits_that_make_no_sense_are_refused_at_their_field(gone, aurora, wrong, said):
    page = aurora.post(LIMITS, typed(aurora.get(LIMITS), **wrong))
    assert page.status == 422
    assert said in page.words
    assert 'aria-invalid="true"' in page.html


def test_two_people_at_the_limits_hear_of_each_other(gone, aurora):
    mine = typed(aurora.get(LIMITS), lost_days="100")
    aurora.post(LIMITS, typed(aurora.get(LIMITS), lost_days="200"))
    page = aurora.post(LIMITS, mine)
    assert page.status == 409
    assert "Qualcun altro ha salvato" in page.words
    assert 'value="100"' in page.html
    assert "200" in page.words


def test_a_cashier_sees_nobody(gone, bruno):
    for path in (LIST, LIMITS):
        assert bruno.get(path).status == 403
