"""Undoing an import: new entries take back what it brought, and its rows may come again."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from bench import oracle, real_shop
from loyalty.cli.commands import main
from loyalty.core.errors import Unknown
from loyalty.core.ids import ref
from loyalty.imports import listing, undo
from loyalty.imports.undo import Undone, run_undo
from tests.builders import NOW, Shop
from tests.domain.import_desk import Desk, counts, written
from tests.domain.test_import_returns import in_order, nets, only_visit, rows
from tests.programs import POINTS
from tests.rigs import plans


@pytest.fixture
def desk(shop: Shop, tmp_path: Path) -> Desk:
    return Desk(shop, tmp_path)


def imports(desk: Desk) -> list[listing.Listed]:
    with desk.shop.database.read() as session:
        return listing.listed(session, merchant_ref=ref("mer", desk.shop.merchant_id))


def undone(desk: Desk, which: int = 0) -> Undone:
    """Undo an import, the latest by default."""
    merchant = ref("mer", desk.shop.merchant_id)
    return run_undo(
        desk.shop.database, merchant_ref=merchant, import_ref=imports(desk)[which].ref, at=NOW
    )


def held(desk: Desk) -> dict[str, tuple[int, int]]:
    """Balance and debt of every card with units, and nothing else."""
    found = desk.ask(
        "SELECT c.external_ref, a.balance, a.debt FROM ledger_account a"
        " JOIN card k ON k.id = a.card_id JOIN customer c ON c.id = k.customer_id"
        " WHERE a.balance <> 0 OR a.debt <> 0"
    )
    return {str(who): (int(balance), int(debt)) for who, balance, debt in found}


@pytest.mark.parametrize("unit", ["points", "stamps"])
def test_everything_is_as_before_and_the_same_file_gives_the_same_again(
    desk: Desk, unit: str
) -> None:
    # Points of fractions may have expired in the lot of another sale: those are rounded for good.
    is_stamps = unit == "stamps"
    rules = oracle.Rules(stamps=is_stamps, months=12 if is_stamps else None)
    desk.shop.program("yearly", real_shop.document(rules))
    path = written(desk.folder / "sales.csv", seed=11, rows=150)
    first = desk.run(path, "yearly")
    once = desk.held("yearly")
    done = undone(desk)
    assert (done.visits, done.kept) == (first.sales, {})
    assert held(desk) == {}
    in_order(desk)
    again = desk.run(path, "yearly")
    assert counts(again) == counts(first)
    twice = desk.held("yearly")
    assert {who: due.balance for who, due in twice.items()} == {
        who: due.balance for who, due in once.items()
    }
    in_order(desk)


def test_what_it_changed_in_older_sales_is_taken_back_too(desk: Desk) -> None:
    rows(desk, "anna,2026-01-02,10.00,r1,t1,,1,", "anna,2026-01-03,8.00,r2,t2,,1,")
    before = held(desk)
    rows(
        desk,
        "anna,2026-01-02,5.00,r1,t3,,1,",  # a line more
        "anna,2026-01-05,-4.00,,t2,,,",  # of an older sale
        "anna,2026-01-06,-9.00,,t9,,,",  # of no sale
        "anna,2026-01-07,20.00,r3,t1,,1,",
        "anna,2026-01-08,-20.00,,t1,,,",  # of a sale of this file
    )
    assert held(desk) != before
    assert undone(desk).kept == {}
    assert held(desk) == before
    assert nets(desk)[:2] == [1000, 800]
    in_order(desk)
    ((left,),) = desk.ask("SELECT count(*) FROM imported_change")
    assert left == 0


def test_a_till_may_have_refunded_and_the_customer_spent_meanwhile(desk: Desk) -> None:
    rows(desk, "anna,2026-01-02,30.00,r1,t1,,1,")
    desk.shop.refund(only_visit(desk), 1_000)
    assert undone(desk).visits == 1
    assert held(desk) == {}
    in_order(desk)


def test_what_the_rules_let_nobody_take_back_stays_and_is_named(desk: Desk) -> None:
    reward = {
        "key": "gift", "kind": "product", "name": {"it": "dono", "en": "gift"},
        "cost": {"points": 20},
    }  # fmt: skip
    desk.shop.program("strict", {**POINTS, "debt": "block", "rewards": [reward]}, at=NOW)
    card = desk.shop.card("strict", external_ref="anna")
    rows(desk, "anna,2026-01-02,30.00,r1,t1,,1,", "bea,2026-01-02,7.00,r2,t1,,1,", program="strict")
    voucher = desk.shop.reserve(card, "gift")
    done = undone(desk)
    assert (done.visits, len(done.kept)) == (1, 1)
    assert held(desk) == {"anna": (10, 0)}
    again = rows(desk, "anna,2026-01-02,30.00,r1,t1,,1,", program="strict")
    assert again == (0, 0, 0, 1), "what stayed is known still"
    desk.shop.cancel(voucher.body["ref"])
    assert undone(desk, which=-1).visits == 1
    assert held(desk) == {}


def test_an_undoing_that_is_broken_off_is_simply_started_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undo, "AT_ONCE", 2)
    rows(desk, *(f"c{number},2026-01-02,5.00,r{number},,,," for number in range(9)))

    def pull_the_plug(done: int, total: int) -> None:
        assert total == 9
        if done == 4:
            raise KeyboardInterrupt

    merchant = ref("mer", desk.shop.merchant_id)
    with pytest.raises(KeyboardInterrupt):
        run_undo(
            desk.shop.database,
            merchant_ref=merchant,
            import_ref=imports(desk)[0].ref,
            at=NOW,
            progress=pull_the_plug,
        )
    assert imports(desk)[0].undone_at is None
    assert undone(desk).visits == 5
    assert held(desk) == {}
    assert imports(desk)[0].undone_at == NOW


def test_another_shops_import_is_not_there(desk: Desk, stranger: Shop) -> None:
    rows(desk, "anna,2026-01-02,5.00,r1,,,,")
    with pytest.raises(Unknown):
        run_undo(
            desk.shop.database,
            merchant_ref=ref("mer", stranger.merchant_id),
            import_ref=imports(desk)[0].ref,
            at=NOW,
        )
    assert nets(desk) == [500]


def test_the_commands_list_imports_and_undo_one(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows(desk, "anna,2026-01-02,5.00,r1,,,,", "anna,soon,5.00,r1,,,,")
    merchant = ref("mer", desk.shop.merchant_id)
    url = desk.shop.database.settings.database_url
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("LC_ALL", "it_IT.UTF-8")
    listed = CliRunner().invoke(main, ["import", "list", "--merchant", merchant])
    assert listed.exit_code == 0, listed.output
    found = imports(desk)[0].ref
    assert found in listed.output
    assert "1 righe accettate, 1 rifiutate" in listed.output
    result = CliRunner().invoke(main, ["import", "undo", found, "--merchant", merchant])
    assert result.exit_code == 0, result.output
    assert "Annullate 1 visite" in result.output
    assert nets(desk) == [0]


@pytest.mark.parametrize("engine", ["sqlite"])
def test_neither_returns_nor_undoing_walk_through_the_shop(desk: Desk, engine: str) -> None:
    rows(desk, "anna,2026-01-02,10.00,r1,t1,,1,", "anna,2026-01-03,8.00,r2,t2,,1,")
    with plans.told(desk.shop.database) as statements:
        rows(
            desk,
            "anna,2026-01-02,5.00,r1,t3,,1,",
            "anna,2026-01-05,-4.00,,t2,,,",
            "anna,2026-01-06,-9.00,,t9,,,",
            "anna,2026-01-07,20.00,r3,t1,,1,",
            "anna,2026-01-08,-20.00,,t1,,,",
        )
        assert undone(desk).kept == {}
    assert len(statements) > 30
    assert plans.walks(desk.shop.database, statements) == {}


def test_an_import_of_which_everything_was_refused_does_not_look_broken_off(desk: Desk) -> None:
    desk.shop.program("strict", {**POINTS, "debt": "block"}, at=NOW)
    desk.shop.card("strict", external_ref="anna")
    assert rows(desk, "anna,2026-01-02,-9.00,,t9,,,", program="strict") == (0, 1, 0, 0)
    (listed,) = imports(desk)
    assert (listed.accepted, listed.refused, listed.finished_at) == (0, 1, NOW)
