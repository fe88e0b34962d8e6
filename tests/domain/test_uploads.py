"""Files that people bring: broken off and taken up again, two at once, kept only while needed."""

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from loyalty.core.ids import parse_ref, ref
from loyalty.imports import badrows, doing, history, looking, uploads
from loyalty.imports.models import ImportedSale
from loyalty.imports.order import silent
from loyalty.imports.upload_models import ImportBadRow, ImportChunk, ImportUpload
from loyalty.imports.uploads import Arrival, MovedOn
from loyalty.persons import erasure, unimport
from loyalty.worker import importing
from tests.builders import NOW
from tests.domain.import_desk import Desk

HEAD = "Cliente;Data;Importo;Scontrino\n"


def bring(shop, body, *, kind="sales"):
    """A file that was uploaded and tried, in pieces of a few bytes; its id."""
    body = body.encode()
    headings = looking.look(body, is_all=True).headings
    with shop.database.write() as session:
        arrival = Arrival("cassa.csv", len(body), headings, "it")
        upload_id = uploads.begin(session, duty=shop.owner, arrival=arrival, at=NOW)
        for number, start in enumerate(range(0, len(body), 50)):
            uploads.add_chunk(
                session, merchant_id=shop.merchant_id, upload_id=upload_id,
                number=number, body=body[start : start + 50],
            )  # fmt: skip
        uploads.arrived(session, duty=shop.owner, upload_id=upload_id, at=NOW)
        uploads.attempt(
            session, duty=shop.owner, upload=found(session, shop, upload_id),
            columns=found(session, shop, upload_id).columns,
            program_id=program(shop) if kind == "sales" else None, at=NOW,
        )  # fmt: skip
    go(shop, doing.attempt, upload_id)
    return upload_id


def program(shop):
    return parse_ref("prg", shop.programs["points"])


def found(session, shop, upload_id):
    return uploads.find(session, merchant_id=shop.merchant_id, upload_ref=ref("imp", upload_id))


def start(shop, upload_id):
    with shop.database.write() as session:
        uploads.start(session, duty=shop.owner, upload_id=upload_id, at=NOW)


def go(shop, act, upload_id, progress=silent):
    act(shop.database, merchant_id=shop.merchant_id, upload_id=upload_id, at=NOW, progress=progress)


def upload(shop, upload_id):
    with shop.database.read() as session:
        row = session.get_one(ImportUpload, (shop.merchant_id, upload_id))
        session.expunge(row)
        return row


def count(shop, kind):
    with shop.database.read() as session:
        return session.execute(sa.select(sa.func.count()).select_from(kind)).scalar_one()


def many(rows):
    return HEAD + "".join(f"c{n % 40};2026-01-{n % 28 + 1:02d};1,50;r{n}\n" for n in range(rows))


class Killed(BaseException):
    """The worker is gone."""


def test_an_import_that_was_broken_off_goes_on_under_its_own_name(shop, tmp_path, monkeypatch):
    monkeypatch.setattr("loyalty.imports.sales.BATCH_ROWS", {"sqlite": 40, "postgresql": 40})
    upload_id = bring(shop, many(200))
    start(shop, upload_id)

    def kill(done, total):
        if total and done >= 80:
            raise Killed

    with pytest.raises(Killed):
        go(shop, doing.carry_out, upload_id, kill)
    assert upload(shop, upload_id).state == "running"
    went_in = count(shop, ImportedSale)
    assert 0 < went_in < 200
    go(shop, doing.carry_out, upload_id)
    done = upload(shop, upload_id)
    assert (done.state, done.counts["accepted"], done.counts["replayed"]) == ("done", 200, 0)
    assert count(shop, ImportChunk) == 0
    with shop.database.write() as session:
        uploads.take_back(session, duty=shop.owner, upload_id=upload_id, at=NOW)
    go(shop, doing.take_back_sales, upload_id)
    assert upload(shop, upload_id).undone_counts["visits"] == 200
    assert {due.balance for due in Desk(shop, tmp_path).held().values()} == {0}


def test_a_job_that_comes_twice_does_nothing_the_second_time(shop):
    upload_id = bring(shop, many(3))
    start(shop, upload_id)
    for _ in range(2):
        go(shop, doing.carry_out, upload_id)
        go(shop, doing.attempt, upload_id)
    assert count(shop, ImportedSale) == 3


def test_of_two_people_who_start_it_one_hears_that_it_has_begun(shop):
    upload_id = bring(shop, many(3))
    start(shop, upload_id)
    with pytest.raises(MovedOn):
        start(shop, upload_id)


def test_two_imports_of_the_same_rows_at_once_take_each_row_once(shop):
    first, second = bring(shop, many(60)), bring(shop, many(60))
    start(shop, first)
    start(shop, second)
    is_inside = []

    def let_in(done, total):
        if total and not is_inside:
            is_inside.append(done)
            go(shop, doing.carry_out, second)

    go(shop, doing.carry_out, first, let_in)
    assert is_inside
    assert count(shop, ImportedSale) == 60
    counts = [upload(shop, each).counts for each in (first, second)]
    assert sum(each["accepted"] for each in counts) == 60
    assert sum(each["replayed"] for each in counts) == 60


def test_a_million_rows_of_rubbish_keep_only_the_first_bad_ones(shop, monkeypatch):
    monkeypatch.setattr(badrows, "KEPT_MAX", 5)
    monkeypatch.setattr(doing, "ROWS_MAX", 100)
    upload_id = bring(shop, HEAD + "x;y\n" * 90)
    assert upload(shop, upload_id).counts["refused"] == 90
    assert count(shop, ImportBadRow) == 5
    too_long = upload(shop, bring(shop, HEAD + "x;y\n" * 200))
    assert too_long.state == "choosing"
    assert "milione" in too_long.fault["it"]


def test_what_nobody_goes_on_with_is_swept_and_mended_rows_are_kept_two_weeks(shop):
    left, gone = bring(shop, many(2)), bring(shop, HEAD + "a;ieri;1,00;r\nb;2026-01-02;1;s\n")
    start(shop, gone)
    go(shop, doing.carry_out, gone)
    sweep(shop, NOW + timedelta(hours=23))
    assert upload(shop, left).state == "tried"
    assert count(shop, ImportBadRow) == 1
    sweep(shop, NOW + timedelta(days=15))
    with shop.database.read() as session:
        listed = history.page(session, merchant_id=shop.merchant_id, before=None, limit=9)
    assert [one.id for one in listed] == [gone]
    assert (count(shop, ImportBadRow), count(shop, ImportChunk)) == (0, 0)


def sweep(shop, at):
    importing.sweep(shop.database, payload={}, at=at, beat=lambda: None)


PEOPLE = "Nome;E-mail;Compleanno\nAda;ada@example.it;12/04\nUgo;ugo@example.it;31/12\nX;rotto;\n"


def test_customers_go_again_and_an_erased_address_leaves_no_bad_row(shop):
    upload_id = bring(shop, PEOPLE + "Y;ada@example.it;99/99\n", kind="customers")
    start(shop, upload_id)
    go(shop, doing.carry_out, upload_id)
    assert upload(shop, upload_id).counts["made"] == 2
    assert count(shop, ImportBadRow) == 2
    with shop.database.read() as session:
        ada = session.execute(
            sa.text("SELECT id FROM customer WHERE email = 'ada@example.it'")
        ).scalar_one()
        outlook = unimport.outlook(session, merchant_id=shop.merchant_id, import_id=upload_id)
    assert (outlook.fresh, outlook.lived) == (2, 0)
    ada = ada if isinstance(ada, UUID) else UUID(bytes=ada)
    with shop.database.write() as session:
        erasure.erase(session, duty=shop.owner, customer_ref=ref("cus", ada), at=NOW)
    assert count(shop, ImportBadRow) == 1
    with shop.database.write() as session:
        uploads.take_back(session, duty=shop.owner, upload_id=upload_id, at=NOW)
    go(shop, unimport.take_back_customers, upload_id)
    assert upload(shop, upload_id).undone_counts == {"customers": 1, "kept": 0}
    with shop.database.read() as session:
        names = session.execute(sa.text("SELECT name FROM customer")).scalars().all()
    assert set(names) == {None}
