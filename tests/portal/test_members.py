"""The member list as the shop uses it: found, filtered, kept as a view, tagged and taken along."""

import pytest
import sqlalchemy as sa

from loyalty.core import clock
from loyalty.core.db import use
from loyalty.core.ids import ref
from loyalty.customers import directory
from loyalty.members import bulk
from loyalty.members.models import BulkRun
from loyalty.merchants import sessions
from loyalty.merchants.models import StaffAct
from tests.builders import NOW, PASSWORD
from tests.tills import later

LIST = "/portal/members"


@pytest.fixture
def folk(shop):
    """Ada spent 30 in two visits, Bea nothing, Ciro 5."""
    cards = {name: shop.card("points", name=name, email=f"{name.lower()}@example.it")
             for name in ("Ada", "Bea", "Ciro")}  # fmt: skip
    shop.visit(cards["Ada"], 1_000)
    shop.visit(cards["Ada"], 2_000)
    shop.visit(cards["Ciro"], 500)
    return cards


def table(page):
    """The names in the list, in their order."""
    words = page.words
    found = [(words.index(f"{name} {name.lower()}@"), name) for name in ("Ada", "Bea", "Ciro")
             if f"{name} {name.lower()}@" in words]  # fmt: skip
    return [name for _, name in sorted(found)]


def work(shop):
    """What the worker does."""
    use(shop.database)
    with shop.database.read() as session:
        runs = session.execute(sa.select(BulkRun.id).where(BulkRun.state == "waiting")).scalars()
        waiting = list(runs)
    for run in waiting:
        with shop.database.write() as session:
            bulk.step(
                session,
                merchant_id=shop.merchant_id,
                run_ref=ref("run", run),
                at=clock.now(),
                size=100,
            )


def acts(shop):
    with shop.database.read() as session:
        return session.execute(sa.select(StaffAct.act).order_by(StaffAct.id)).scalars().all()


def test_an_empty_list_says_what_will_be_here(shop, aurora):
    assert "Ancora nessuno" in aurora.get(LIST).words


def test_the_list_shows_who_they_are_and_how_they_are_doing(folk, aurora):
    page = aurora.get(f"{LIST}?sort=name")
    assert table(page) == ["Ada", "Bea", "Ciro"]
    assert "30,00 €" in page.words
    assert "mai" in page.words
    assert "3 di 3" in page.words


def test_filters_and_order_stand_in_the_address_and_come_off_one_by_one(folk, aurora):
    page = aurora.get(f"{LIST}?visits_min=1&spend_max=10&sort=-spend")
    assert table(page) == ["Ciro"]
    assert f"{LIST}?spend_max=10&sort=-spend" in page.links
    assert "Almeno visite: 1" in page.words
    assert table(aurora.get(f"{LIST}?sort=spend")) == ["Bea", "Ciro", "Ada"]


def test_nothing_fits_is_said_in_other_words_than_nothing_yet(folk, aurora):
    page = aurora.get(f"{LIST}?visits_min=99")
    assert "Nessun cliente è così" in page.words
    assert "Ancora nessuno" not in page.words


def test_what_is_searched_for_travels_in_the_form_and_nowhere_else(folk, aurora, caplog):
    page = aurora.submit(aurora.get(LIST), LIST, q="ad")
    assert table(page) == ["Ada"]
    assert 'value="ad"' in page.html
    assert not [link for link in page.links if "ad" in link.partition("?")[2].split("=")]
    code = folk["Ciro"].code
    assert table(aurora.submit(aurora.get(LIST), LIST, q=code)) == ["Ciro"]
    assert code not in caplog.text


def test_a_search_that_makes_no_sense_is_answered_calmly(folk, aurora):
    for typed, said in (
        ("a", "almeno due lettere"),
        ("x" * 10_000, "Da 1 a 120 caratteri"),
        ("a\x00b", "una riga"),
    ):
        page = aurora.submit(aurora.get(LIST), LIST, q=typed)
        assert page.status == 422
        assert said in page.words
    page = aurora.submit(aurora.get(LIST), LIST, q="<script>alert(1)</script>\u202e🎈")
    assert page.status == 200
    assert "<script>alert" not in page.html


def test_a_long_list_is_turned_page_by_page_and_back(shop, aurora):
    for number in range(53):
        shop.card("points", name=f"Nome {number:03d}")
    first = aurora.get(f"{LIST}?sort=name")
    assert "Nome 049" in first.words
    assert "Nome 050" not in first.words
    (following,) = {link for link in first.links if "after=" in link}
    second = aurora.get(following)
    assert "Nome 052" in second.words
    assert "Nome 049" not in second.words
    (back,) = {link for link in second.links if "before=" in link}
    assert "Nome 000" in aurora.get(back).words


def test_filters_are_kept_as_a_view_and_taken_away_with_a_way_back(folk, shop, aurora):
    page = aurora.get(f"{LIST}?visits_min=2")
    page = aurora.submit(page, "/portal/members/views", name="Abituali")
    assert "La vista è salvata" in page.words
    assert f"{LIST}?visits_min=2" in aurora.get(LIST).links
    again = aurora.submit(aurora.get(f"{LIST}?visits_min=3"), "/members/views", name="abituali")
    assert again.status == 422
    assert "scegline un altro" in again.words
    assert 'value="abituali"' in again.html
    page = aurora.submit(aurora.get(f"{LIST}?visits_min=2"), "/remove")
    assert f"{LIST}?visits_min=2" not in [link for link in page.links if "sort" not in link][:5]
    undo = next(form for form in page.forms if form.fields.get("name") == "Abituali")
    aurora.post(undo.action, undo.fields)
    assert "Abituali" in aurora.get(LIST).words
    assert acts(shop) == ["view.save", "view.remove", "view.save"]


def picks(page, *cards, **typed):
    """The bulk form with these chosen."""
    form = page.form("/portal/members/bulk")
    return form.action, {**form.fields, "pick": [card.customer for card in cards], **typed}


def test_a_tag_for_some_is_put_on_reported_and_undone(folk, shop, aurora):
    action, data = picks(aurora.get(LIST), folk["Ada"], folk["Bea"], tag="Amici", deed="tag")
    page = aurora.post(action, data)
    assert "0 di 2" in page.words
    work(shop)
    page = aurora.get(page.path)
    assert "2 clienti sono cambiati" in page.words
    assert sorted(table(aurora.get(next(ln for ln in page.links if "tag=" in ln)))) == [
        "Ada",
        "Bea",
    ]
    page = aurora.submit(page, "/undo")
    work(shop)
    assert "2 clienti sono cambiati" in aurora.get(page.path).words
    assert "Amici" not in aurora.get(f"{LIST}?sort=name").words.partition("Ada")[2][:60]
    assert acts(shop) == ["members.tag", "members.untag"]


def test_a_tag_for_all_who_match_reaches_those_and_nobody_else(folk, shop, aurora):
    page = aurora.get(f"{LIST}?visits_min=1")
    action, data = picks(page, tag="Veri", deed="tag", all="1")
    page = aurora.post(action, data)
    work(shop)
    assert "2 clienti sono cambiati" in aurora.get(page.path).words


def test_nobody_chosen_and_no_tag_are_said_on_the_list(folk, aurora):
    action, data = picks(aurora.get(f"{LIST}?visits_min=1"), tag="Amici", deed="tag")
    page = aurora.post(action, data)
    assert "Scegli prima qualcuno" in page.words
    action, data = picks(page, folk["Ada"], tag="", deed="tag")
    assert "Scrivi l'etichetta" in aurora.post(action, data).words


def test_the_file_holds_exactly_who_is_listed_and_no_formula(folk, shop, aurora):
    shop.card("points", name="=1+1", email="formula@example.it")
    page = aurora.get(f"{LIST}?visits_max=0")
    file = aurora.submit(page, "/portal/members/file")
    assert file.headers["Content-Type"].startswith("text/csv")
    lines = file.html.splitlines()
    assert lines[0].startswith("\ufeffCliente;Nome;E-mail")
    assert [line.split(";")[1] for line in lines[1:]] == ["Bea", "'=1+1"]
    assert acts(shop) == ["members.export"]
    with shop.database.read() as session:
        (facts,) = session.execute(sa.select(StaffAct.facts)).scalars()
    assert facts == {"members": 2, "filters": ["visits_max"]}


def test_the_file_of_a_search_and_of_chosen_ones(folk, aurora):
    found = aurora.submit(aurora.get(LIST), LIST, q="ciro")
    file = aurora.submit(found, "/portal/members/file")
    assert [line.split(";")[1] for line in file.html.splitlines()[1:]] == ["Ciro"]
    _, data = picks(aurora.get(LIST), folk["Ada"])
    file = aurora.post("/portal/members/file", data)
    cells = file.html.splitlines()[1].split(";")
    assert (cells[1], cells[11], cells[12], cells[13]) == ("Ada", "2", "30,00", "EUR")


def test_the_file_asks_again_who_takes_it_and_keeps_what_was_chosen(
    folk, shop, aurora, monkeypatch
):
    _, data = picks(aurora.get(LIST), folk["Ada"])
    later(monkeypatch, minutes=sessions.FRESH_MINUTES + 1)
    asked = aurora.post("/portal/members/file", data)
    assert (asked.status, acts(shop)) == (403, [])
    proven = aurora.submit(asked, "/portal/confirm", proof=PASSWORD)
    file = aurora.submit(proven, "/portal/members/file")
    assert [line.split(";")[1] for line in file.html.splitlines()[1:]] == ["Ada"]


def test_a_cashier_sees_no_list_and_the_shop_next_door_sees_its_own(folk, bruno, dario):
    assert bruno.get(LIST).status == 403
    assert table(dario.get(LIST)) == []
    assert bruno.post(f"{LIST}/file", {"all": "1"}).status in (400, 403)


def test_who_was_forgotten_is_not_in_the_list(folk, shop, aurora):
    with shop.database.write() as session:
        directory.erase(
            session, merchant_id=shop.merchant_id, customer_ref=folk["Ada"].customer, at=NOW
        )
    assert table(aurora.get(f"{LIST}?sort=name")) == ["Bea", "Ciro"]
