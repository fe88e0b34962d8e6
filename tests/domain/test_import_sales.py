"""Importing sales: every row once, in order, under the rules of its time."""

import csv
import gzip
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bench import oracle, real_shop
from loyalty.audit import audit
from loyalty.cards import keeping
from loyalty.core.errors import Unknown
from loyalty.core.ids import ref
from loyalty.imports import batches, sales, words
from loyalty.imports.lines import FileRefused
from loyalty.imports.result import ImportResult
from loyalty.imports.sales import Order, run_import
from loyalty.imports.target import ProgramNeeded
from tests.builders import NOW, POINTS, STAMPS, Shop, with_changes

HEAD = "customer,occurred_at,amount,external_ref"
RULES = {
    "points": oracle.Rules(),
    "points for 12 months": oracle.Rules(months=12),
    "stamps": oracle.Rules(stamps=True),
    "stamps for 12 months": oracle.Rules(stamps=True, months=12),
}


class Desk:
    """Aurora at her computer, with files to import."""

    def __init__(self, shop: Shop, folder: Path) -> None:
        self.shop = shop
        self.folder = folder

    def file(self, *rows: str, head: str = HEAD, name: str = "sales.csv") -> Path:
        path = self.folder / name
        path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
        return path

    def order(self, path: Path, program: str = "points", **more: object) -> Order:
        plain = Order(ref("mer", self.shop.merchant_id), path, self.shop.programs[program])
        return replace(plain, **more)

    def run(self, path: Path, program: str = "points", *, at: datetime = NOW, **more: object):
        return run_import(self.shop.database, order=self.order(path, program, **more), at=at)

    def rows(self, *rows: str, head: str = HEAD, **more: object) -> ImportResult:
        return self.run(self.file(*rows, head=head), **more)

    def ask(self, query: str) -> list[tuple[object, ...]]:
        with self.shop.database.read() as session:
            return [tuple(row) for row in session.execute(sa.text(query))]

    def held(self, program: str = "points") -> dict[str, oracle.Due]:
        return real_shop.holdings(
            self.shop.database,
            ref("mer", self.shop.merchant_id),
            self.shop.programs[program],
        )

    def balance(self, customer: str, program: str = "points") -> int:
        return self.held(program)[customer].balance

    def everything(self) -> dict[str, str]:
        return real_shop.fingerprint(self.shop.database, ref("mer", self.shop.merchant_id))


@pytest.fixture
def desk(shop: Shop, tmp_path: Path) -> Desk:
    return Desk(shop, tmp_path)


def counts(result: ImportResult) -> tuple[int, int, int, int]:
    return result.accepted, result.refused, result.no_customer, result.replayed


def written(path: Path, seed: int, rows: int = 400) -> Path:
    """A shuffled file of two years: regulars and strangers, free items, returns, equal rows."""
    dice = random.Random(seed)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["customer", "occurred_at", "amount", "external_ref", "quantity"])
        for number in range(rows):
            who = f"c{min(int(dice.expovariate(0.2)), 30)}" if dice.random() > 0.05 else ""
            on = date(2024, 11, 1) + timedelta(days=dice.randrange(700))
            at = dice.choice([on.isoformat(), f"{on}T{dice.randrange(24):02d}:15:00"])
            cents = dice.choice([0, 130, 130, 1240, dice.randrange(100_000), -dice.randrange(900)])
            shared = f"r{dice.randrange(rows * 3)}" if dice.random() > 0.4 else ""
            sign = "-" if cents < 0 else ""
            amount = f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"
            row = [who, at, amount, shared, dice.choice(["", "1", "2", "-1"][: 3 + number % 2])]
            writer.writerow(row)
            if dice.random() > 0.95:
                writer.writerow(row)
    return path


@pytest.mark.parametrize("name", RULES)
def test_every_customer_gets_what_the_oracle_says(desk: Desk, name: str) -> None:
    path = written(desk.folder / "sales.csv", seed=len(name))
    told = oracle.tally(path, "Europe/Rome")
    desk.shop.program(name, real_shop.document(RULES[name]))
    done = desk.run(path, name)
    assert counts(done) == (told.accepted, told.refused, told.no_customer, 0)
    assert min(counts(done)[:3]) > 0, "the file has rows of every sort"
    due = oracle.dues(told.purchases, RULES[name], NOW.date())
    assert desk.held(name) == due
    assert any(one.expired for one in due.values()) == (RULES[name].months is not None)
    with desk.shop.database.read() as session:
        assert audit(session) == []


@pytest.mark.parametrize("name", ["points for 12 months", "stamps for 12 months"])
def test_customers_cut_over_many_batches_get_the_same(
    desk: Desk, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sales, "BATCH_SALES", 3)
    path = written(desk.folder / "sales.csv", seed=7, rows=200)
    told = oracle.tally(path, "Europe/Rome")
    desk.shop.program(name, real_shop.document(RULES[name]))
    desk.run(path, name)
    assert desk.held(name) == oracle.dues(told.purchases, RULES[name], NOW.date())


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
    monkeypatch.setattr(sales, "BATCH_SALES", 50)
    path = written(desk.folder / "sales.csv", seed=2)
    told = oracle.tally(path, "Europe/Rome")

    def pull_the_plug(done: int, total: int) -> None:
        if total and done > 120:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_import(desk.shop.database, order=desk.order(path), at=NOW, progress=pull_the_plug)
    there = sum(due.visits for due in desk.held().values())
    assert 0 < there < told.accepted
    done = desk.run(path)
    assert (done.accepted, done.replayed) == (told.accepted - there, there)
    assert desk.held() == oracle.dues(told.purchases, oracle.Rules(months=12), NOW.date())


def test_a_batch_that_fails_in_the_middle_leaves_nothing_of_itself(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(desk.folder / "sales.csv", seed=8)
    before = desk.everything()
    written_whole = batches.store.write_book

    def then_the_disk_is_full(*given: object) -> None:
        written_whole(*given)
        raise OSError("no space left")

    monkeypatch.setattr(batches.store, "write_book", then_the_disk_is_full)
    with pytest.raises(OSError, match="no space"):
        desk.run(path)
    assert desk.everything() == before
    monkeypatch.undo()
    assert desk.run(path).replayed == 0


def test_two_imports_of_one_file_at_once_bring_each_sale_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sales, "BATCH_SALES", 40)
    path = written(desk.folder / "sales.csv", seed=9)
    told = oracle.tally(path, "Europe/Rome")
    with ThreadPoolExecutor(2) as pool:
        both = [done.result() for done in [pool.submit(desk.run, path) for _ in range(2)]]
    assert sum(done.accepted for done in both) == told.accepted
    assert desk.held() == oracle.dues(told.purchases, oracle.Rules(months=12), NOW.date())
    with desk.shop.database.read() as session:
        assert audit(session) == []


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
        "bea,2026-01-02,-3.00,r3",
        ",2026-01-02,much,",
        "bea,2026-01-02,3.00,r4",
        "bea,2026-01-02,4.00,r4",
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
        ["6", "external_ref"],
        ["7", "external_ref"],
        ["8", "external_ref"],
        ["9", ""],
    ]
    reasons = [row[2] for row in found[1:]]
    assert reasons[1] == words.RETURNS.it, "the shop speaks Italian"
    assert reasons[2] == reasons[3] == words.LINES.it
    assert reasons[4] == words.REF_OF_ANOTHER.it


def test_a_file_without_a_fault_leaves_an_empty_list_of_errors(desk: Desk) -> None:
    errors = desk.folder / "errors.csv"
    desk.rows("anna,2026-01-02,1,", errors_path=errors)
    assert errors.read_text().splitlines() == ["line,column,reason"]
    with pytest.raises(FileRefused, match="folder"):
        desk.rows("anna,2026-01-02,1,", errors_path=desk.folder / "none" / "errors.csv")


def test_equal_rows_are_as_many_sales_and_a_third_one_later_is_new(desk: Desk) -> None:
    row = "anna,2026-01-02T08:00:00,1.30,"
    assert counts(desk.rows(row, row)) == (2, 0, 0, 0)
    assert counts(desk.rows(row, row, row)) == (1, 0, 0, 2)
    assert desk.held()["anna"].visits == 3


def test_a_corrected_row_without_a_reference_is_a_new_row(desk: Desk) -> None:
    desk.rows("anna,2026-01-02,12.40,")
    assert counts(desk.rows("anna,2026-01-02,12.50,")) == (1, 0, 0, 0)


def test_what_the_till_has_recorded_counts_as_replayed(desk: Desk) -> None:
    card = desk.shop.card(external_ref="anna")
    desk.shop.visit(card, 1240, external_ref="r1")
    assert counts(desk.rows("anna,2026-11-21,12.40,r1", "anna,2026-11-21,9.90,r1")) == (0, 0, 0, 2)
    assert desk.balance("anna") == 12


def test_a_reference_of_another_customer_is_refused(desk: Desk) -> None:
    desk.shop.visit(desk.shop.card(external_ref="anna"), 1240, external_ref="r1")
    desk.rows("anna,2026-01-02,1,r2")
    assert counts(desk.rows("bea,2026-01-02,12.40,r1", "bea,2026-01-02,1,r2")) == (0, 2, 0, 0)
    assert desk.ask("SELECT count(*) FROM customer WHERE external_ref = 'bea'") == [(0,)]


def test_another_line_of_a_sale_that_is_there_is_refused_not_added(desk: Desk) -> None:
    desk.rows("anna,2026-01-02,5,r1")
    assert counts(desk.rows("anna,2026-01-02,5,r1", "anna,2026-01-02,6,r1")) == (0, 1, 0, 1)
    assert desk.balance("anna") == 5


def test_the_same_reference_in_another_program_is_another_sale(desk: Desk) -> None:
    path = desk.file("anna,2026-01-02,5,r1,coffee,3", head=f"{HEAD},category,quantity")
    assert counts(desk.run(path, "points")) == (1, 0, 0, 0)
    assert counts(desk.run(path, "stamps")) == (1, 0, 0, 0)
    assert desk.balance("anna", "stamps") == 3
    assert desk.ask("SELECT count(*) FROM customer WHERE external_ref = 'anna'") == [(1,)]


def test_a_known_customer_keeps_name_and_card(desk: Desk) -> None:
    card = desk.shop.card(external_ref="anna", name="Anna Rossi")
    head = f"{HEAD},name,email"
    desk.rows("anna,2026-01-02,5,,Anna Bianchi,a@x.it", "bea,2026-01-02,5,,Bea,B@X.it", head=head)
    people = desk.ask("SELECT external_ref, name, email FROM customer ORDER BY external_ref")
    assert people == [("anna", "Anna Rossi", None), ("bea", "Bea", "b@x.it")]
    body = desk.shop.visit(card, 100).body
    assert body["balances"]["points"]["available"] == 6


def test_an_imported_card_is_a_whole_card(desk: Desk) -> None:
    desk.rows("anna,2026-01-02,5.40,r1")
    ((code,),) = desk.ask("SELECT code FROM card_token")
    card = desk.shop.card()
    body = desk.shop.visit(card, 60, scan=code).body
    assert body["earned"] == {"points": 1}, "the 0.40 of the import were put aside"
    assert body["balances"]["points"]["lifetime"] == 6


def test_a_blocked_card_takes_no_sales(desk: Desk) -> None:
    card = desk.shop.card(external_ref="anna")
    desk.rows("anna,2026-01-01,5,r0")
    with desk.shop.database.write() as session:
        keeping.block(session, duty=desk.shop.owner, card_ref=card.ref, reason="lost", at=NOW)
    assert counts(desk.rows("anna,2026-01-02,5,r1", "anna,2026-01-01,5,r0")) == (0, 1, 0, 1)


def test_the_programs_limits_do_not_stop_an_import(desk: Desk) -> None:
    limits = {"visits_per_card_day": 1, "min_seconds": 3600, "amount_minor_max": 1000}
    desk.shop.program("tight", with_changes(POINTS, limits=limits))
    rows = [f"anna,2026-01-02T10:00:0{n},50.00," for n in range(5)]
    assert counts(desk.rows(*rows, program="tight")) == (5, 0, 0, 0)


def test_a_sale_earns_under_the_rules_of_its_day(desk: Desk) -> None:
    double = [{"key": "base", "unit": "points", "units": 2, "per": {"amount_minor": 100}}]
    later = NOW + timedelta(days=10)
    desk.shop.publish("points", with_changes(POINTS, earn=double), at=later)
    rows = [f"{who},{at},10.00," for who, at in (
        ("before", "2025-12-01"), ("first", "2026-11-25"), ("second", "2026-12-02"),
    )]  # fmt: skip
    desk.rows(*rows, at=later + timedelta(days=3))
    assert {who: due.earned for who, due in desk.held().items()} == {
        "before": 10, "first": 10, "second": 20,
    }  # fmt: skip
    versions = desk.ask("SELECT version, count(*) FROM visit GROUP BY version ORDER BY version")
    assert versions == [(1, 2), (2, 1)]


def test_a_unit_that_came_with_a_later_version_is_opened_on_old_cards(desk: Desk) -> None:
    desk.shop.card(external_ref="anna")
    hearts = {"key": "hearts", "label": {"it": "cuori", "en": "hearts"}}
    earn = [*POINTS["earn"], {"key": "h", "unit": "hearts", "units": 1, "per": {"visit": 1}}]
    units = [*POINTS["units"], hearts]
    desk.shop.publish("points", with_changes(POINTS, units=units, earn=earn))
    desk.rows("anna,2026-11-21T23:00:00,3.00,", at=NOW + timedelta(days=1))
    found = desk.ask("SELECT unit, balance FROM ledger_account WHERE kind = 'card' ORDER BY unit")
    assert found == [("hearts", 1), ("points", 3)]


def test_a_free_item_is_a_visit_that_earns_nothing(desk: Desk) -> None:
    rules = [*STAMPS["earn"], {"key": "v", "unit": "stamps", "units": 5, "per": {"visit": 1}}]
    desk.shop.program("generous", with_changes(STAMPS, earn=rules))
    head = f"{HEAD},category"
    desk.rows("anna,2026-01-02,0.00,,coffee", "bea,2026-01-02,0,,", head=head, program="generous")
    held = desk.held("generous")
    assert {who: (due.visits, due.earned) for who, due in held.items()} == {
        "anna": (1, 0), "bea": (1, 0),
    }  # fmt: skip


def test_every_visit_says_that_it_was_imported_and_where_it_was(desk: Desk) -> None:
    desk.rows("anna,2026-01-02,5,,Centro", "anna,2026-01-03,5,,", head=f"{HEAD},location")
    found = desk.ask(
        "SELECT o.proof, o.via, o.actor, l.name FROM visit v"
        " JOIN ledger_operation o ON o.id = v.id LEFT JOIN location l ON l.id = v.location_id"
        " ORDER BY v.occurred_at"
    )
    assert found == [("import", "import", "system", "Centro"), ("import", "import", "system", None)]


def test_an_import_is_one_event_not_one_for_each_sale(desk: Desk) -> None:
    before = desk.ask("SELECT count(*) FROM outbox_event")
    path = written(desk.folder / "sales.csv", seed=5)
    done = desk.run(path)
    desk.run(path)
    events = desk.ask("SELECT kind FROM outbox_event WHERE kind LIKE 'sales%'")
    assert events == [("sales.imported",)]
    assert desk.ask("SELECT count(*) FROM outbox_event") == [(before[0][0] + 1,)]
    runs = desk.ask("SELECT file_name, accepted, refused, no_customer, replayed FROM import_run")
    assert runs == [("sales.csv", *counts(done))]


def test_without_a_program_the_only_published_one_is_meant(desk: Desk) -> None:
    path = desk.file("anna,2026-01-02,5,")
    with pytest.raises(ProgramNeeded):
        desk.run(path, program_ref=None)
    with desk.shop.database.write() as session:
        only = real_shop.open_program(
            session, zone="Europe/Rome", currency="EUR", raw=POINTS, at=NOW
        )
    order = Order(only, path)
    assert run_import(desk.shop.database, order=order, at=NOW).accepted == 1


def test_a_draft_takes_no_sales(desk: Desk) -> None:
    desk.shop.program("draft", POINTS, publish=False)
    with pytest.raises(ProgramNeeded):
        desk.rows("anna,2026-01-02,5,", program="draft")


def test_another_shops_program_does_not_exist(desk: Desk, stranger: Shop) -> None:
    path = desk.file("anna,2026-01-02,5,")
    with pytest.raises(Unknown, match="unknown_program"):
        desk.run(path, program_ref=stranger.programs["points"])
    with pytest.raises(Unknown, match="unknown_merchant"):
        desk.run(path, merchant_ref="mer_nobody")


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
