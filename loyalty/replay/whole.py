"""The replay of everything: the log told from its beginning must end where the books stand."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.errors import LoyaltyError
from loyalty.counter.models import RewardStock
from loyalty.ledger.models import Account, Lot
from loyalty.merchants.models import Merchant
from loyalty.programs.document import VersionDocument
from loyalty.programs.earning import CAUSE_PREFIX, MILLION, is_cause
from loyalty.programs.loading import load
from loyalty.programs.models import Program, ProgramVersion
from loyalty.replay import log as logs
from loyalty.replay.books import Books
from loyalty.replay.deeds import Deeds
from loyalty.replay.differences import NAMED_MAX, Difference, Found
from loyalty.replay.log import Shop
from loyalty.replay.portions import Group, bound, portions

# What damaged rows do to whoever reads them as if they were whole.
_UNREADABLE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    LoyaltyError,
    TypeError,
    ValueError,
)


class CouldNotReplay(Exception):
    """The database could not be read as a ledger: not set up, or broken."""


@dataclass(slots=True)
class Tally:
    """What was told, and what it comes to: rewards given, causes' pledges and lots, by key."""

    cards: int = 0
    operations: int = 0
    given: Counter[str] = field(default_factory=Counter)
    pledged: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Tally") -> None:
        """What another part of the shop comes to."""
        self.cards += other.cards
        self.operations += other.operations
        self.given += other.given
        self.pledged += other.pledged
        self.held += other.held


@dataclass(slots=True)
class Report:
    """How many cards and operations were told, and where the books say something else.

    `differences` names the first NAMED_MAX of `count`.
    """

    cards: int = 0
    operations: int = 0
    count: int = 0
    differences: list[Difference] = field(default_factory=list)

    @property
    def is_same(self) -> bool:
        """Whether the log gives exactly what the books hold."""
        return not self.count

    def as_dict(self) -> dict[str, Any]:
        """For a program."""
        return {
            "same": self.is_same,
            "cards": self.cards,
            "operations": self.operations,
            "count": self.count,
            "differences": [each.as_dict() for each in self.differences],
        }


def replay(session: Session, *, merchant_id: UUID | None = None) -> Report:
    """Tell the log of one merchant, or of all, and compare; `session` should be one snapshot.

    Raises CouldNotReplay when the database is not set up or cannot be read.
    """
    report = Report()
    try:
        for shop_id, timezone in _merchants(session, merchant_id):
            _merchant(session, shop_id, timezone, report)
    except sa.exc.DatabaseError as error:
        raise CouldNotReplay(
            f"the log cannot be read ({error.orig}); for a new database run: loyalty setup"
        ) from error
    return report


def _merchants(session: Session, merchant_id: UUID | None) -> list[tuple[UUID, str]]:
    query = sa.select(Merchant.id, Merchant.timezone).order_by(Merchant.id)
    if merchant_id is not None:
        query = query.where(Merchant.id == merchant_id)
    return [(row.id, row.timezone) for row in session.execute(query)]


def _merchant(session: Session, merchant_id: UUID, timezone: str, report: Report) -> None:
    found, whole = Found(merchant_id), Tally()
    together = bound(session, merchant_id=merchant_id)
    for shop in _shops(session, merchant_id, timezone):
        tally = Tally()
        for portion in portions(session, shop=shop, together=together):
            tally.add(_portion(session, shop, portion, found))
        _check_stock(session, shop, tally.given, found)
        whole.add(tally)
    _check_causes(session, merchant_id, whole, found)
    report.cards += whole.cards
    report.operations += whole.operations
    report.count += found.count
    report.differences += found.named[: NAMED_MAX - len(report.differences)]


def _shops(session: Session, merchant_id: UUID, timezone: str) -> Iterator[Shop]:
    """Each program with its versions, as they are in the database now."""
    rows = session.execute(
        sa.select(
            Program.id,
            ProgramVersion.number,
            ProgramVersion.document,
            ProgramVersion.published_at,
        )
        .join(
            ProgramVersion,
            sa.and_(
                ProgramVersion.merchant_id == Program.merchant_id,
                ProgramVersion.program_id == Program.id,
            ),
        )
        .where(Program.merchant_id == merchant_id, ProgramVersion.published_at.is_not(None))
        .order_by(Program.id)
    )
    shops: dict[UUID, tuple[dict[int, VersionDocument], dict[int, datetime]]] = {}
    for row in rows:
        documents, began_at = shops.setdefault(row.id, ({}, {}))
        documents[row.number] = load(row.document)
        began_at[row.number] = row.published_at
    for program_id, (documents, began_at) in shops.items():
        yield Shop(merchant_id, program_id, timezone, documents, began_at)


def _portion(session: Session, shop: Shop, portion: list[Group], found: Found) -> Tally:
    """Some groups at once; where one cannot be read, group by group, to name it."""
    try:
        return _tell(session, shop, [card_id for group in portion for card_id in group], found)
    except _UNREADABLE as error:
        if len(portion) == 1:
            found.check("log", (f"{type(error).__name__}: {error}", None), of=portion[0][0])
            return Tally(cards=len(portion[0]))
    tally = Tally()
    for group in portion:
        tally.add(_portion(session, shop, [group], found))
    return tally


def _tell(session: Session, shop: Shop, card_ids: list[UUID], found: Found) -> Tally:
    mine = Found(shop.merchant_id)
    log = logs.read(session, shop=shop, card_ids=card_ids)
    deeds = Deeds(log, shop, mine)
    deeds.tell()
    books = Books(log, shop, deeds, mine)
    books.tell()
    deeds.check()
    books.check()
    found.add(mine)
    pledged: Counter[str] = Counter()
    for (_, unit), millionths in deeds.exact.sums.items():
        if is_cause(unit):
            pledged[unit] += millionths // MILLION
    held = Counter({unit: n for unit, n in books.lots.held().items() if is_cause(unit)})
    return Tally(len(log.cards), len(log.operations), deeds.prizes.given(), pledged, held)


def _check_stock(session: Session, shop: Shop, given: Counter[str], found: Found) -> None:
    rows = session.execute(
        sa.select(RewardStock.reward, RewardStock.given).where(
            RewardStock.merchant_id == shop.merchant_id, RewardStock.program_id == shop.program_id
        )
    )
    kept = {row.reward: row.given for row in rows}
    _check_sums("stock", kept, given, found)


def _check_causes(session: Session, merchant_id: UUID, whole: Tally, found: Found) -> None:
    """What causes were pledged: in the accounts, and in the lots that their figures count."""
    of_cause = (Account.merchant_id == merchant_id, Account.unit.startswith(CAUSE_PREFIX))
    balances = session.execute(
        sa.select(Account.unit, sa.func.sum(Account.balance))
        .where(*of_cause)
        .group_by(Account.unit)
    )
    lots = session.execute(
        sa.select(Account.unit, sa.func.sum(Lot.remaining))
        .join(Lot, sa.and_(Lot.merchant_id == Account.merchant_id, Lot.account_id == Account.id))
        .where(*of_cause)
        .group_by(Account.unit)
    )
    _check_sums("pledged", {unit: int(n) for unit, n in balances}, whole.pledged, found)
    _check_sums("held", {unit: int(n) for unit, n in lots}, whole.held, found)


def _check_sums(what: str, kept: Mapping[str, int], told: Mapping[str, int], found: Found) -> None:
    for key in sorted({*kept, *told}):
        found.check(what, (kept.get(key, 0), told.get(key, 0)), of=key)
