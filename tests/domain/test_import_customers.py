"""Importing customers: who is missing is made, what changed is changed, nothing is lost."""

import csv
from datetime import timedelta

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from loyalty.cli import main
from loyalty.core.ids import ref
from loyalty.customers import consents, merging
from loyalty.customers.consents import Consent, Purpose
from loyalty.customers.models import Customer
from loyalty.imports import customers, words
from loyalty.imports.lines import FileRefused
from loyalty.imports.order import Order
from tests.builders import NOW
from tests.domain.import_desk import Desk, counts

HEAD = (
    "customer,name,email,phone,birthday,language,consent_marketing_at,consent_profiling_at,"
    "consent_source"
)
ANNA = "anna,Anna Rossi,Anna@Example.it,+39 333 1,1980-02-29,it,2025-03-01,,modulo"


@pytest.fixture
def desk(shop, tmp_path):
    return Desk(shop, tmp_path)


def run(desk, *rows, head=HEAD, at=NOW, **more):
    order = Order(ref("mer", desk.shop.merchant_id), desk.file(*rows, head=head), **more)
    return customers.run_import(desk.shop.database, order=order, at=at)


def people(desk):
    return desk.ask(
        "SELECT external_ref, name, email, phone, birthday, language FROM customer"
        " WHERE external_ref IS NOT NULL ORDER BY external_ref"
    )


def named(desk, reference):
    """The id of a customer by their own reference."""
    with desk.shop.database.read() as session:
        return session.execute(
            sa.select(Customer.id).where(
                Customer.merchant_id == desk.shop.merchant_id, Customer.external_ref == reference
            )
        ).scalar_one()


def agreed(desk, reference):
    who = named(desk, reference)
    with desk.shop.database.read() as session:
        return consents.of_many(session, merchant_id=desk.shop.merchant_id, customer_ids=[who])[who]


def test_who_is_missing_is_made_with_all_that_the_file_says(desk):
    assert counts(run(desk, ANNA, "bea,,,,,,,,", ",nobody,,,,,,,")) == (2, 0, 1, 0)
    assert people(desk) == [
        ("anna", "Anna Rossi", "anna@example.it", "+39 333 1", "02-29", "it"),
        ("bea", None, None, None, None, None),
    ]
    assert agreed(desk, "anna")[Purpose.MARKETING] is True
    assert agreed(desk, "anna")[Purpose.PROFILING] is None
    assert agreed(desk, "bea")[Purpose.MARKETING] is None
    said = desk.ask("SELECT source, text_id, purpose, actor FROM consent_event")
    assert said == [("modulo", "import", "marketing", "system")]


def test_the_same_file_again_changes_nothing(desk):
    run(desk, ANNA, "bea,,,,,,,,")
    before = desk.everything()
    assert counts(run(desk, ANNA, "bea,,,,,,,,", at=NOW + timedelta(days=3))) == (0, 0, 0, 2)
    assert desk.everything() == before


def test_an_empty_cell_clears_nothing_and_a_new_value_takes_the_place_of_the_old(desk):
    run(desk, ANNA)
    assert counts(run(desk, "anna,,nuova@example.it,,,,,,")) == (1, 0, 0, 0)
    assert people(desk)[0][1:3] == ("Anna Rossi", "nuova@example.it")


def test_columns_may_be_missing_and_others_are_named_as_left_out(desk):
    done = run(desk, "anna,vip,Anna", head="customer,rank,name")
    assert (counts(done), done.ignored_columns) == ((1, 0, 0, 0), ("rank",))
    assert "sales" not in done.as_dict()
    with pytest.raises(FileRefused, match="customer"):
        run(desk, "Anna", head="name")


def test_of_several_rows_of_one_customer_the_last_word_counts(desk):
    rows = ("anna,Anna,,,,,,,", "anna,Anna Rossi,,,,,,,", "anna,,,,,,,,")
    assert counts(run(desk, *rows, dry_run=True)) == (2, 0, 0, 1)
    assert people(desk) == []
    assert counts(run(desk, *rows)) == (2, 0, 0, 1)
    assert people(desk)[0][1] == "Anna Rossi"


def test_a_dry_run_counts_the_same_over_many_portions(desk, monkeypatch):
    monkeypatch.setattr(customers, "BATCH_ROWS", 2)
    rows = [f"c{n % 5},N{n % 3},,,,,2025-01-02,,modulo" for n in range(13)]
    before = desk.everything()
    dry = counts(run(desk, *rows, dry_run=True))
    assert desk.everything() == before
    assert counts(run(desk, *rows)) == dry
    assert desk.ask("SELECT count(*) FROM consent_event") == [(5,)]


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("anna,,anna at home,,,,,,", "email", words.not_an_email("anna at home")),
        ("anna,,,,31-12,,,,", "birthday", words.not_a_birthday("31-12")),
        ("anna,,,,02-30,,,,", "birthday", words.not_a_birthday("02-30")),
        ("anna,,,,,fr,,,", "language", words.not_a_language("fr")),
        ("anna,,,,,,2025-03-01,,", "consent_source", words.SOURCE_NEEDED),
        ("anna,,,,,,yes,,modulo", "consent_marketing_at", words.not_a_time("yes")),
        ("anna,,,,,,,1999-01-01,m", "consent_profiling_at", words.time_out_of_range("1999-01-01")),
        ("anna," + "x" * 121 + ",,,,,,,", "name", words.too_long("name", 120)),
        ("anna,too,short", "", words.wrong_width(3, 9)),
    ],
)
def test_a_row_that_cannot_be_taken_says_why_and_the_others_go_in(desk, row, column, reason):
    errors = desk.folder / "errors.csv"
    assert counts(run(desk, row, "bea,,,,,,,,", errors_path=errors)) == (1, 1, 0, 0)
    with errors.open(newline="", encoding="utf-8") as file:
        assert list(csv.reader(file))[1:] == [["2", column, reason.it]]
    assert [row[0] for row in people(desk)] == ["bea"]


def test_a_consent_that_was_withdrawn_since_stays_withdrawn(desk):
    run(desk, ANNA)
    reference = ref("cus", named(desk, "anna"))
    with desk.shop.database.write() as session:
        said = Consent(Purpose.MARKETING, given=False, text_id="x", source="counter")
        consents.record(session, duty=desk.shop.owner, customer_ref=reference, consent=said, at=NOW)
    assert counts(run(desk, ANNA)) == (0, 0, 0, 1)
    assert agreed(desk, "anna")[Purpose.MARKETING] is False


def test_somebody_who_was_merged_is_not_brought_back(desk):
    run(desk, ANNA, "bea,Bea,,,,,,,")
    loser, survivor = (ref("cus", named(desk, who)) for who in ("bea", "anna"))
    with desk.shop.database.write() as session:
        merging.absorb(
            session, duty=desk.shop.owner, loser_ref=loser, survivor_ref=survivor, at=NOW
        )
    assert counts(run(desk, "bea,Beatrice,,,,,,,")) == (0, 1, 0, 0)


def test_another_shop_has_its_own_customer_of_that_reference(desk, stranger):
    run(desk, ANNA)
    theirs = Order(ref("mer", stranger.merchant_id), desk.file("anna,Anita,,,,,,,", head=HEAD))
    assert customers.run_import(stranger.database, order=theirs, at=NOW).accepted == 1
    assert [row[1] for row in people(desk)] in (
        ["Anna Rossi", "Anita"],
        ["Anita", "Anna Rossi"],
    )


def test_their_sales_come_to_the_same_customers(desk):
    run(desk, ANNA)
    assert counts(desk.rows("anna,2026-01-02,12.40,r1")) == (1, 0, 0, 0)
    assert [row[0] for row in people(desk)] == ["anna"]
    assert desk.balance("anna") == 12


def test_the_command_says_how_it_went(desk, monkeypatch):
    monkeypatch.setenv("LOYALTY_DATA", str(desk.shop.database.settings.data))
    monkeypatch.setenv("DATABASE_URL", desk.shop.database.settings.database_url)
    monkeypatch.setenv("LC_ALL", "it_IT.UTF-8")
    path = desk.file(ANNA, "bea,,no,,,,,,", head=HEAD)
    words_ = ["import", "customers", str(path), "--merchant", ref("mer", desk.shop.merchant_id)]
    found = CliRunner().invoke(main, words_)
    assert found.exit_code == 1
    assert "2 righe: 1 accettate, 1 rifiutate, 0 senza cliente, 0 già note." in found.stdout


TAGGED = "customer,name,tags,note"


def jotted(desk):
    tags = desk.ask(
        "SELECT customer.external_ref, tag.name FROM customer_tag"
        " JOIN customer ON customer.id = customer_tag.customer_id"
        " JOIN tag ON tag.id = customer_tag.tag_id ORDER BY 1, 2"
    )
    return tags, desk.ask("SELECT words FROM customer_note ORDER BY words")


def test_tags_and_a_note_come_once_however_often_they_are_said(desk):
    rows = ('anna,Anna,"Soci, bar|SOCI",Senza lattosio', "bea,Bea,bar,")
    assert counts(run(desk, *rows, head=TAGGED, dry_run=True)) == (2, 0, 0, 0)
    assert jotted(desk) == ([], [])
    run(desk, *rows, head=TAGGED)
    assert {(who, name.casefold()) for who, name in jotted(desk)[0]} == {
        ("anna", "soci"),
        ("anna", "bar"),
        ("bea", "bar"),
    }
    assert jotted(desk)[1] == [("Senza lattosio",)]
    before = jotted(desk)
    assert counts(run(desk, *rows, head=TAGGED)) == (0, 0, 0, 2)
    assert counts(run(desk, "bea,Bea,soci,", head=TAGGED)) == (1, 0, 0, 0)
    assert len(jotted(desk)[0]) == len(before[0]) + 1


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (f"anna,Anna,{'x' * 41},", "tags"),
        (f"anna,Anna,{'|'.join(f't{n}' for n in range(21))},", "tags"),
        (f"anna,Anna,,{'x' * 1_001}", "note"),
    ],
)
def test_tags_and_notes_that_are_too_much_say_so_and_nothing_goes_in(desk, row, column):
    errors = desk.folder / "errors.csv"
    assert counts(run(desk, row, head=TAGGED, errors_path=errors)) == (0, 1, 0, 0)
    with errors.open(newline="", encoding="utf-8") as file:
        assert [line[1] for line in csv.reader(file)][1:] == [column]
    assert people(desk) == []


def test_a_shop_has_room_for_so_many_tags(desk):
    for first in range(0, 200, 20):
        run(desk, f"anna,Anna,{'|'.join(f't{n}' for n in range(first, first + 20))},", head=TAGGED)
    assert counts(run(desk, "bea,Bea,t1,", "cleo,Cleo,new,", head=TAGGED)) == (1, 1, 0, 0)
