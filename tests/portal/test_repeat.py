"""The page of repeat purchase: each number with its meaning, and a way to the people behind it."""

import csv
import io
import re
from datetime import timedelta

import pytest

from loyalty.core import clock
from loyalty.merchants import places
from tests.domain.corrections.hands import merge

PAGE = "/portal/metrics"


def days_ago(days):
    return clock.now() - timedelta(days=days)


@pytest.fixture
def regulars(shop):
    """Ada comes every ten days, Bea came twice long ago, Ciro once yesterday."""
    cards = {name: shop.card("points", name=name) for name in ("Ada", "Bea", "Ciro")}
    for days in (60, 50, 40, 30, 20, 10, 2):
        shop.visit(cards["Ada"], 1_000, at=days_ago(days))
    for days in (200, 190):
        shop.visit(cards["Bea"], 2_000, at=days_ago(days))
    shop.visit(cards["Ciro"], 500, at=days_ago(1))
    return cards


def rows_of(visitor, table, more=""):
    answer = visitor.client.get(
        f"{PAGE}.csv?table={table}{more}", headers={"Accept-Language": "it"}
    )
    assert answer.status_code == 200
    text = answer.get_data().decode("utf-8")
    return list(csv.reader(io.StringIO(text[1:]), delimiter=";"))


def test_each_number_says_what_it_means_and_of_how_many(regulars, aurora):
    page = aurora.get(PAGE)
    assert page.status == 200
    for said in (
        "Clienti attivi 2",
        "1 su 2 sono venuti in due giorni o più",
        "Chi è venuto almeno una volta nel periodo.",
        "n = 2 clienti",
        "n = 8 giorni di visita",
        "pochi per dirlo",
        "Persi nel periodo diviso clienti all'inizio, per 100.",
        "Situazione al",
    ):
        assert said in page.words, said
    for never in ("NaN", "None", "inf"):
        assert never not in page.words


def test_a_number_leads_to_the_members_behind_it(regulars, shop, aurora):
    page = aurora.get(PAGE)
    (active,) = {link for link in page.links if "came_from=" in link and "came_days" not in link}
    found = aurora.get(active.replace("&amp;", "&")).words
    assert "Ada" in found
    assert "Ciro" in found
    assert "Bea" not in found
    again = next(link for link in page.links if "came_days=2" in link)
    assert "Ciro" not in aurora.get(again).words
    new = next(link for link in page.links if "first_from=" in link)
    assert "Bea" not in aurora.get(new).words
    # Who was merged into another counts with that one.
    merge(shop, regulars["Ciro"], regulars["Bea"])
    assert "Bea" in aurora.get(active).words


def test_the_days_and_the_place_stand_in_the_address(regulars, shop, aurora):
    year = aurora.get(f"{PAGE}?period=365")
    assert "Clienti attivi 3" in year.words
    own = aurora.get(f"{PAGE}?period=own&from={days_ago(205).date()}&to={days_ago(100).date()}")
    assert "Clienti attivi 1" in own.words
    with shop.database.write() as session:
        for name in ("Via Po", "Via Roma"):
            places.add(session, duty=shop.owner, name=name, at=clock.now())
    assert "Tutte le sedi" in aurora.get(PAGE).words


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("from=2026-02-30&to=2026-03-01", "scegli un giorno"),
        ("from=2026-11-02&to=2026-11-01", "viene prima"),
        ("from=1900-01-01&to=2026-11-01", "prima del 2000"),
        ("from=2026-11-02&to=%00", "scegli un giorno"),
    ],
)
def test_days_that_make_no_sense_are_said_at_their_field(regulars, aurora, asked, said):
    page = aurora.get(f"{PAGE}?period=own&{asked}")
    assert page.status == 422
    assert said in page.words
    assert "Clienti attivi" in page.words


def test_a_place_of_another_shop_is_not_there(regulars, stranger, aurora):
    with stranger.database.write() as session:
        made = places.add(session, duty=stranger.owner, name="Altrove", at=clock.now())
    assert aurora.get(f"{PAGE}?location={made}").status == 404
    assert aurora.get(f"{PAGE}?location=nonsense").status == 404


def test_each_table_is_a_file_of_plain_numbers(regulars, aurora):
    head, *rows = rows_of(aurora, "states")
    assert head == ["Stato", "Clienti", "Prima"]
    assert dict(row[:2] for row in rows)["Attivo"] == "1"
    visits = rows_of(aurora, "visits", "&period=28")
    assert sum(int(row[3]) for row in visits[1:]) == 4
    links = re.findall(r"metrics\.csv\?table=([a-z-]+)", aurora.get(PAGE).html)
    assert len(links) == 7
    for table in links:
        assert len(rows_of(aurora, table)) > 1, table
    assert aurora.get(f"{PAGE}.csv?table=nothing").status == 404


def test_what_is_drawn_stands_in_a_table(regulars, aurora):
    page = aurora.get(PAGE)
    assert page.html.count('data-chart="') == 5
    assert page.html.count("<figure") == page.html.count("</table>") - 2


# --- a shop with hardly anything


def calm(page):
    assert page.status == 200
    for never in ("NaN", "None", "nan%", "inf"):
        assert never not in page.words
    return page.words


def test_without_any_sale_the_page_says_what_will_be_there(shop, aurora):
    shop.card("points")
    assert "Ancora nessuna visita" in calm(aurora.get(PAGE))


def test_one_sale_and_all_on_one_day_are_told_calmly(shop, aurora):
    shop.visit(shop.card("points"), 500, at=days_ago(0))
    words = calm(aurora.get(PAGE))
    assert "Clienti attivi 1" in words
    assert "Nessuno è ancora tornato una seconda volta." in words
    for _ in range(3):
        shop.visit(shop.card("points"), 500, at=days_ago(0))
    assert "Clienti attivi 4" in calm(aurora.get(PAGE))


def test_only_refunds_are_told_calmly(shop, aurora):
    card = shop.card("points")
    for days in (20, 10, 1):
        sold = shop.visit(card, 500, at=days_ago(days)).body["ref"]
        shop.refund(sold, 500, at=days_ago(days))
    words = calm(aurora.get(PAGE))
    assert "0,00 €" in words


def test_a_cashier_sees_none_of_it(regulars, bruno):
    assert bruno.get(PAGE).status == 403
    assert bruno.get(f"{PAGE}.csv?table=states").status == 403
