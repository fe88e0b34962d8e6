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
