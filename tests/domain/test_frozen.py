"""What is written stays written: the database itself refuses to change the past."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from loyalty.core.ids import new_id
from loyalty.counter.requests import LineRequest
from loyalty.ledger.models import Account, Entry, Lot, Posting
from loyalty.programs.models import ProgramVersion
from tests.builders import POINTS

# Table by table, the only columns that may ever change.
FROZEN = {
    "ledger_operation": set(),
    "ledger_entry": set(),
    "ledger_posting": set(),
    "ledger_lot": {"remaining", "is_pending", "expires_at"},
    "ledger_account": {
        "balance", "debt", "earned_millionths", "moves", "has_waiting", "last_active_at",
    },
    "visit": {
        "voided_at", "card_id", "net_minor",
        "amount_minor",
        "external_ref", "posting_id", "occasion", "scanned_card_id",
    },
    "visit_line": set(),
    "visit_refund": set(),
    "redemption": {"state", "used_at", "cancelled_at"},
}  # fmt: skip


@pytest.fixture
def past(shop):
    """A day at the shop that left a row in every table of the past."""
    card = shop.card()
    sold = [LineRequest(category="coffee", quantity_milli=2_000, amount_minor=2_000)]
    visit = shop.visit(card, 2_000, lines=sold).body["ref"]
    shop.refund(visit, 100)
    shop.reserve(card, "breakfast")
    return shop.database


def do(database, statement, **values):
    with database.write() as session:
        return session.execute(sa.text(statement), values)


def columns(database, table):
    return {column["name"] for column in sa.inspect(database.read_engine).get_columns(table)}


def test_no_row_of_the_past_is_changed_or_deleted(past):
    for table, free in FROZEN.items():
        for column in sorted(columns(past, table) - free):
            with pytest.raises(IntegrityError):
                do(past, f"UPDATE {table} SET {column} = {column}")
        with pytest.raises(IntegrityError):
            do(past, f"DELETE FROM {table}")
        with past.read() as session:
            assert session.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one() > 0


def test_nor_is_a_table_of_the_past_emptied_or_replaced(past):
    whole = {
        "sqlite": "INSERT OR REPLACE INTO {0} SELECT * FROM {0}",
        "postgresql": "TRUNCATE {0} CASCADE",
    }
    for table in FROZEN:
        with pytest.raises(IntegrityError):
            do(past, whole[past.dialect].format(table))


def test_what_may_move_moves(past):
    for table, free in FROZEN.items():
        for column in sorted(free):
            do(past, f"UPDATE {table} SET {column} = {column}")


BEYOND = (
    "UPDATE ledger_account SET balance = -1000 WHERE kind = 'card'",
    "UPDATE ledger_account SET debt = -1 WHERE kind = 'card'",
    "UPDATE ledger_account SET earned_millionths = -1",
    "UPDATE ledger_account SET balance = 1 WHERE kind <> 'card'",
    "UPDATE ledger_lot SET remaining = -1",
    "UPDATE ledger_lot SET remaining = units + 1",
    "UPDATE redemption SET state = 'lost'",
)


def test_no_balance_and_no_lot_leaves_its_bounds(past):
    for damage in BEYOND:
        with pytest.raises(IntegrityError):
            do(past, damage)


# --- postings ------------------------------------------------------------------------------------


@pytest.fixture
def two_cards(shop, stranger):
    """Accounts of two cards and of another shop's, an entry, and a lot of each."""
    cards = [(shop, shop.card()), (shop, shop.card()), (stranger, stranger.card())]
    for each, card in cards:
        each.visit(card, 1_000)
    with shop.database.read() as session:
        query = sa.select(Account).where(Account.kind == "card").order_by(Account.id)
        accounts = session.execute(query).scalars().all()
        issued = session.execute(
            sa.select(Account).where(
                Account.merchant_id == shop.merchant_id,
                Account.kind == "issued",
                Account.program_id == accounts[0].program_id,
            )
        ).scalar_one()
        entry = session.execute(
            sa.select(Entry).where(Entry.account_id == accounts[0].id)
        ).scalar_one()
        lots = {
            account.id: session.execute(
                sa.select(Lot).where(Lot.account_id == account.id)
            ).scalar_one()
            for account in accounts
        }
        session.expunge_all()
    return accounts, issued, entry, lots


def post(shop, entry, source, target, *, lot=None, units=1):
    with shop.database.write() as session:
        session.add(
            Posting(
                merchant_id=shop.merchant_id,
                id=new_id(),
                entry_id=entry.id,
                from_id=source.id,
                to_id=target.id,
                lot_id=lot.id if lot else None,
                units=units,
            )
        )


def test_units_move_only_between_a_card_and_its_programs_own_side(shop, two_cards):
    (one, other, foreign), issued, entry, lots = two_cards
    for source, target, lot in (
        (one, other, None),  # from card to card
        (one, foreign, None),  # to another shop
        (issued, issued, None),  # to itself
        (issued, one, lots[other.id]),  # into somebody else's lot
        (issued, one, lots[foreign.id]),  # into another shop's lot
    ):
        with pytest.raises(IntegrityError):
            post(shop, entry, source, target, lot=lot)
    for units in (0, -1):
        with pytest.raises(IntegrityError):
            post(shop, entry, issued, one, units=units)
    post(shop, entry, issued, one, lot=lots[one.id])


def test_units_of_one_kind_never_become_another(shop, two_cards):
    (one, *_), _, entry, _ = two_cards
    stamps = shop.card("stamps")
    shop.visit(stamps, coffees=1)
    with shop.database.read() as session:
        side = session.execute(
            sa.select(Account).where(Account.kind == "issued", Account.unit == "stamps").limit(1)
        ).scalar_one()
        session.expunge_all()
    with pytest.raises(IntegrityError):
        post(shop, entry, side, one)


# --- versions ------------------------------------------------------------------------------------


def test_a_published_version_is_frozen_and_a_draft_is_not(shop):
    shop.program("draft", POINTS, publish=False)
    table = ProgramVersion.__table__
    published = table.c.published_at.is_not(None)
    for verb in (sa.update(table).values(terms_it="altro"), sa.delete(table)):
        with pytest.raises(IntegrityError), shop.database.write() as session:
            session.execute(verb.where(published))
    for verb in (sa.update(table).values(terms_it="altro"), sa.delete(table)):
        with shop.database.write() as session:
            assert session.execute(verb.where(~published)).rowcount == 1


def test_a_published_version_is_not_even_unpublished(shop):
    with pytest.raises(IntegrityError):
        do(shop.database, "UPDATE program_version SET published_at = NULL")
