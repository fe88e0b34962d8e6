"""Goods that come back in a file: the sale they belong to is rated again, the rest is taken."""

import random
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from loyalty.audit import audit
from loyalty.core.ids import ref
from loyalty.counter.models import Visit
from loyalty.replay.whole import replay
from tests.builders import NOW, Shop
from tests.domain.import_desk import Desk, counts
from tests.programs import POINTS, STAMPS

HEAD = "customer,occurred_at,amount,external_ref,sku,item,quantity,category"


@pytest.fixture
def desk(shop: Shop, tmp_path: Path) -> Desk:
    return Desk(shop, tmp_path)


def rows(desk: Desk, *lines: str, **more: object) -> tuple[int, int, int, int]:
    """Import rows of customer, day of 2026, amount, ref, sku, item, quantity, category."""
    return counts(desk.rows(*lines, head=HEAD, **more))


def nets(desk: Desk) -> list[int]:
    """What is left of each visit, in the order of their days."""
    found = desk.ask("SELECT net_minor FROM visit ORDER BY occurred_at, id")
    return [int(net) for (net,) in found]


def only_visit(desk: Desk) -> str:
    """The ref of the one visit that there is."""
    with desk.shop.database.read() as session:
        return ref("vis", session.execute(sa.select(Visit.id)).scalar_one())


def in_order(desk: Desk) -> None:
    """The books add up, and the log told again gives the same."""
    with desk.shop.database.read() as session:
        assert audit(session) == []
        assert list(replay(session, merchant_id=desk.shop.merchant_id).differences) == []


def test_a_return_lowers_the_latest_sale_of_its_product_then_the_one_before(desk: Desk) -> None:
    sold = ["01-02,10.00", "02-02,10.00", "04-02,10.00"]
    bought = [f"anna,2026-{each},,t1,,1," for each in sold]
    assert rows(desk, *bought, "anna,2026-03-02,-15.00,,t1,,-1.5,") == (4, 0, 0, 0)
    assert nets(desk) == [500, 0, 1000], "the sale after the return is left alone"
    assert desk.balance("anna") == 15
    in_order(desk)


def test_another_product_or_another_customer_is_left_alone(desk: Desk) -> None:
    rows(desk, "anna,2026-01-02,10,,t1,,,", "anna,2026-01-03,10,,t2,,,", "bea,2026-01-03,10,,t1,,,")
    assert rows(desk, "anna,2026-01-05,-4,,t1,,,") == (1, 0, 0, 0)
    assert nets(desk) == [600, 1000, 1000]
    assert (desk.balance("anna"), desk.balance("bea")) == (16, 10)


def test_without_a_sku_the_item_says_which_and_without_both_the_exact_amount(desk: Desk) -> None:
    rows(
        desk,
        "anna,2026-01-02,10.00,,,torta,,",
        "anna,2026-01-03,7.00,,,,,",
        "anna,2026-01-04,7.50,,,,,",
        "anna,2026-01-05,-2.00,,,torta,,",
        "anna,2026-01-06,-7.00,,,,,",
    )
    assert nets(desk) == [800, 0, 750]
    in_order(desk)


def test_a_row_below_0_on_a_receipt_lowers_that_receipt(desk: Desk) -> None:
    rows(
        desk,
        "anna,2026-01-02,10.00,r1,t1,,1,",
        "anna,2026-01-02,10.00,r1,t2,,1,",
        "anna,2026-01-02,-5.00,r1,sconto,,,",
        "anna,2026-01-03,30.00,r2,sconto,,1,",
    )
    assert nets(desk) == [1500, 3000]
    assert desk.balance("anna") == 45


def test_what_no_sale_answers_for_comes_from_the_balance_and_then_is_owed(desk: Desk) -> None:
    rows(desk, "anna,2026-01-02,10.00,,t1,,,", "anna,2026-01-05,-4.90,,t9,,,")
    assert (nets(desk), desk.balance("anna")) == ([1000], 6)
    rows(desk, "anna,2026-01-06,-9.00,,t9,,,")
    assert desk.balance("anna") == -3
    assert desk.ask("SELECT debt FROM ledger_account WHERE kind = 'card' AND debt > 0") == [(3,)]
    rows(desk, "anna,2026-01-07,10.00,,t1,,,")
    assert desk.balance("anna") == 7, "the next units repay it"
    in_order(desk)


def test_a_return_without_its_sale_takes_the_base_rule_without_bonuses(desk: Desk) -> None:
    double = {"key": "double", "unit": "points", "multiply_percent": 200}
    rules = {**POINTS, "earn": [*POINTS["earn"], double]}
    desk.shop.program("double", rules, at=NOW - timedelta(days=400))
    lines = ["anna,2026-01-02,10.00,,t1,,,", "anna,2026-01-05,-4.00,,t9,,,"]
    rows(desk, *lines, program="double")
    assert desk.balance("anna", "double") == 16


def test_a_whole_return_takes_the_stamp_and_the_pieces_count_one_by_one(desk: Desk) -> None:
    head = "anna,2026-01-02,6.00,r1,c,,4,coffee"
    rows(desk, head, "anna,2026-01-03,-3.00,,c,,-2,coffee", program="stamps")
    assert desk.balance("anna", "stamps") == 2
    rows(desk, "anna,2026-01-04,-3.00,,c,,-2,coffee", program="stamps")
    assert desk.balance("anna", "stamps") == 0
    in_order(desk)


@pytest.mark.parametrize(("policy", "balance", "refused"), [("clamp", 0, 0), ("block", 4, 1)])
def test_where_no_debt_is_let_stand_it_is_forgiven_or_the_row_is_refused(
    desk: Desk, policy: str, balance: int, refused: int
) -> None:
    desk.shop.program("strict", {**POINTS, "debt": policy}, at=NOW - timedelta(days=400))
    lines = ["anna,2026-01-02,4.00,,t1,,,", "anna,2026-01-05,-9.00,,t9,,,"]
    errors = desk.folder / "errors.csv"
    dry = rows(desk, *lines, program="strict", dry_run=True)
    assert desk.ask("SELECT count(*) FROM visit") == [(0,)]
    assert rows(desk, *lines, program="strict", errors_path=errors) == dry
    assert dry == (2 - refused, refused, 0, 0)
    assert desk.balance("anna", "strict") == balance
    if refused:
        assert "9" not in errors.read_text().split("\n")[1].split(",")[0]
        assert "debiti" in errors.read_text(), "the shop speaks Italian"
    in_order(desk)


def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    lines = ["anna,2026-01-02,10,,t1,,,", "anna,2026-01-05,-4,,t1,,,", "anna,2026-01-06,-4,,x,,,"]
    assert rows(desk, *lines) == (3, 0, 0, 0)
    before = desk.everything()
    assert rows(desk, *lines) == (0, 0, 0, 3)
    assert desk.everything() == before
    assert rows(desk, *lines, "anna,2026-01-06,-4,,x,,,") == (1, 0, 0, 3), "an equal one more"


def test_the_till_shows_what_is_left_and_refunds_no_more_than_that(desk: Desk) -> None:
    rows(desk, "anna,2026-01-02,10.00,r1,t1,,1,", "anna,2026-01-05,-4.00,,t1,,,")
    desk.shop.refund(only_visit(desk), 600)
    assert (nets(desk), desk.balance("anna")) == ([0], 0)
    in_order(desk)


# --- lines that come later


def test_a_ref_met_again_adds_lines_and_the_sale_is_rated_as_a_whole(desk: Desk) -> None:
    double = {
        "key": "big", "unit": "points", "multiply_percent": 200,
        "when": {"min_amount_minor": 2_000},
    }  # fmt: skip
    desk.shop.program("big", {**POINTS, "earn": [*POINTS["earn"], double]}, at=NOW)
    first = "anna,2026-01-02,12.00,r1,t1,,1,"
    assert rows(desk, first, program="big") == (1, 0, 0, 0)
    assert desk.balance("anna", "big") == 12
    assert rows(desk, first, "anna,2026-01-02,9.00,r1,t2,,1,", program="big") == (1, 0, 0, 1)
    assert (nets(desk), desk.balance("anna", "big")) == ([2100], 42)
    assert desk.ask("SELECT count(*) FROM visit_line") == [(2,)]
    assert rows(desk, "bea,2026-01-02,9.00,r1,t2,,1,", program="big") == (0, 1, 0, 0)
    in_order(desk)


def test_a_sale_without_lines_gets_its_first_when_another_comes(desk: Desk) -> None:
    rows(desk, "anna,2026-01-02,12.00,r1,,,,")
    rows(desk, "anna,2026-01-02,9.50,r1,t2,,1,", "anna,2026-01-09,-3.00,,t2,,,")
    assert (nets(desk), desk.balance("anna")) == ([1850], 18)
    lines = "SELECT number, sku, amount_minor FROM visit_line ORDER BY number"
    assert desk.ask(lines) == [(1, None, 1200), (2, "t2", 950)]
    in_order(desk)


def test_lines_that_complete_a_stamp_card_bring_its_voucher(desk: Desk) -> None:
    rows(desk, "anna,2026-01-02,12.00,r1,c,,8,coffee", program="stamps")
    rows(desk, "anna,2026-01-02,6.00,r1,c,,4,coffee", program="stamps")
    held = desk.held("stamps")["anna"]
    assert (held.balance, held.vouchers) == (2, 1)
    in_order(desk)


def test_a_voided_sale_takes_no_more_lines(desk: Desk) -> None:
    rows(desk, "anna,2026-01-02,12.00,r1,t1,,1,")
    desk.shop.void(only_visit(desk))
    assert rows(desk, "anna,2026-01-02,9.00,r1,t2,,1,") == (0, 1, 0, 0)


@pytest.mark.parametrize("program", ["points", "stamps"])
@pytest.mark.parametrize("seed", range(3))
def test_however_a_years_rows_are_cut_into_files_sales_come_to_the_same(
    desk: Desk, program: str, seed: int
) -> None:
    dice = random.Random(seed)
    lines = [
        f"c{dice.randrange(4)},2026-{dice.randrange(1, 9):02d}-11,{dice.randrange(1, 40)}.00,"
        f",{dice.choice('ab')},,{dice.randrange(1, 4)},coffee"
        for _ in range(60)
    ]
    receipts = [f"r{dice.randrange(25)}" for _ in lines]
    owners: dict[str, str] = {}
    whole = []
    for line, receipt in zip(lines, receipts, strict=True):
        _, rest = line.split(",", 1)
        who = owners.setdefault(receipt, line.split(",", 1)[0])
        day = f"2026-{int(receipt[1:]) % 9 + 1:02d}-11"
        cells = rest.split(",")
        cells[0], cells[2] = day, receipt
        whole.append(",".join([who, *cells]))
    whole = list(dict.fromkeys(whole))  # an equal row of a later file would be the same row
    other = desk.shop.program("twin", STAMPS if program == "stamps" else POINTS, at=NOW)
    assert other
    rows(desk, *whole, program=program)
    for part in (whole[:20], whole[20:45], whole[45:]):
        rows(desk, *part, program="twin")
    one, many = desk.held(program), desk.held("twin")
    assert {who: due.balance + 10 * due.vouchers for who, due in one.items()} == {
        who: due.balance + 10 * due.vouchers for who, due in many.items()
    }
    in_order(desk)
