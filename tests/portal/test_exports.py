"""Files to take along: exactly what is asked for, and nothing that a spreadsheet would run."""

import csv
import io
from datetime import timedelta

import pytest
import sqlalchemy as sa

from loyalty.core import clock
from loyalty.counter import extracts
from loyalty.merchants import sessions
from loyalty.merchants.models import StaffAct
from tests.builders import PASSWORD
from tests.days import today
from tests.tills import later

PAGE = "/portal/exports"


@pytest.fixture
def lived(shop):
    """Carla, whose name is a formula, came yesterday and today; a visit was voided."""
    at = clock.now()
    carla = shop.card("points", name="=SUM(A1)", at=at - timedelta(days=3))
    shop.visit(carla, 12_40, at=at - timedelta(days=1))
    gone = shop.visit(carla, 5_00, at=at)
    shop.void(gone.body["ref"], at=at)
    shop.visit(carla, 100_00, at=at)
    shop.reserve(carla, "breakfast", at=at)
    shop.visit(shop.card("stamps", at=at), 3_00, at=at)
    return shop


def taken(visitor, kind, days=2, **typed):
    page = visitor.get(PAGE)
    now = today()
    form = {
        **page.form(PAGE).fields, "kind": kind,
        "first_on": str(now - timedelta(days=days)), "last_on": str(now + timedelta(days=1)),
        **typed,
    }  # fmt: skip
    answer = visitor.client.post(PAGE, data=form, headers={"Accept-Language": visitor.language})
    assert answer.status_code == 200
    text = answer.get_data(as_text=True)
    assert text.startswith("\ufeff")
    mark = ";" if visitor.language == "it" else ","
    return list(csv.DictReader(io.StringIO(text[1:]), delimiter=mark))


def test_visits_of_a_program_with_amounts_as_the_language_writes_them(lived, aurora):
    rows = taken(aurora, "visits", program=lived.programs["points"])
    assert [row["Pagato"] for row in rows] == ["12,40", "5,00", "100,00"]
    assert [row["Stato"] for row in rows] == ["valida", "annullata", "valida"]
    assert {row["Cliente"] for row in rows} == {"'=SUM(A1)"}
    assert len(taken(aurora, "visits")) == 4
    assert len(taken(aurora, "visits", days=0)) == 3
    aurora.submit(aurora.get(PAGE), "/language", language="en")
    aurora.language = "en"
    assert taken(aurora, "visits")[0]["Paid"] == "12.40"


def test_entries_keep_the_sign_and_say_what_they_are(lived, aurora):
    rows = taken(aurora, "entries", program=lived.programs["points"])
    moved = [int(row["Movimento"]) for row in rows]
    assert min(moved) < 0
    assert sum(moved) == int(rows[-1]["Saldo"])
    assert "annullo" in {row["Che cosa"] for row in rows}


def test_rewards_and_vouchers(lived, aurora):
    (asked,) = taken(aurora, "redemptions")
    assert "punti" in asked["Costo"]
    (voucher,) = taken(aurora, "vouchers")
    assert voucher["Stato"] == "da ritirare"
    assert voucher["Codice"]


def test_a_long_file_is_written_page_by_page_and_every_row_once(lived, aurora, monkeypatch):
    whole = {kind: taken(aurora, kind) for kind in ("visits", "entries", "redemptions")}
    monkeypatch.setattr(extracts, "PAGE", 1)
    for kind, rows in whole.items():
        assert taken(aurora, kind) == rows, kind


def test_what_cannot_be_is_said_at_the_field(lived, aurora):
    page = aurora.get(PAGE)
    for wrong, said in (
        ({"first_on": "2026-02-30"}, "Serve una data"),
        ({"first_on": "2026-03-02", "last_on": "2026-03-01"}, "prima dell'inizio"),
        ({"kind": "secrets"}, "Scegli fra"),
    ):
        answer = aurora.submit(page, PAGE, **wrong)
        assert answer.status == 422
        assert said in answer.words


def test_whoever_has_sat_there_for_long_is_asked_again_before_the_file(lived, aurora, monkeypatch):
    page = aurora.get(PAGE)
    later(monkeypatch, minutes=sessions.FRESH_MINUTES + 1)
    asked = aurora.submit(page, PAGE, kind="visits")
    assert asked.status == 403
    proven = aurora.submit(asked, "/portal/confirm", proof=PASSWORD)
    assert aurora.submit(proven, PAGE).headers["Content-Type"].startswith("text/csv")


def test_who_took_what_stands_in_the_staff_log_and_strangers_take_nothing(
    lived, aurora, bruno, dario
):
    taken(aurora, "visits")
    with lived.database.read() as session:
        (act,) = session.execute(sa.select(StaffAct).where(StaffAct.act == "export")).scalars()
        assert act.target == "visits"
        assert set(act.facts) == {"from", "to"}
    assert bruno.get(PAGE).status == 403
    assert taken(dario, "visits") == []
    theirs = dario.submit(dario.get(PAGE), PAGE, kind="visits", program=lived.programs["points"])
    assert theirs.status == 404
