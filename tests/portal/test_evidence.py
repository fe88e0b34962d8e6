"""Checks at the till: whoever stands out is on top, and each figure leads to its rows."""

import csv
import io

import pytest

from loyalty.core import clock
from loyalty.merchants.sessions import FRESH_MINUTES
from tests import cashiers
from tests.builders import PASSWORD
from tests.tills import later

PAGE = "/portal/evidence"


@pytest.fixture
def crew(shop):
    """Bruno works honestly; Mara has a friend."""
    now = clock.now()
    cards = [shop.card(name=f"Cliente {number}") for number in range(20)]
    cashiers.work(shop, shop.cashier, cards, 60, until=now)
    mara, friend = cashiers.hire(shop, "Mara"), shop.card(name="=Amica", at=now)
    cashiers.helps_herself(shop, mara, cards, friend, until=now)
    return shop, mara, friend


def rows_of(visitor, path):
    answer = visitor.client.get(path, headers={"Accept-Language": "it"})
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    text = answer.get_data().decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:]), delimiter=";"))


def test_whoever_stands_out_is_on_top_in_plain_words(crew, aurora):
    page = aurora.get(PAGE)
    assert page.status == 200
    assert page.words.index("Mara") < page.words.index("Bruno")
    assert "da guardare · 4/7" in page.words
    assert "come gli altri" in page.words
    assert "31 su 71 (44%)" in page.words
    assert "12 su 83 (14%), 30,00 €" in page.words


def test_a_figure_leads_to_the_rows_behind_it(crew, aurora):
    _shop, mara, friend = crew
    (link,) = [link for link in aurora.get(PAGE).links if f"{mara.actor}/one_card" in link]
    page = aurora.get(link)
    assert "31 righe" in page.words
    code = f"{friend.code[:4]}-{friend.code[4:8]}-{friend.code[8:]}"
    assert page.words.count(code) == 31
    assert "codice scritto a mano" in page.words
    assert "2,50 €" in page.words


def test_the_file_holds_every_row_and_no_formula(crew, aurora):
    _shop, mara, friend = crew
    heading, *rows = rows_of(aurora, f"{PAGE}/{mara.actor}/one_card.csv?days=30")
    assert heading[:4] == ["quando", "chi", "che cosa", "codice della carta"]
    assert len(rows) == 31
    assert {row[1] for row in rows} == {"Mara"}
    assert {row[4] for row in rows} == {friend.ref}
    assert {row[5] for row in rows} == {"2,50", "3,00"}
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)


def test_a_reason_that_looks_like_a_formula_is_only_text(shop, aurora):
    card = shop.card(at=clock.now())
    cashiers.give(shop, shop.owner, card, 5, at=clock.now(), reason="=HYPERLINK(1)")
    cashiers.give(shop, shop.owner, card, -2, at=clock.now(), reason="-1+1")
    _, *rows = rows_of(aurora, f"{PAGE}/{shop.owner.actor}/by_hand.csv")
    assert [(row[7], row[8], row[9]) for row in rows] == [
        ("-2", "punti", "'-1+1"),
        ("5", "punti", "'=HYPERLINK(1)"),
    ]


def test_english_gets_commas_and_points(crew, aurora):
    _, mara, _ = crew
    aurora.submit(aurora.get("/portal/"), "/language", language="en")
    answer = aurora.client.get(f"{PAGE}/{mara.actor}/undone.csv")
    heading, first, *_ = csv.reader(io.StringIO(answer.get_data(as_text=True)[1:]))
    assert heading[2] == "what"
    assert first[2:3] + first[5:7] == ["Cancelled", "2.50", "EUR"]


def test_longer_periods_can_be_chosen_and_nothing_else(crew, aurora):
    assert 'aria-current="page">90 giorni' in aurora.get(f"{PAGE}?days=90").html
    for nonsense in ("0", "-1", "x", "99999", "²"):
        assert 'aria-current="page">30 giorni' in aurora.get(f"{PAGE}?days={nonsense}").html


def test_an_empty_shop_says_what_will_be_here(shop, aurora):
    assert "Ancora nulla in cassa" in aurora.get(PAGE).words
    page = aurora.get(f"{PAGE}/{shop.cashier.actor}/night")
    assert "Nessuna riga" in page.words


def test_only_the_owner_looks_and_only_at_her_own_people(crew, aurora, bruno, dario):
    _, mara, _ = crew
    for path in (PAGE, f"{PAGE}/{mara.actor}/night", f"{PAGE}/{mara.actor}/night.csv"):
        assert bruno.get(path).status == 403
    assert "Mara" not in dario.get(PAGE).words
    for path in (f"{PAGE}/{mara.actor}/night", f"{PAGE}/{mara.actor}/night.csv"):
        assert dario.get(path).status == 404
    for path in (f"{PAGE}/{mara.actor}/nonsense", f"{PAGE}/stf_x/night"):
        assert aurora.get(path).status == 404


def test_the_file_asks_again_who_it_is(crew, aurora, monkeypatch):
    _, mara, _ = crew
    later(monkeypatch, minutes=FRESH_MINUTES + 1)
    asked = aurora.get(f"{PAGE}/{mara.actor}/night.csv?days=90")
    assert asked.path == "/portal/confirm"
    back = aurora.submit(asked, "/portal/confirm", proof=PASSWORD)
    assert back.path == f"{PAGE}/{mara.actor}/night"
    assert rows_of(aurora, f"{PAGE}/{mara.actor}/night.csv?days=90")
