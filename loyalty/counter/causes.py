"""Causes: what sales have pledged, what of it can be paid by now, and what was paid."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core import outbox
from loyalty.core.calendar import local_day
from loyalty.core.errors import Invalid, KeyReused, StateConflict, Unknown
from loyalty.core.ids import new_id, parse_ref, ref
from loyalty.core.money import Money, format_amount
from loyalty.core.text import Text
from loyalty.counter.requests import amount_in
from loyalty.ledger.models import Account, Lot
from loyalty.ledger.state import Intent
from loyalty.merchants.models import Merchant
from loyalty.merchants.roles import Duty, Permission
from loyalty.programs.cause_models import CauseAccount, Payout
from loyalty.programs.earning import cause_unit

PAYOUTS_MAX = 500
_SAY_RECEIPT = Text("di' con quale ricevuta", "say by which receipt")
_SAY_WHY = Text("di' perché", "say why")
_NOT_YET = Text("è nel futuro", "is in the future")


@dataclass(frozen=True, slots=True)
class CauseFigures:
    """A cause to the cent, in minor units: pledged = unpaid + paid.

    Of what is unpaid, `payable_minor` is past the time for refunds; below 0 it was paid already and
    refunded since: the next payout is less by that. `payouts` are the latest first.
    """

    key: str
    beneficiary: str
    tax_code: str | None
    currency: str
    pledged_minor: int
    payable_minor: int
    paid_minor: int
    payouts: list[Payout]

    @property
    def unpaid_minor(self) -> int:
        """What is promised and not paid yet."""
        return self.pledged_minor - self.paid_minor


def overview(session: Session, *, merchant_id: UUID, at: datetime) -> list[CauseFigures]:
    """Every cause of the merchant, by key."""
    rows = session.execute(
        sa.select(CauseAccount)
        .where(CauseAccount.merchant_id == merchant_id)
        .order_by(CauseAccount.key)
    ).scalars()
    return [_figures(session, row, at) for row in rows]


def is_any(session: Session, *, merchant_id: UUID) -> bool:
    """Whether the merchant gives to anybody."""
    query = sa.select(CauseAccount.key).where(CauseAccount.merchant_id == merchant_id).limit(1)
    return session.execute(query).first() is not None


def one(session: Session, *, merchant_id: UUID, cause: str, at: datetime) -> CauseFigures:
    """One cause. Raises Unknown("cause")."""
    return _figures(session, _find(session, merchant_id, cause), at)


@dataclass(frozen=True, slots=True)
class Payment:
    """Money sent to the beneficiary of a cause, on which day, by which receipt."""

    cause: str
    amount: Money
    paid_on: date
    receipt: str


@dataclass(frozen=True, slots=True)
class Paid:
    """A payout, and whether it had been noted before under the same key."""

    payout: Payout
    replayed: bool = False


def pay(
    session: Session, *, duty: Duty, payment: Payment, intent: Intent | None, at: datetime
) -> Paid:
    """Note money that was sent to the beneficiary, with its receipt.

    Raises Unknown("cause"), CurrencyMismatch, KeyReused, and Invalid for more than can be paid by
    now, a day to come, or no receipt.
    """
    duty.demand(Permission.CAUSES)
    row = _find(session, duty.merchant_id, payment.cause, lock=True)
    if found := _replayed(session, duty.merchant_id, intent):
        return Paid(found, replayed=True)
    figures = _figures(session, row, at)
    minor = amount_in(payment.amount, figures.currency, "amount") or 0
    _check(figures, minor, payment.receipt)
    if payment.paid_on > _today(session, duty.merchant_id, at):
        raise Invalid({"paid_on": [_NOT_YET]})
    sent = _Sent(minor, figures.currency, payment.paid_on, payment.receipt)
    return Paid(_note(session, duty, row, sent, intent, at))


def take_back(
    session: Session, *, duty: Duty, payout_ref: str, reason: str, at: datetime
) -> Payout:
    """Undo a payout that was noted wrongly: another row takes it back, and says why.

    Raises Unknown("payout"), Invalid without a reason, StateConflict if it was taken back already.
    """
    duty.demand(Permission.CAUSES)
    if not reason.strip():
        raise Invalid({"reason": [_SAY_WHY]})
    payout_id = parse_ref("pay", payout_ref)
    wrong = session.get(Payout, (duty.merchant_id, payout_id)) if payout_id else None
    if wrong is None or wrong.reverses_id is not None:
        raise Unknown("payout")
    row = _find(session, duty.merchant_id, wrong.cause, lock=True)
    there = sa.select(Payout.id).where(
        Payout.merchant_id == duty.merchant_id, Payout.reverses_id == wrong.id
    )
    if (by := session.execute(there).scalar_one_or_none()) is not None:
        raise StateConflict(payout=ref("pay", by))
    sent = _Sent(-wrong.amount_minor, wrong.currency, wrong.paid_on, reason, wrong.id)
    return _note(session, duty, row, sent, None, at)


def _today(session: Session, merchant_id: UUID, at: datetime) -> date:
    zone = session.execute(
        sa.select(Merchant.timezone).where(Merchant.id == merchant_id)
    ).scalar_one()
    return local_day(at, zone)


def _find(session: Session, merchant_id: UUID, cause: str, *, lock: bool = False) -> CauseAccount:
    query = sa.select(CauseAccount).where(
        CauseAccount.merchant_id == merchant_id, CauseAccount.key == cause
    )
    row = session.execute(query.with_for_update() if lock else query).scalar_one_or_none()
    if row is None:
        raise Unknown("cause")
    return row


def _figures(session: Session, row: CauseAccount, at: datetime) -> CauseFigures:
    payouts = list(
        session.execute(
            sa.select(Payout)
            .where(Payout.merchant_id == row.merchant_id, Payout.cause == row.key)
            .order_by(Payout.id.desc())
            .limit(PAYOUTS_MAX)
        ).scalars()
    )
    paid = _sum(
        session,
        sa.select(sa.func.sum(Payout.amount_minor)).where(
            Payout.merchant_id == row.merchant_id, Payout.cause == row.key
        ),
    )
    currency = session.execute(
        sa.select(Merchant.currency).where(Merchant.id == row.merchant_id)
    ).scalar_one()
    return CauseFigures(
        key=row.key,
        beneficiary=row.beneficiary,
        tax_code=row.tax_code,
        currency=currency,
        pledged_minor=_pledged(session, row),
        payable_minor=_pledged(session, row, at) - paid,
        paid_minor=paid,
        payouts=payouts,
    )


def _pledged(session: Session, row: CauseAccount, by: datetime | None = None) -> int:
    """What the cards' accounts of the cause hold; with `by`, what of it is past its waiting."""
    accounts = sa.select(sa.func.sum(Account.balance)).where(
        Account.merchant_id == row.merchant_id, Account.unit == cause_unit(row.key)
    )
    if by is None:
        return _sum(session, accounts)
    waiting = (
        sa.select(sa.func.sum(Lot.remaining))
        .join(
            Account, sa.and_(Account.merchant_id == Lot.merchant_id, Account.id == Lot.account_id)
        )
        .where(
            Account.merchant_id == row.merchant_id,
            Account.unit == cause_unit(row.key),
            Lot.active_at > by,
        )
    )
    return _sum(session, accounts) - _sum(session, waiting)


def _sum(session: Session, query: sa.Select[int]) -> int:
    return int(session.execute(query).scalar_one() or 0)


def _replayed(session: Session, merchant_id: UUID, intent: Intent | None) -> Payout | None:
    if intent is None:
        return None
    found = session.execute(
        sa.select(Payout).where(
            Payout.merchant_id == merchant_id, Payout.key_hash == intent.key_hash
        )
    ).scalar_one_or_none()
    if found is not None and found.body_hash != intent.body_hash:
        raise KeyReused
    return found


def _check(figures: CauseFigures, minor: int, receipt: str) -> None:
    if not receipt.strip():
        raise Invalid({"receipt": [_SAY_RECEIPT]})
    if 0 < minor <= figures.payable_minor:
        return
    most = max(0, figures.payable_minor)
    it, en = (format_amount(most, figures.currency, language) for language in ("it", "en"))
    raise Invalid(
        {"amount": [Text(f"più di 0, al massimo {it}: il resto non si può ancora versare",
                         f"more than 0, at most {en}: the rest cannot be paid yet")]}
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Sent:
    """Money that went, or came back."""

    amount_minor: int
    currency: str
    paid_on: date
    receipt: str
    reverses_id: UUID | None = None


def _note(
    session: Session,
    duty: Duty,
    row: CauseAccount,
    sent: _Sent,
    intent: Intent | None,
    at: datetime,
) -> Payout:
    payout = Payout(
        merchant_id=duty.merchant_id,
        id=new_id(),
        cause=row.key,
        amount_minor=sent.amount_minor,
        currency=sent.currency,
        paid_on=sent.paid_on,
        receipt=sent.receipt.strip(),
        beneficiary=row.beneficiary,
        tax_code=row.tax_code,
        reverses_id=sent.reverses_id,
        actor=duty.actor,
        key_hash=intent.key_hash if intent else None,
        body_hash=intent.body_hash if intent else None,
        recorded_at=at,
    )
    session.add(payout)
    session.flush()
    outbox.add(
        session,
        merchant_id=duty.merchant_id,
        kind="cause.paid",
        facts={"cause": row.key, "payout": ref("pay", payout.id)},
        at=at,
    )
    return payout
