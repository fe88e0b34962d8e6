"""Files of past sales and of customers in the browser: looked at, tried, imported, undone."""

import gzip
import io

import pytest
import sqlalchemy as sa

from loyalty.cards import register
from loyalty.core import clock
from loyalty.core.ids import ref
from loyalty.counter.requests import intent
from loyalty.customers.models import Customer
from loyalty.imports.upload_models import ImportBadRow, ImportChunk, ImportUpload
from loyalty.merchants.models import StaffAct
from loyalty.portal import imports
from loyalty.worker.chores import CHORES
from loyalty.worker.once import once
from tests.builders import fresh_key
from tests.pages import Visitor

PAGE = "/portal/imports"
SALES = """Cliente;Data;Ora;Importo (€);Scontrino;Articolo;Cassa
A1;31/12/2025;18.05;12,40;r1;caffè;1
A1;02/01/2026;9:30;€ 3,00;r2;brioche;1
B2;03/01/2026;10:00;1.234,50;r3;torta;2
;03/01/2026;10:00;2,00;r4;caffè;2
B2;ieri;10:00;2,00;r5;caffè;2
"""
PEOPLE = """Nome,Cognome,E-mail,Cellulare,Data di nascita,Lingua
Anna,Bianchi,Anna@Example.it,+39 333 1,21/03/1990,italiano
Gino,Rossi,gino@example.it,,,
,,,,,
"""


def bring(visitor, text, name="cassa.csv"):
    body = text if isinstance(text, bytes) else text.encode()
    form = visitor.get(PAGE).form("/portal/imports")
    return visitor.post(PAGE, {**form.fields, "file": (io.BytesIO(body), name)})


def work(shop):
    return once(shop.database, CHORES, at=clock.now())


def tried(shop, visitor, text, **typed):
    page = bring(visitor, text)
    points = {} if "f-program" not in page.html else {"program": shop.programs["points"]}
    page = visitor.submit(page, "/try", **points, **typed)
    assert page.status == 200, page.words
    work(shop)
    return visitor.get(page.path)


def imported(shop, visitor, text):
    page = visitor.submit(tried(shop, visitor, text), "/start")
    work(shop)
    return visitor.get(page.path)


def count(shop, kind):
    with shop.database.read() as session:
        return session.execute(sa.select(sa.func.count()).select_from(kind)).scalar_one()


def units(shop):
    with shop.database.read() as session:
        rows = session.execute(
            sa.text(
                "SELECT c.external_ref, sum(a.balance) FROM ledger_account a"
                " JOIN card k ON k.id = a.card_id JOIN customer c ON c.id = k.customer_id"
                " WHERE a.unit = 'points' GROUP BY c.external_ref"
            )
        )
        return {who: int(many) for who, many in rows}


def test_italian_columns_are_guessed_and_shown_with_their_first_rows(shop, aurora):
    page = bring(aurora, SALES)
    assert page.path.startswith(f"{PAGE}/imp_")
    assert "Vendite passate" in page.words
    fields = page.form("/try").fields
    assert [fields[f"c{place}"] for place in range(7)] == [
        "customer", "occurred_at", "time", "amount", "external_ref", "item", "",
    ]  # fmt: skip
    assert "€ 3,00" in page.words


def test_a_try_counts_and_writes_nothing(shop, aurora):
    page = tried(shop, aurora, SALES)
    assert "Di 5 righe ne entrerebbero 3" in page.words
    assert "«ieri" in page.words
    assert units(shop) == {}


def test_what_was_tried_goes_in_and_the_file_goes_away(shop, aurora):
    page = imported(shop, aurora, SALES)
    assert "fatta" in aurora.get(PAGE).words
    assert units(shop) == {"A1": 15, "B2": 1234}
    assert count(shop, ImportChunk) == 0
    assert "Scarica le righe da correggere" in page.words
    with shop.database.read() as session:
        acts = session.execute(sa.select(StaffAct.act).order_by(StaffAct.id)).scalars().all()
    assert acts == ["import.upload", "import.start"]


def test_the_bad_rows_come_back_mended_and_their_columns_are_remembered(shop, aurora):
    page = imported(shop, aurora, SALES)
    (link,) = [link for link in page.links if link.endswith("errors.csv")]
    answer = aurora.client.get(link)
    text = answer.get_data(as_text=True)
    assert text.startswith("\ufeffCliente;Data;Ora;Importo (€);Scontrino;Articolo;Cassa;")
    assert "B2;ieri;10:00;2,00;r5;caffè;2;6;Data;" in text
    again = bring(aurora, text.replace("ieri", "04/01/2026"), "corrette.csv")
    assert again.form("/try").fields["c3"] == "amount"
    assert again.form("/try").fields["c9"] == ""
    page = aurora.submit(again, "/try", program=shop.programs["points"])
    work(shop)
    page = aurora.submit(aurora.get(page.path), "/start")
    work(shop)
    assert units(shop) == {"A1": 15, "B2": 1236}


def test_the_same_file_again_changes_nothing(shop, aurora):
    imported(shop, aurora, SALES.replace("ieri", "05/01/2026"))
    page = tried(shop, aurora, SALES.replace("ieri", "05/01/2026"))
    assert "Non c'è niente di nuovo" in page.words
    assert not page.has_form("/start")


def test_an_import_of_sales_is_undone_and_may_come_again(shop, aurora):
    page = imported(shop, aurora, SALES)
    assert "3 visite" in page.words
    page = aurora.submit(page, "/undo")
    work(shop)
    page = aurora.get(page.path)
    assert "3 visite riprese" in page.words or "annullata" in page.words
    assert set(units(shop).values()) == {0}
    imported(shop, aurora, SALES)
    assert units(shop) == {"A1": 15, "B2": 1234}


def test_customers_come_in_with_two_columns_of_names(shop, aurora):
    page = bring(aurora, PEOPLE, "rubrica.csv")
    assert "Clienti" in page.words
    imported(shop, aurora, PEOPLE)
    with shop.database.read() as session:
        rows = session.execute(
            sa.text("SELECT external_ref, name, email, birthday, language FROM customer ORDER BY 1")
        ).all()
    assert tuple(rows[0]) == ("anna@example.it", "Anna Bianchi", "anna@example.it", "03-21", "it")
    assert rows[1].name == "Gino Rossi"


def test_customers_are_forgotten_again_unless_something_happened_with_them(shop, aurora):
    page = imported(shop, aurora, PEOPLE)
    with shop.database.write() as session:
        customer = session.execute(
            sa.select(Customer).where(Customer.email == "anna@example.it")
        ).scalar_one()
        register.enrol(
            session,
            duty=shop.owner,
            customer_ref=ref("cus", customer.id),
            program_ref=shop.programs["points"],
            intent=intent(fresh_key(), None),
            at=clock.now(),
        )
    page = aurora.get(page.path)
    assert "1 resta" in page.words
    page = aurora.submit(page, "/undo")
    work(shop)
    with shop.database.read() as session:
        rows = session.execute(sa.text("SELECT name FROM customer ORDER BY id")).scalars().all()
    assert set(rows) == {"Anna Bianchi", None}
    assert "1 cliente" in aurora.get(page.path).words


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "vuoto"),
        (b"   \n \n", "vuoto"),
        (b"PK\x03\x04rest of a workbook", "CSV UTF-8"),
        (b"\xff\xfec\x00l\x00", "UTF-16"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "è un file di testo"),
        (b"cliente\x00;data\nA;1\n", "è un file di testo"),
        (b"cliente;data;importo\n", "solo l'intestazione"),
        (b"solo una colonna\n1\n", "una sola colonna"),
        (";".join(f"c{n}" for n in range(10_000)).encode() + b"\n1\n", "10000 colonne"),
        (b"x" * 80_000 + b";y\n1;2\n", "troppo lunga"),
        (gzip.compress(b"cliente;data\n", mtime=0)[:12], "rovinato"),
        (b"a;b\n" + b"1;2\n" * 100_000, "supera 10 MB"),
    ],
)
def test_what_is_no_list_is_refused_in_a_sentence_and_leaves_nothing(
    shop, aurora, body, said, monkeypatch
):
    monkeypatch.setattr(imports, "FILE_BYTES_MAX", 300_000)
    page = bring(aurora, body)
    assert page.status == 422
    assert said in page.words
    assert count(shop, ImportUpload) == 0


def test_no_file_at_all(shop, aurora):
    page = aurora.submit(aurora.get(PAGE), "/portal/imports")
    assert page.status == 422
    assert "Scegli un file" in page.words


def test_rows_with_nuls_and_too_many_cells_are_bad_rows(shop, aurora):
    text = "cliente,data,importo\nA,2026-01-02,1.00\nB,2026-01-02,\x001\nC,1,2,3,4\n"
    page = tried(shop, aurora, text)
    assert "Di 3 righe ne entrerebbe 1" in page.words
    assert "carattere nullo" in page.words
    assert "5 colonne" in page.words


def test_a_column_named_twice_is_for_a_person_to_decide(shop, aurora):
    page = bring(aurora, "cliente,data,importo,importo\nA,2026-01-02,1.00,2.00\n")
    points = shop.programs["points"]
    both = aurora.submit(page, "/try", program=points, c3="amount")
    assert both.status == 422
    assert "Due colonne sono la stessa cosa" in both.words
    assert 'value="amount" selected' in both.html
    none = aurora.submit(page, "/try", program=points, c2="", c1="")
    assert none.status == 422
    assert "quale colonna è la data" in none.words
    assert "quale colonna è l'importo" in none.words
    assert aurora.submit(page, "/try", program=points, c0="nonsense").status == 422


def test_the_program_is_asked_for_where_there_are_several(shop, aurora, stranger):
    page = bring(aurora, SALES)
    assert aurora.submit(page, "/try", program="").status == 422
    theirs = aurora.submit(page, "/try", program=stranger.programs["points"])
    assert theirs.status == 422
    assert "quale programma" in theirs.words


def test_a_file_may_be_the_other_kind(shop, aurora):
    page = bring(aurora, SALES)
    page = aurora.submit(page, "/kind", kind="customers")
    assert page.form("/try").fields["c0"] in ("customer", "name")
    assert page.form("/try").fields["c3"] == ""


def test_two_people_at_the_same_file_hear_of_each_other(shop, aurora):
    page = tried(shop, aurora, SALES)
    form = page.form("/start")
    assert aurora.post(form.action, form.fields).status == 200
    again = aurora.post(form.action, form.fields)
    assert again.status == 409
    assert "andata avanti" in again.words
    work(shop)
    assert units(shop) == {"A1": 15, "B2": 1234}


def test_a_file_is_forgotten_when_asked(shop, aurora):
    page = aurora.submit(tried(shop, aurora, SALES), "/discard")
    assert page.path == PAGE
    assert (count(shop, ImportUpload), count(shop, ImportBadRow)) == (0, 0)


def test_what_failed_too_often_can_be_taken_up_again(shop, aurora):
    page = aurora.submit(bring(aurora, SALES), "/try", program=shop.programs["points"])
    assert "Controllo del file" in page.words
    with shop.database.write() as session:
        session.execute(sa.text("UPDATE job SET state = 'dead' WHERE kind = 'imports.try'"))
    page = aurora.get(page.path)
    assert "Non è andata avanti" in page.words
    aurora.submit(page, "/again")
    work(shop)
    assert aurora.get(page.path).has_form("/start")


def test_strangers_cashiers_and_marketers(app, shop, aurora, bruno, dario):
    page = tried(shop, aurora, SALES)
    assert bruno.get(PAGE).status == 403
    assert dario.get(page.path).status == 404
    assert dario.get(f"{page.path}/errors.csv").status == 404
    token = dario.get(PAGE).form("/portal/imports").fields
    for step in ("try", "start", "undo", "discard", "kind", "columns", "again"):
        answer = dario.post(f"{page.path}/{step}", {**token, "kind": "sales"})
        assert answer.status == 404, step
    assert "cassa.csv" not in dario.get(PAGE).words
    assert Visitor(app).get(PAGE).path == "/sign-in"
