"""The ledger's law, read from the tables alone: what must hold whatever has happened."""

import contextlib
import json
from collections import Counter, defaultdict

import pytest
import sqlalchemy as sa

from loyalty.cards import lookup
from loyalty.core.errors import LoyaltyError
from loyalty.core.ids import parse_ref
from loyalty.counter import standing
from loyalty.counter.models import Redemption
from loyalty.ledger import statements
from loyalty.ledger.models import Account, Entry, Lot, Operation, Posting
from loyalty.tables import METADATA
from tests.builders import NOW


def snapshot(database):
    """Every row of every table: what a refusal must leave as it was."""
    names = [table.name for table in METADATA.sorted_tables]
    with database.read() as session, contextlib.closing(_driver(session).cursor()) as cursor:
        if database.dialect == "sqlite":
            rows = [(name, row) for name in names for row in cursor.execute(_ALL.format(name))]
        else:
            cursor.execute(" UNION ALL ".join(map(_AS_TEXT.format, names, names)))
            rows = cursor.fetchall()
    return Counter(rows)


_ALL, _AS_TEXT = "SELECT * FROM {0}", "SELECT '{0}', t::text FROM {0} AS t"


def _driver(session):
    """The driver's own connection: types and mappers would take ten times as long."""
    return session.connection().connection.driver_connection


@contextlib.contextmanager
def refused(shop, kind, **facts):
    """The block is refused in words, with these facts, and not a row has changed."""
    before = snapshot(shop.database)
    with pytest.raises(kind) as refusal:
        yield refusal
    assert snapshot(shop.database) == before
    explained(refusal.value)
    assert {name: refusal.value.facts.get(name) for name in facts} == facts


_CARD = sa.bindparam("card_id")
_BOOKS = (
    sa.select(Account.__table__).where(Account.card_id == _CARD).order_by(Account.id),
    sa.select(Lot.__table__)
    .join(Account, sa.and_(Account.merchant_id == Lot.merchant_id, Account.id == Lot.account_id))
    .where(Account.card_id == _CARD)
    .order_by(Lot.id),
    sa.select(Redemption.__table__).where(Redemption.card_id == _CARD).order_by(Redemption.id),
    sa.select(sa.func.count()).where(Operation.card_id == _CARD),
)


def books(session, card_ref):
    """What the database holds of one card, to see that nothing has changed."""
    card_id = parse_ref("crd", card_ref)
    return [session.execute(query, {"card_id": card_id}).all() for query in _BOOKS]


def explained(error: LoyaltyError):
    """A program can read the facts and a person the sentence, in either language."""
    json.dumps([error.facts_in(language) for language in ("it", "en")])
    assert error.sentence.it
    assert error.sentence.en


def outcome(act, key):
    """The answer of an act, or its refusal."""
    try:
        return act(key), None
    except LoyaltyError as refusal:
        explained(refusal)
        return None, refusal


def broken(session, card_ids):
    """Which laws the cards' books break, in words; empty when all is well."""
    said = []
    for account in session.execute(_ACCOUNTS, {"card_ids": card_ids}).all():
        said += [f"{account.unit}: {fault}" for fault in _faults(session, account)]
    return said


_ACCOUNTS = sa.select(Account.__table__).where(
    Account.card_id.in_(sa.bindparam("card_ids", expanding=True))
)


def _of_account(model, *conditions):
    return sa.select(model.__table__).where(sa.or_(*conditions)).order_by(model.id)


_ID = sa.bindparam("account_id")
_ENTRIES = _of_account(Entry, Entry.account_id == _ID)
_LOTS = _of_account(Lot, Lot.account_id == _ID)
_POSTINGS = _of_account(Posting, Posting.from_id == _ID, Posting.to_id == _ID)


def _faults(session, account):
    entries, lots, postings = (
        session.execute(query, {"account_id": account.id}).all()
        for query in (_ENTRIES, _LOTS, _POSTINGS)
    )
    yield from _balance_faults(account, entries, lots)
    yield from _entry_faults(account, entries, postings)
    yield from _lot_faults(account, lots, postings)


def _balance_faults(account, entries, lots):
    held = sum(lot.remaining for lot in lots)
    if account.balance != sum(entry.units for entry in entries):
        yield "the balance is not the sum of the entries"
    if account.balance != held - account.debt:
        yield "the balance is not what the lots hold less the debt"
    if account.debt < 0 or (account.debt and held):
        yield "a debt stands beside units"
    if account.earned_millionths != sum(entry.millionths for entry in entries):
        yield "the millionths are not the sum of the entries"


def _entry_faults(account, entries, postings):
    moved = defaultdict(int)
    for posting in postings:
        moved[posting.entry_id] += posting.units if posting.to_id == account.id else -posting.units
    running = 0
    for entry in entries:
        running += entry.units
        if entry.units != moved[entry.id]:
            yield f"the postings of a {entry.kind} entry do not add up to it"
        if entry.balance_after != running:
            yield f"a {entry.kind} entry tells another balance"
        if not entry.reasons or not all(why["it"] and why["en"] for why in entry.reasons):
            yield f"a {entry.kind} entry does not say why"


def _lot_faults(account, lots, postings):
    held, owed = defaultdict(int), 0
    for posting in postings:
        units = posting.units if posting.to_id == account.id else -posting.units
        held[posting.lot_id] += units
        owed -= units if posting.lot_id is None else 0
    if account.debt != owed:
        yield "the debt is not what the postings without a lot say"
    for lot in lots:
        if not 0 <= lot.remaining <= lot.units:
            yield "a lot holds less than nothing or more than its size"
        if lot.remaining != held[lot.id]:
            yield "a lot does not hold what its postings say"


def holds(shop, card, unit="points", at=NOW):
    """What the card holds of a unit: available, debt, lifetime, carried, expiring."""
    return stands(shop, card, at)["balances"][unit]


def stands(shop, card, at=NOW):
    """How the card stands, as its holder sees it; its books are checked on the way."""
    with shop.database.read() as session:
        facts = lookup.find(session, merchant_id=shop.merchant_id, card_ref=card.ref)
        assert not broken(session, [facts.card_id])
        return standing.card_standing(session, facts=facts, at=at)


def statement(shop, card):
    """The card's entries, the oldest first."""
    with shop.database.read() as session:
        card_id = parse_ref("crd", card.ref)
        found = statements.entries(session, merchant_id=shop.merchant_id, card_id=card_id)
        return found[::-1]


def keep(shop, verb, card, at=NOW):
    """Block, unblock or replace a card; returns its facts."""
    with shop.database.write() as session:
        return verb(session, duty=shop.owner, card_ref=card.ref, reason="prova", at=at)
