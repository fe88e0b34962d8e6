"""Files as real tills and people leave them: what can be read goes in, the rest is named."""

import gzip
import os
from pathlib import Path

import pytest

from loyalty.audit import audit
from loyalty.imports.lines import FileRefused
from loyalty.imports.result import peak_bytes
from tests.builders import Shop
from tests.domain.import_desk import Desk, counts

HEAD = "customer;occurred_at;amount;external_ref;name;item"


@pytest.fixture
def desk(shop: Shop, tmp_path: Path) -> Desk:
    return Desk(shop, tmp_path)


def brought(desk: Desk, content: bytes, name: str = "sales.csv") -> list[tuple[str, ...]]:
    """Import the bytes twice; what was refused: line and column. The books stay in order."""
    path, errors = desk.folder / name, desk.folder / "errors.csv"
    path.write_bytes(content)
    first = desk.run(path, errors_path=errors)
    again = desk.run(path)
    assert (again.accepted, again.replayed) == (0, first.accepted + first.replayed)
    with desk.shop.database.read() as session:
        assert audit(session) == []
    lines = errors.read_text("utf-8").splitlines()[1:]
    return [tuple(line.split(",")[:2]) for line in lines]


def test_five_kinds_of_dates_and_both_kinds_of_decimals_are_the_same_sale(desk: Desk) -> None:
    dates = ["2026-03-05", "2026-03-05T12:00", "05/03/2026", "5.3.2026 12:00", "2026-03-05 11:00Z"]
    amounts = ["12,40", "12.40", "12,4", "1.234,50", "1,234.50"]
    rows = [
        f"anna;{date};{amount};r{number};;"
        for number, (date, amount) in enumerate(zip(dates, amounts, strict=True))
    ]
    assert brought(desk, "\n".join([HEAD, *rows]).encode()) == []
    assert len(desk.ask("SELECT DISTINCT occurred_at FROM visit")) == 1
    assert sorted(int(one) for (one,) in desk.ask("SELECT amount_minor FROM visit")) == [
        *(1240, 1240, 1240, 123450, 123450)
    ]


def test_one_file_in_three_encodings_keeps_every_name(desk: Desk) -> None:
    rows = [
        HEAD.encode("utf-8-sig"),
        "anna;2026-03-05;1;;Niccolò;".encode(),
        "bea;2026-03-05;1;;Niccolò;".encode("latin-1"),
        "carla;2026-03-05;1;;5 €;".encode("cp1252"),
    ]
    assert brought(desk, b"\r\n".join(rows)) == []
    names = desk.ask("SELECT name FROM customer WHERE external_ref IN ('anna', 'bea', 'carla')")
    assert {name for (name,) in names} == {"Niccolò", "5 €"}


def test_quotes_nulls_and_cells_too_many_cost_their_own_row_only(desk: Desk) -> None:
    rows = [
        HEAD,
        "anna;2026-03-05;1;r1;;x",
        'anna;2026-03-05;1;r2;;"open',
        "anna;2026-03-05;1;r3;;x\0",
        "anna;2026-03-05;1;r4;;x;y;z",
        'anna;2026-03-05;1;r5;;"a";b"',
        "anna;2026-03-05;1;r6;;x",
    ]
    found = brought(desk, "\n".join(rows).encode())
    assert found == [("3", ""), ("4", ""), ("5", ""), ("6", "")]
    kept = desk.ask("SELECT external_ref FROM visit ORDER BY external_ref")
    assert kept == [("r1",), ("r6",)]


def test_a_formula_is_a_text_like_any_other_and_no_amount(desk: Desk) -> None:
    rows = [
        HEAD,
        'anna;2026-03-05;1;r1;"=HYPERLINK(""http://127.0.0.1"")";@SUM(A1)',
        "anna;2026-03-05;=1+1;r2;;",
        "=cmd;2026-03-05;1;r3;;",
    ]
    assert brought(desk, "\n".join(rows).encode()) == [("3", "amount")]
    names = desk.ask("SELECT name FROM customer WHERE external_ref = 'anna'")
    assert names == [('=HYPERLINK("http://127.0.0.1")',)]


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_line_of_a_gigabyte_is_one_refused_row_and_fills_no_memory(
    desk: Desk, engine: str
) -> None:
    path, errors = desk.folder / "sales.csv", desk.folder / "errors.csv"
    with path.open("wb") as file:
        file.write(f"{HEAD}\nanna;2026-03-05;1;r1;;x\nbea;2026-03-05;1;r2;;".encode())
        file.seek(1_000_000_000, os.SEEK_CUR)  # a hole: zeros that take no room
        file.write(b"\ncarla;2026-03-05;1;r3;;x\n")
    before = peak_bytes()
    done = desk.run(path, errors_path=errors)
    assert counts(done) == (2, 1, 0, 0)
    assert errors.read_text().splitlines()[1].startswith("3,,")
    assert done.peak_bytes - before < 50_000_000


def test_a_packed_file_that_is_cut_short_brings_nothing(desk: Desk) -> None:
    whole = gzip.compress(
        "\n".join([HEAD, *(f"c{n};2026-03-05;1;;;" for n in range(999))]).encode()
    )
    path = desk.folder / "sales.csv.gz"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FileRefused, match="damaged or cut short"):
        desk.run(path)
    assert desk.ask("SELECT count(*) FROM visit") == [(0,)]


def test_a_file_that_was_corrected_since_brings_its_new_rows_only(desk: Desk) -> None:
    first = f"{HEAD}\nanna;2026-03-05;10;r1;;x\nanna;soon;3;r2;;x"
    assert brought(desk, first.encode()) == [("3", "occurred_at")]
    mended = first.replace("soon", "2026-03-06") + "\nbea;2026-03-07;4;r3;;x\n"
    path = desk.folder / "sales.csv"
    path.write_text(mended)
    assert counts(desk.run(path)) == (2, 0, 0, 1)
    assert (desk.balance("anna"), desk.balance("bea")) == (13, 4)
