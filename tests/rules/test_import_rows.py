"""A file of sales as rows: separators, encodings, broken quotes, and whose row it is."""

import csv
import gzip
import io
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.imports import words
from loyalty.imports.basket import identity
from loyalty.imports.lines import LINE_BYTES_MAX, FileRefused, numbered, opened
from loyalty.imports.sale import RowReader, Sale, Shop
from loyalty.imports.sheet import Record, Refusal, Sheet
from loyalty.imports.spool import spool

SHOP = Shop(ZoneInfo("Europe/Rome"), "EUR", datetime(2026, 11, 21, tzinfo=UTC))
HEAD = "customer,occurred_at,amount,external_ref,item\n"


def rows_of(content):
    data = content if isinstance(content, bytes) else content.encode()
    return list(Sheet(numbered(io.BytesIO(data))))


def read(content):
    data = content if isinstance(content, bytes) else content.encode()
    sheet = Sheet(numbered(io.BytesIO(data)))
    reader = RowReader(sheet.heading, SHOP)
    return [reader.read(row) if isinstance(row, Record) else row for row in sheet]


def refusal(content):
    (found,) = read(content)
    assert isinstance(found, Refusal), found
    return found


def test_a_row_is_a_sale():
    (sale,) = read(HEAD + "anna,2026-01-02T10:00:00,12.40,r1,Espresso\n")
    assert sale == Sale(
        line=2,
        customer="anna",
        occurred_at=datetime(2026, 1, 2, 9, tzinfo=UTC),
        amount_minor=1240,
        external_ref="r1",
        item="Espresso",
    )


def test_semicolons_decimal_commas_a_byte_order_mark_and_windows_lines_are_understood():
    (sale,) = read(b"\xef\xbb\xbfcustomer;occurred_at;amount\r\nanna;2026-01-02;3,50\r\n")
    assert (sale.customer, sale.amount_minor) == ("anna", 350)


def test_the_order_of_the_columns_is_free_and_unknown_columns_are_named():
    content = "Amount, Customer ,till,occurred_at\n3.50,anna,7,2026-01-02\n"
    (sale,) = read(content)
    assert (sale.customer, sale.amount_minor) == ("anna", 350)
    assert Sheet(numbered(io.BytesIO(content.encode()))).heading.ignored == ("till",)


def test_latin_1_names_are_read_even_among_utf_8_ones():
    head = b"customer,occurred_at,amount,name\n"
    content = head + b"a,2026-01-02,1,Niccol\xf2\n" + "b,2026-01-02,1,Niccolò\n".encode()
    assert [sale.name for sale in read(content)] == ["Niccolò", "Niccolò"]
    assert read(head + b"a,2026-01-02,1,5 \x80\n")[0].name == "5 €"


def test_a_packed_file_is_unpacked_whatever_its_name(tmp_path):
    path = tmp_path / "sales.csv"
    path.write_bytes(gzip.compress(HEAD.encode() + b"anna,2026-01-02,1,,\n"))
    with opened(path) as stream:
        assert len(list(Sheet(numbered(stream)))) == 1


def test_a_packed_file_that_is_cut_short_is_refused_as_a_whole(tmp_path):
    path = tmp_path / "sales.csv.gz"
    whole = gzip.compress(HEAD.encode() + b"".join(b"a,2026-01-02,%d,,\n" % n for n in range(9999)))
    for damaged in (whole[: len(whole) // 2], whole[:-6] + b"\0\0\0\0\0\0", b"\x1f\x8bxx"):
        path.write_bytes(damaged)
        with opened(path) as stream, pytest.raises(FileRefused, match="compressed"):
            list(Sheet(numbered(stream)))


def test_a_file_that_is_not_there_or_empty_is_refused(tmp_path):
    with pytest.raises(FileRefused, match="not there"), opened(tmp_path / "none.csv"):
        pass
    with pytest.raises(FileRefused, match="not there"), opened(tmp_path):
        pass
    for content in ("", "\n", "   \n"):
        with pytest.raises(FileRefused, match="empty"):
            rows_of(content)


def test_a_heading_without_a_needed_column_or_with_one_twice_is_refused():
    with pytest.raises(FileRefused, match="no column amount"):
        rows_of("customer,occurred_at\n")
    with pytest.raises(FileRefused, match="two columns amount"):
        rows_of("customer,occurred_at,amount,Amount\n")
    with pytest.raises(FileRefused, match="UTF-16"):
        rows_of("customer,occurred_at,amount\n".encode("utf-16"))


def test_quoted_cells_may_hold_separators_quotes_and_line_ends():
    sales = read(HEAD + 'anna,2026-01-02,1,r1,"Caffè, ""doppio"""\n"bea",2026-01-02,2,r2,"a\nb"\n')
    assert [sale.item for sale in sales] == ['Caffè, "doppio"', "a\nb"]
    assert [sale.line for sale in sales] == [2, 3]


def test_an_open_quote_costs_one_row_and_swallows_no_other():
    good = "".join(f"c{n},2026-01-02,1,r{n},x\n" for n in range(30))
    found = read(HEAD + 'anna,2026-01-02,1,r,"open\n' + good)
    assert (found[0].line, found[0].reason) == (2, words.OPEN_QUOTE)
    assert [sale.customer for sale in found[1:]] == [f"c{n}" for n in range(30)]


def test_two_open_quotes_do_not_hide_what_stands_between_them():
    found = read(HEAD + 'a,2026-01-02,1,,"x\nb,2026-01-02,1,,y\nc,2026-01-02,1,,z"\n')
    assert [type(row) for row in found] == [Refusal, Sale, Sale]
    assert [sale.customer for sale in found[1:]] == ["b", "c"]


@pytest.mark.parametrize(
    ("row", "column", "says"),
    [
        ("anna,2026-01-02,1,r", "", "has 4 columns"),
        ("anna,2026-01-02,1,r,x,y", "", "has 6 columns"),
        ('anna,2026-01-02,1,r,"x"y', "", "Text follows"),
        ("an\0na,2026-01-02,1,r,x", "", "null character"),
        ("anna,2026-01-02,1,r," + "x" * LINE_BYTES_MAX, "", "64 KB"),
        ("anna,,1,r,x", "occurred_at", "There is no occurred_at"),
        ("anna,soon,1,r,x", "occurred_at", "not a date"),
        ("anna,2026-01-02,,r,x", "amount", "There is no amount"),
        ("anna,2026-01-02,1.2.3,r,x", "amount", "not a number"),
        ("anna,2026-01-02,1.005,r,x", "amount", "more than 2 decimals"),
        ("anna,2026-01-02,10000000.01,r,x", "amount", "too much"),
        ("anna,2026-01-02,1," + "r" * 121 + ",x", "external_ref", "longer than 120"),
        ("a" * 121 + ",2026-01-02,1,r,x", "customer", "longer than 120"),
    ],
)
def test_a_bad_row_is_named_by_line_and_column_with_its_reason(row, column, says):
    found = refusal(HEAD + row + "\n")
    assert (found.line, found.column) == (2, column)
    assert says in found.reason.en
    assert found.reason.it != found.reason.en


def test_the_rows_after_a_bad_one_keep_their_lines():
    bad = "a,2026-01-02,1,,\0\n\n" + "b,2026-01-02,1,," + "x" * 200_000 + "\nc,2026-01-02,1,,\n"
    assert [row.line for row in read(HEAD + bad)] == [2, 4, 5]


def test_a_negative_quantity_is_a_return_and_never_a_sale():
    head = "customer,occurred_at,amount,quantity\n"
    rows = "anna,2026-01-02,0,-2\nanna,2026-01-02,-3.50,2\nanna,2026-01-02,-3.50,\n"
    assert all(sale.is_return for sale in read(head + rows))
    found = refusal(f"{head}anna,2026-01-02,3.50,-2\n")
    assert (found.column, found.reason) == ("quantity", words.HALF_A_RETURN)


def test_an_empty_customer_is_counted_before_anything_else_is_looked_at():
    assert read(HEAD + ",soon,much,,\n  ,2026-01-02,1,,\n") == [None, None]


def test_spelling_does_not_make_another_row_but_values_do():
    same = read(
        HEAD + "anna,2026-01-02T12:00:00,3.5,r1,x\n"
        "anna,2026-01-02,3.50,r1,x\n anna ,2026-01-02T11:00:00Z,3.5,r1, x\n"
    )
    assert len({sale.digest() for sale in same}) == 1
    other = read(
        HEAD + "anna,2026-01-02,3.51,r1,x\nanna,2026-01-02,3.50,r2,x\n"
        "anna,2026-01-02,3.50,,x\nanna,2026-01-02,3.50,r1,\nbea,2026-01-02,3.50,r1,x\n"
    )
    assert len({sale.digest() for sale in [*same, *other]}) == 6


def test_a_corrected_address_does_not_make_the_purchase_a_new_one():
    head = "customer,occurred_at,amount,email,name\n"
    old, new = read(head + "a,2026-01-02,1,a@x.it,A\na,2026-01-02,1,anna@x.it,Anna\n")
    assert old.digest() == new.digest()
    assert refusal(head + "a,2026-01-02,1,anna at home,Anna\n").column == "email"


def test_sales_come_out_by_customer_in_time_order_with_equal_rows_numbered():
    text = (
        "b,2026-01-03,1,,\na,2026-01-05,2,,\na,2026-01-02,1,,\na,2026-01-05,3,,\na,2026-01-02,1,,\n"
    )
    with spool() as kept:
        kept.fill(iter(read(HEAD + text)))
        (batch,) = kept.batches(100)
        lines = [(one.sale.customer, one.sale.line) for one in batch.rows]
        equal = [one.identity == identity(one.sale.digest(), 2) for one in batch.rows]
    assert lines == [("a", 4), ("a", 6), ("a", 3), ("a", 5), ("b", 2)]
    assert equal == [False, True, False, False, False]


def test_rows_that_share_a_ref_are_one_sale_at_its_first_time_wherever_they_stand():
    text = (
        "a,2026-01-05,2,r1,tea\na,2026-01-03,3,,\na,2026-01-02,4,r1,cake\nb,2026-01-02,1,r2,\n"
        "a,2026-01-05,2,r1,tea\n"
    )
    with spool() as kept:
        kept.fill(iter(read(HEAD + text)))
        (batch,) = kept.batches(100)
    assert [[row.sale.line for row in basket.rows] for basket in batch.baskets] == [
        [2, 4, 6], [3], [5],
    ]  # fmt: skip
    first = batch.baskets[0]
    assert (first.occurred_at.day, first.amount_minor) == (2, 800)
    assert len({row.identity for row in first.rows}) == 3


def test_whose_a_ref_is_is_known_with_every_row_of_it():
    text = "a,2026-01-05,2,r1,\nb,2026-01-02,1,r1,\na,2026-01-06,2,r1,\nb,2026-01-02,1,r2,\n"
    with spool() as kept:
        kept.fill(iter(read(HEAD + text)))
        (batch,) = kept.batches(100)
    owners = {tuple(row.sale.line for row in one.rows): one.ref_owner for one in batch.baskets}
    assert owners == {(2, 4): "a", (3,): "a", (5,): None}


def test_a_sale_of_many_lines_is_never_cut():
    text = "".join(f"a,2026-01-0{1 + n % 9},{n},r{n // 50},\n" for n in range(1, 200))
    with spool() as kept:
        kept.fill(iter(read(HEAD + text)))
        batches = list(kept.batches(10))
    refs = [{row.sale.external_ref for row in batch.rows} for batch in batches]
    assert len(refs) == sum(map(len, refs)) == 4


def test_a_very_long_customer_is_cut_and_said_to_go_on():
    text = "".join(f"a,2026-01-02,{n},,\n" for n in range(1, 101)) + "b,2026-01-02,1,,\n"
    with spool() as kept:
        kept.fill(iter(read(HEAD + text)))
        batches = list(kept.batches(10))
    assert [len(batch.rows) for batch in batches] == [40, 40, 20, 1]
    assert [batch.goes_on for batch in batches] == ["a", "a", None, None]


def test_refusals_come_back_in_the_order_of_the_file_and_in_the_shops_language():
    with spool() as kept:
        kept.fill(iter(read(HEAD + "a,soon,1,,\na,2026-01-02,x,,\n")))
        kept.refuse([Refusal(1, "external_ref", words.REF_VOIDED)])
        assert [line for line, _, _ in kept.refusals("it")] == [1, 2, 3]
        assert next(kept.refusals("it"))[2] == words.REF_VOIDED.it
        assert next(kept.refusals("en"))[2] == words.REF_VOIDED.en


_TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\n"), max_size=12)


@given(st.lists(st.tuples(_TEXTS, st.integers(0, 10**9)), min_size=1, max_size=20))
def test_what_a_csv_writer_wrote_is_read_back(pairs):
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["customer", "occurred_at", "amount", "item"])
    for item, cents in pairs:
        writer.writerow(["anna", "2026-01-02", f"{cents // 100}.{cents % 100:02d}", item])
    assert [(sale.item or "", sale.amount_minor) for sale in read(out.getvalue())] == [
        (item.strip(), cents) for item, cents in pairs
    ]


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(noise):
    for row in read(HEAD.encode() + noise):
        assert row is None or isinstance(row, Sale | Refusal)
