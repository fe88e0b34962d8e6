"""The worked examples of docs/ledger.md come out of the product exactly as they are printed."""

import re
import string
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.ids import parse_ref
from loyalty.ledger.models import Account, Entry, Operation, Posting
from tests.builders import CardInHand, Shop
from tests.domain.corrections import hands
from tests.programs import POINTS, with_changes

PAPER = Path(__file__).resolve().parents[2] / "docs" / "ledger.md"
HEAD = """| operation | entry | units | postings | balance |
| --- | --- | --- | --- | --- |
"""


def example(heading: str) -> str:
    """What the paper prints under a heading."""
    found = re.search(
        rf"^### {heading}\n(.*?)(?=^##)", PAPER.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert found is not None, heading
    return found[1]


def on(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 11, 0, tzinfo=UTC)


def printed(shop: Shop, card: CardInHand) -> str:
    """The card's book as the paper prints it: a row for each entry, lots by letters."""
    with shop.database.read() as session:
        found = session.execute(
            sa.select(Operation.kind.label("deed"), Entry)
            .join(Entry, Entry.operation_id == Operation.id)
            .where(Operation.card_id == parse_ref("crd", card.ref))
            .order_by(Entry.id)
        ).all()
        letters: dict[UUID | None, str] = {None: "no lot"}
        rows = [
            f"| {row.deed} | {row.Entry.kind} | {row.Entry.units:+d} "
            f"| {moves(session, row.Entry.id, letters)} | {row.Entry.balance_after} |\n"
            for row in found
        ]
    return HEAD + "".join(rows)


WHOSE = """| operation | card | entry | units | postings | balance |
| --- | --- | --- | --- | --- | --- |
"""


def both_printed(shop: Shop, cards: dict[str, CardInHand]) -> str:
    """The books of two cards as the paper prints them together: each row says whose it is."""
    names = {parse_ref("crd", card.ref): name for name, card in cards.items()}
    with shop.database.read() as session:
        found = session.execute(
            sa.select(Operation.kind.label("deed"), Account.card_id, Entry)
            .join(Entry, Entry.operation_id == Operation.id)
            .join(Account, Account.id == Entry.account_id)
            .where(Account.card_id.in_(names))
            .order_by(Entry.id)
        ).all()
        letters: dict[UUID | None, str] = {None: "no lot"}
        rows = [
            f"| {row.deed} | {names[row.card_id]} | {row.Entry.kind} | {row.Entry.units:+d} "
            f"| {moves(session, row.Entry.id, letters)} | {row.Entry.balance_after} |\n"
            for row in found
        ]
    return WHOSE + "".join(rows)


def moves(session: Session, entry_id: UUID, letters: dict[UUID | None, str]) -> str:
    """The postings of an entry; a lot that is new gets the next letter."""
    kinds = {row.id: row.kind for row in session.execute(sa.select(Account.id, Account.kind))}
    said = []
    for move in session.scalars(
        sa.select(Posting).where(Posting.entry_id == entry_id).order_by(Posting.id)
    ):
        lot = letters.setdefault(move.lot_id, f"lot {string.ascii_uppercase[len(letters) - 1]}")
        said.append(f"{kinds[move.from_id]} → {kinds[move.to_id]} {move.units} ({lot})")
    return ", ".join(said) or "none"


def test_forty_coffees_carry_their_rest_as_printed(shop: Shop) -> None:
    card, rows = shop.card(), {}
    for visit in range(1, 41):
        body = shop.visit(card, 130).body
        holds = body["balances"]["points"]
        rest = [Decimal(holds[name]).scaleb(-2) for name in ("carried_minor", "to_next_minor")]
        rows[visit] = (
            f"| {visit} | +{body['earned']['points']} | {holds['available']} "
            f"| {rest[0]:.2f} | {rest[1]:.2f} |"
        )
    printed_rows = re.findall(r"^\| \d+ .*$", example("Forty coffees at 1.30"), re.MULTILINE)
    assert printed_rows == [rows[visit] for visit in (1, 2, 3, 4, 39, 40)]


def test_nine_and_three_stamps_with_the_voucher_used_end_as_printed(shop: Shop) -> None:
    card = shop.card("stamps")
    shop.visit(card, coffees=9)
    second = shop.visit(card, coffees=3).body
    shop.fulfil(second["vouchers"][0]["redemption"])
    shop.refund(second["ref"], lines=((1, 3000),))
    shop.visit(card, coffees=2)
    assert printed(shop, card) in example("Nine stamps and three more")


def test_nine_and_three_stamps_with_the_voucher_unused_end_as_printed(shop: Shop) -> None:
    card = shop.card("stamps")
    shop.visit(card, coffees=9)
    second = shop.visit(card, coffees=3).body
    shop.refund(second["ref"], lines=((1, 3000),))
    assert printed(shop, card) in example("Nine stamps and three more")


def test_a_void_after_the_points_were_spent_ends_as_printed(shop: Shop) -> None:
    card = shop.card()
    visit = shop.visit(card, 1240).body
    shop.reserve(card, "breakfast")
    shop.void(visit["ref"])
    shop.visit(card, 1500)
    assert printed(shop, card) in example("A void after the points were spent")


def test_a_refund_takes_the_same_however_it_is_split_as_printed(shop: Shop) -> None:
    told = " ".join(example("A refund in parts").split())
    assert "at once takes 12 points; as 5.00 and 7.40 it takes 5 and 7; as twelve times" in told
    for parts, taken in (
        ([1240], [12]),
        ([500, 740], [5, 7]),
        ([100] * 12 + [40], [1] * 12 + [0]),
    ):
        card = shop.card()
        visit = shop.visit(card, 1240).body["ref"]
        assert [-shop.refund(visit, part).body["earned"]["points"] for part in parts] == taken


def test_a_refund_after_the_points_expired_ends_as_printed(shop: Shop) -> None:
    card = shop.card()
    visit = shop.visit(card, 1240).body
    shop.visit(card, 500, at=on(2027, 6, 1))
    shop.refund(visit["ref"], 1240, at=on(2027, 12, 1))
    assert printed(shop, card) in example("A refund after the points expired")


def test_a_reward_cancelled_after_its_points_expired_ends_as_printed(shop: Shop) -> None:
    card = shop.card()
    shop.visit(card, 1240)
    redeemed = shop.reserve(card, "breakfast", at=on(2027, 11, 20)).body
    shop.cancel(redeemed["ref"], at=on(2027, 12, 1))
    shop.visit(card, 100, at=on(2027, 12, 20))
    assert printed(shop, card) in example("A reward cancelled after its points expired")


def test_a_visit_that_was_moved_and_moved_back_ends_as_printed(shop: Shop) -> None:
    wrong, right = shop.card(), shop.card()
    visit = shop.visit(wrong, 1240, at=on(2026, 11, 21)).body["ref"]
    shop.visit(wrong, 600, at=on(2026, 12, 1))
    shop.reserve(wrong, "breakfast", at=on(2026, 12, 1))
    hands.move(shop, visit, right, at=on(2026, 12, 2))
    hands.move(shop, visit, wrong, at=on(2026, 12, 3))
    told = example("A visit on the wrong card")
    assert both_printed(shop, {"Anna": wrong, "Bea": right}) in told


def test_two_cards_joined_and_parted_end_as_printed(shop: Shop) -> None:
    old, young = shop.card(), shop.card()
    shop.visit(old, 560, at=on(2026, 11, 21))
    shop.visit(young, 770, at=on(2026, 12, 1))
    hands.merge(shop, young, old, at=on(2026, 12, 2))
    shop.visit(old, 300, scan=young.code, at=on(2026, 12, 3))
    hands.unmerge(shop, young, at=on(2026, 12, 4))
    told = example("Two cards of one person, and of two after all")
    assert both_printed(shop, {"old": old, "young": young}) in told


def test_points_that_wait_end_as_printed(shop: Shop) -> None:
    unit = {**POINTS["units"][0], "pending_hours": 72}
    shop.program("waiting", with_changes(POINTS, units=[unit]))
    card = shop.card("waiting")
    shop.visit(card, 800, at=on(2026, 11, 21))
    second = shop.visit(card, 700, at=on(2026, 11, 23)).body["ref"]
    shop.refund(second, 200, at=on(2026, 11, 25))
    shop.visit(card, 500, at=on(2026, 11, 27))
    assert printed(shop, card) in example("Points that wait")


def test_a_debt_that_the_shop_writes_off_ends_as_printed(shop: Shop) -> None:
    shop.program("clamped", with_changes(POINTS, debt="clamp"))
    card = shop.card("clamped")
    visit = shop.visit(card, 1240).body["ref"]
    shop.reserve(card, "breakfast")
    shop.void(visit)
    shop.visit(card, 300)
    assert printed(shop, card) in example("A debt that is written off")
