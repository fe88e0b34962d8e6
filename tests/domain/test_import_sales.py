"""Importing sales: every row once, in order, as an oracle says that shares no code with it."""

import csv
import gzip
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from bench import oracle, real_shop
from loyalty.audit import audit
from loyalty.core.ids import parse_ref
from loyalty.imports import batches, sales, words
from loyalty.imports.lines import FileRefused
from loyalty.imports.sales import run_import
from tests.builders import NOW, STAMPS, Shop
from tests.club import CLUB
from tests.domain.import_desk import Desk, counts, written

RULES = {
    "points": oracle.Rules(),
    "points for 12 months": oracle.Rules(months=12),
    "stamps": oracle.Rules(stamps=True),
    "stamps for 12 months": oracle.Rules(stamps=True, months=12),
}


@pytest.fixture
def desk(shop: Shop, tmp_path: Path) -> Desk:
    return Desk(shop, tmp_path)


@pytest.mark.parametrize("name", RULES)
def test_every_customer_gets_what_the_oracle_says(desk: Desk, name: str) -> None:
    path = written(desk.folder / "sales.csv", seed=len(name))
    told = oracle.tally(path, "Europe/Rome")
    desk.shop.program(name, real_shop.document(RULES[name]))
    done = desk.run(path, name)
    assert counts(done) == (told.accepted, told.refused, told.no_customer, 0)
    assert min(counts(done)[:3]) > 0, "the file has rows of every sort"
    due = oracle.dues(told, RULES[name], NOW.date())
    assert desk.held(name) == due
    assert any(one.expired for one in due.values()) == (RULES[name].months is not None)
    with desk.shop.database.read() as session:
        assert audit(session) == []


def test_levels_and_causes_count_as_they_had_at_the_counter(desk: Desk) -> None:
    days = [timedelta(days=ago) for ago in (90, 60, 30, 7)]
    desk.shop.program("club", CLUB, at=NOW - timedelta(days=100))
    carla = desk.shop.card("club", at=NOW - timedelta(days=100))
    rows = []
    for number, ago in enumerate(days):
        amount = 19_950 + number
        desk.shop.visit(carla, amount, at=NOW - ago)
        moment = (NOW - ago).isoformat()
        rows.append(f"dora,{moment},{amount / 100:.2f},r{number}")
    assert counts(desk.rows(*rows, program="club")) == (4, 0, 0, 0)
    dora = desk.ask("SELECT id FROM card ORDER BY id DESC LIMIT 1")[0][0]
    stands = [_standing(desk, key) for key in (dora, parse_ref("crd", carla.ref))]
    assert stands[0] == stands[1]
    assert stands[0]["level"] == "gold"
    assert set(stands[0]["held"]) == {"points", "cause.rifugio"}


def _standing(desk: Desk, card: object) -> dict[str, object]:
    """What a card holds of each unit, exactly, and its level."""
    key = card.bytes if isinstance(card, UUID) and desk.shop.database.dialect == "sqlite" else card
    query = "SELECT unit, balance, earned_millionths FROM ledger_account WHERE card_id = :card"
    level = "SELECT level FROM tier_change WHERE card_id = :card ORDER BY id DESC LIMIT 1"
    with desk.shop.database.read() as session:
        held = session.execute(sa.text(query), {"card": key}).all()
        found = session.execute(sa.text(level), {"card": key}).scalar()
    return {
        "held": {unit: (int(balance), int(sum_)) for unit, balance, sum_ in held},
        "level": found,
    }


@pytest.mark.parametrize("name", ["points for 12 months", "stamps for 12 months"])
def test_customers_cut_over_many_batches_get_the_same(
    desk: Desk, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sales, "BATCH_ROWS", dict.fromkeys(sales.BATCH_ROWS, 3))
    path = written(desk.folder / "sales.csv", seed=7, rows=200)
    told = oracle.tally(path, "Europe/Rome")
    desk.shop.program(name, real_shop.document(RULES[name]))
    desk.run(path, name)
    assert desk.held(name) == oracle.dues(told, RULES[name], NOW.date())


def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    path = written(desk.folder / "sales.csv", seed=1)
    first = desk.run(path)
    before = desk.everything()
    with desk.shop.database.write():  # a till is writing: an import of nothing new does not wait
        again = desk.run(path, at=NOW + timedelta(days=400))
    assert counts(again) == (0, first.refused, first.no_customer, first.accepted)
    assert desk.everything() == before


def test_an_import_that_is_broken_off_goes_on_where_it_was(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sales, "BATCH_ROWS", dict.fromkeys(sales.BATCH_ROWS, 50))
    path = written(desk.folder / "sales.csv", seed=2)
    told = oracle.tally(path, "Europe/Rome")

    def pull_the_plug(done: int, total: int) -> None:
        if total and done > 120:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_import(desk.shop.database, order=desk.order(path), at=NOW, progress=pull_the_plug)
    ((there,),) = desk.ask("SELECT count(*) FROM imported_sale")
    assert 0 < there < told.accepted
    done = desk.run(path)
    assert (done.accepted, done.replayed) == (told.accepted - there, there)
    assert desk.held() == oracle.dues(told, oracle.Rules(months=12), NOW.date())


def test_a_batch_that_fails_in_the_middle_leaves_nothing_of_itself(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(desk.folder / "sales.csv", seed=8)
    before = desk.everything()
    written_whole = batches.writing.write_book

    def then_the_disk_is_full(*given: object) -> None:
        written_whole(*given)
        raise OSError("no space left")

    monkeypatch.setattr(batches.writing, "write_book", then_the_disk_is_full)
    with pytest.raises(OSError, match="no space"):
        desk.run(path)
    assert desk.everything() == before
    monkeypatch.undo()
    assert desk.run(path).replayed == 0


def test_two_imports_of_one_file_at_once_bring_each_sale_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sales, "BATCH_ROWS", dict.fromkeys(sales.BATCH_ROWS, 40))
    path = written(desk.folder / "sales.csv", seed=9)
    told = oracle.tally(path, "Europe/Rome")
    with ThreadPoolExecutor(2) as pool:
        both = [done.result() for done in [pool.submit(desk.run, path) for _ in range(2)]]
    assert sum(done.accepted for done in both) == told.accepted
    assert desk.held() == oracle.dues(told, oracle.Rules(months=12), NOW.date())
    with desk.shop.database.read() as session:
        assert audit(session) == []


def test_an_import_that_comes_second_with_every_sale_ends_as_one_that_knew_them(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = desk.file("c1,2026-01-02,5.00,till-1", "c2,2026-01-02,5.00,")
    look = batches.look

    def another_is_faster(*given: object, **named: object) -> object:
        seen = look(*given, **named)
        monkeypatch.setattr(batches, "look", look)
        desk.run(path)
        return seen

    monkeypatch.setattr(batches, "look", another_is_faster)
    second = desk.run(path)
    assert (second.accepted, second.replayed, second.import_ref) == (0, 2, None)


def test_a_dry_run_counts_the_same_and_writes_nothing(desk: Desk) -> None:
    path = written(desk.folder / "sales.csv", seed=3)
    desk.rows("c1,2026-01-02,5.00,till-1", "c2,2026-01-02,5.00,")
    before = desk.everything()
    dry = desk.run(path, dry_run=True)
    assert desk.everything() == before
    assert counts(dry) == counts(desk.run(path))


def test_the_order_of_the_file_does_not_matter(desk: Desk) -> None:
    # Nine stamps of 2024 are over when the tenth comes in 2026: they fill no card.
    desk.shop.program("yearly", real_shop.document(oracle.Rules(stamps=True, months=12)))
    old = [f"anna,2024-03-{day:02d},1.30," for day in range(1, 10)]
    new = [f"anna,2026-03-{day:02d},1.30," for day in range(1, 13)]
    rows = [*new, *old]
    random.Random(4).shuffle(rows)
    desk.rows(*rows, program="yearly")
    held = desk.held("yearly")["anna"]
    assert (held.vouchers, held.expired, held.balance) == (1, 9, 2)


def test_refused_rows_come_back_with_line_column_and_reason(desk: Desk) -> None:
    errors = desk.folder / "errors.csv"
    done = desk.rows(
        "anna,2026-01-02,12.40,r1",
        "anna,soon,12.40,r2",
        "bea,2026-01-02,-10000000.01,r3",
        ",2026-01-02,much,",
        "bea,2026-01-02,9000000,r4",
        "bea,2026-01-02,9000000,r4",
        "carla,2026-01-02,4.00,r1",
        "carla,2026-01-02,4.00",
        errors_path=errors,
    )
    assert counts(done) == (1, 6, 1, 0)
    with errors.open(newline="", encoding="utf-8") as file:
        found = list(csv.reader(file))
    assert [row[:2] for row in found] == [
        ["line", "column"],
        ["3", "occurred_at"],
        ["4", "amount"],
        ["6", "amount"],
        ["7", "amount"],
        ["8", "external_ref"],
        ["9", ""],
    ]
    reasons = [row[2] for row in found[1:]]
    assert reasons[1] == words.too_large("-10000000.01").it, "the shop speaks Italian"
    assert reasons[2] == reasons[3] == words.TOO_MUCH_TOGETHER.it
    assert reasons[4] == words.REF_OF_ANOTHER.it


def test_a_file_without_a_fault_leaves_an_empty_list_of_errors(desk: Desk) -> None:
    errors = desk.folder / "errors.csv"
    desk.rows("anna,2026-01-02,1,", errors_path=errors)
    assert errors.read_text().splitlines() == ["line,column,reason"]
    with pytest.raises(FileRefused, match="folder"):
        desk.rows("anna,2026-01-02,1,", errors_path=desk.folder / "none" / "errors.csv")


def test_rows_of_one_receipt_are_lines_of_one_visit(desk: Desk) -> None:
    desk.shop.program("coffees", STAMPS)
    head = "customer,occurred_at,amount,external_ref,item,category,quantity"
    done = desk.rows(
        "anna,2026-01-02T08:05:00,2.60,r1,caffè,coffee,2",
        "bea,2026-01-02T08:06:00,1.30,r2,caffè,coffee,1",
        "anna,2026-01-02T08:04:00,4.00,r1,torta,cake,1",
        "anna,2026-01-02T08:05:00,2.60,r1,caffè,coffee,2",
        head=head,
        program="coffees",
    )
    assert (counts(done), done.sales) == ((4, 0, 0, 0), 2)
    assert [desk.held("coffees")[who].balance for who in ("anna", "bea")] == [4, 1]
    visits = desk.ask("SELECT amount_minor, external_ref FROM visit ORDER BY amount_minor")
    assert visits == [(130, "r2"), (920, "r1")]
    lines = desk.ask("SELECT number, item, amount_minor FROM visit_line ORDER BY visit_id, number")
    assert (1, "caffè", 260) in lines
    assert (2, "torta", 400) in lines


def test_a_receipt_that_comes_again_is_known_row_by_row(desk: Desk) -> None:
    rows = ["anna,2026-01-02,2.60,r1", "anna,2026-01-02,1.40,r1"]
    assert counts(desk.rows(*rows)) == (2, 0, 0, 0)
    before = desk.everything()
    assert counts(desk.rows(*reversed(rows))) == (0, 0, 0, 2)
    assert desk.everything() == before
    assert desk.balance("anna") == 4


def test_equal_rows_are_as_many_sales_and_a_third_one_later_is_new(desk: Desk) -> None:
    row = "anna,2026-01-02T08:00:00,1.30,"
    assert counts(desk.rows(row, row)) == (2, 0, 0, 0)
    assert counts(desk.rows(row, row, row)) == (1, 0, 0, 2)
    assert desk.held()["anna"].visits == 3


def test_a_corrected_row_without_a_reference_is_a_new_row(desk: Desk) -> None:
    desk.rows("anna,2026-01-02,12.40,")
    assert counts(desk.rows("anna,2026-01-02,12.50,")) == (1, 0, 0, 0)


def test_a_file_that_breaks_off_in_the_middle_brings_nothing(desk: Desk) -> None:
    path = written(desk.folder / "sales.csv", seed=6)
    packed = gzip.compress(path.read_bytes())
    path.write_bytes(packed[: len(packed) // 2])
    before = desk.everything()
    with pytest.raises(FileRefused):
        desk.run(path)
    assert desk.everything() == before


def test_the_json_answer_has_the_names_of_the_contract(desk: Desk) -> None:
    answer = desk.rows("anna,2026-01-02,5,", "anna,soon,5,", ",2026-01-02,5,").as_dict()
    assert {name: answer.pop(name) for name in ("seconds", "peak_mb")}.keys()
    assert answer == {
        "rows": 3, "sales": 1, "accepted": 1, "refused": 1, "no_customer": 1, "replayed": 0,
    }  # fmt: skip
