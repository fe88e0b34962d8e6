"""Redeem: reserve a reward, hand it over, or cancel it and get the same lots back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards import lookup
from loyalty.cards.lookup import CardFacts
from loyalty.cards.tokens import CODE_LETTERS, read_scan
from loyalty.core import outbox
from loyalty.core.errors import (
    AlreadyCancelled,
    Invalid,
    Unknown,
)
from loyalty.core.ids import is_code, parse_ref, ref, tidy_code
from loyalty.core.text import Text
from loyalty.counter import desk as desks
from loyalty.counter import offers, proofs, receipts, vouchers
from loyalty.counter.desk import Desk, Place
from loyalty.counter.models import Redemption
from loyalty.counter.proofs import NOW, Showing
from loyalty.counter.requests import Answer
from loyalty.counter.usable import usable
from loyalty.ledger import store, writing
from loyalty.ledger.state import Intent, Reason, require
from loyalty.merchants.roles import Duty, Permission
from loyalty.programs import catalogue
from loyalty.programs.document import Reward

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Voucher:
    """A voucher as a till needs to see it; `state` is reserved, fulfilled, cancelled or expired."""

    redemption: Redemption
    reward: Reward
    state: str


def reserve(
    session: Session,
    *,
    duty: Duty,
    scan: str,
    reward: str,
    intent: Intent,
    at: datetime,
    showing: Showing = NOW,
) -> Answer:
    """Spend the units of a reward and put a voucher out. The same key gives the same receipt.

    Raises Unknown, CardBlocked, ProgramPaused, OwnCard, ProofTooWeak, InsufficientUnits, KeyReused.
    """
    duty.demand(Permission.REDEEM)
    if answer := store.replay(session, duty.merchant_id, intent):
        return Answer(answer, replayed=True)
    read = read_scan(scan)
    facts = lookup.by_scan(session, merchant_id=duty.merchant_id, scan=read)
    facts.demand_open()
    desks.refuse_own_card(facts, duty)
    version = catalogue.version(
        session,
        merchant_id=facts.merchant_id,
        program_id=facts.program_id,
        number=facts.demand_running(),
    )
    proof = proofs.prove(session, duty=duty, facts=facts, scan=read, at=showing.at or at)
    proofs.demand(proof, version.document.proof_redeem)
    proofs.demand_pin(session, proof, facts, showing)
    wanted = version.document.reward(reward)
    if wanted is None:
        raise Unknown("reward")
    desk = desks.lock_desk(session, place=Place.of(facts), version=version, at=at)
    if answer := store.replay(session, duty.merchant_id, intent):
        return Answer(answer, replayed=True)
    desks.catch_up(desk)
    if refused := vouchers.refusal(desk, wanted, at):
        raise refused
    _demand_units(desk, wanted)
    proof = proofs.use_up(session, proof, duty=duty, act="redeem", at=at)
    level = proofs.demand(proof, version.document.proof_redeem)
    if refused := desk.offers.take(wanted):
        raise refused
    origin = desks.origin(
        desk.place, duty, version=version.number, occurred_at=at, recorded_at=at, proof=level
    )
    issued = vouchers.issue(desk, wanted, origin=origin, intent=intent)
    body = receipts.receipt(
        desk,
        issued.operation,
        reasons=issued.reasons,
        pledged=offers.donated(wanted, version.document),
        vouchers=[issued.redemption],
    )
    return _finish(session, desk, issued.operation, body, "redemption.reserved")


def _demand_units(desk: Desk, wanted: Reward) -> None:
    """Raise InsufficientUnits before one of a stock is taken for nothing."""
    for key, units in wanted.cost.items():
        require(desk.account(key), units, desk.at)


def fulfil(
    session: Session, *, duty: Duty, redemption_ref: str, intent: Intent | None, at: datetime
) -> Answer:
    """Hand a reserved reward over; using its voucher is the same act.

    Raises Unknown, CardBlocked, OwnCard, AlreadyUsed, AlreadyCancelled, and RewardUnavailable when
    its last day has passed.
    """
    duty.demand(Permission.REDEEM)
    if intent and (answer := store.replay(session, duty.merchant_id, intent)):
        return Answer(answer, replayed=True)
    redemption = find(session, merchant_id=duty.merchant_id, redemption_ref=redemption_ref)
    facts = _card_of(session, redemption)
    facts.demand_open()
    desks.refuse_own_card(facts, duty)
    desk = _lock(session, facts, redemption, at)
    if intent and (answer := store.replay(session, duty.merchant_id, intent)):
        return Answer(answer, replayed=True)
    session.refresh(redemption)
    vouchers.demand_usable(redemption, at)
    origin = desks.origin(
        desk.place, duty, version=redemption.version, occurred_at=at, recorded_at=at
    )
    operation = desk.book.begin("fulfilment", origin, intent=intent)
    vouchers.hand_over(session, redemption, at)
    body = _body(desk, operation, redemption, "fulfilled", [])
    return _finish(session, desk, operation, body, "redemption.fulfilled")


def use(session: Session, *, duty: Duty, code: str, intent: Intent | None, at: datetime) -> Answer:
    """Hand over what a voucher promises; see fulfil. Raises Unknown("voucher")."""
    found = voucher(session, merchant_id=duty.merchant_id, code=code, at=at)
    return fulfil(
        session,
        duty=duty,
        redemption_ref=ref("red", found.redemption.id),
        intent=intent,
        at=at,
    )


def cancel(
    session: Session,
    *,
    duty: Duty,
    redemption_ref: str,
    reason: str,
    intent: Intent,
    at: datetime,
) -> Answer:
    """Take a redemption back, also a handed-over one: the same lots get their units again.

    Raises Unknown, AlreadyCancelled, RewardUnavailable (ended unused: units are not returned).
    """
    duty.demand(Permission.REDEEM)
    if not reason.strip():
        raise Invalid({"reason": [Text("di' perché", "say why")]})
    if answer := store.replay(session, duty.merchant_id, intent):
        return Answer(answer, replayed=True)
    redemption = find(session, merchant_id=duty.merchant_id, redemption_ref=redemption_ref)
    desk = _lock(session, _card_of(session, redemption), redemption, at)
    if answer := store.replay(session, duty.merchant_id, intent):
        return Answer(answer, replayed=True)
    session.refresh(redemption)
    _demand_cancellable(redemption, at)
    desks.catch_up(desk)
    origin = desks.origin(
        desk.place, duty, version=redemption.version, occurred_at=at, recorded_at=at
    )
    operation, said = vouchers.give_back(
        session,
        desk,
        redemption,
        version=desk.version,
        origin=origin,
        intent=intent,
        reason=reason.strip(),
    )
    desks.catch_up(desk)
    body = _body(desk, operation, redemption, "cancelled", said)
    return _finish(session, desk, operation, body, "redemption.cancelled")


def _demand_cancellable(redemption: Redemption, at: datetime) -> None:
    if redemption.state == "cancelled":
        raise AlreadyCancelled
    vouchers.demand_in_time(redemption, at)


def hand_over(
    session: Session,
    *,
    duty: Duty,
    scan: str,
    reward: str,
    intent: Intent,
    at: datetime,
    showing: Showing = NOW,
) -> Answer:
    """Reserve a reward and hand it over at once, as at the till; one key covers both."""
    told = {"scan": scan, "reward": reward}
    answer = reserve(session, duty=duty, intent=intent, at=at, showing=showing, **told)
    is_done = answer.body["vouchers"][0]["state"] == "fulfilled"  # a donation is, at once
    if not answer.replayed and not is_done:
        fulfil(session, duty=duty, redemption_ref=answer.body["ref"], intent=None, at=at)
    return answer


def find(session: Session, *, merchant_id: UUID, redemption_ref: str) -> Redemption:
    """The merchant's redemption of that ref. Raises Unknown("redemption")."""
    redemption_id = parse_ref("red", redemption_ref)
    redemption = session.get(Redemption, (merchant_id, redemption_id)) if redemption_id else None
    if redemption is None:
        raise Unknown("redemption")
    return redemption


def voucher(session: Session, *, merchant_id: UUID, code: str, at: datetime) -> Voucher:
    """The merchant's voucher of that code, whatever its state. Raises Unknown("voucher")."""
    tidy = tidy_code(code)
    if not is_code(tidy, CODE_LETTERS):
        raise Unknown("voucher")
    redemption = session.execute(
        sa.select(Redemption).where(Redemption.merchant_id == merchant_id, Redemption.code == tidy)
    ).scalar_one_or_none()
    if redemption is None:
        raise Unknown("voucher")
    return _voucher(session, redemption, at)


def of_card(
    session: Session, *, merchant_id: UUID, card_id: UUID, at: datetime, limit: int = 50
) -> list[Voucher]:
    """The card's vouchers that can still be used, the youngest first."""
    rows = usable(session, merchant_id=merchant_id, card_id=card_id, at=at, limit=limit)
    return [_voucher(session, row, at) for row in rows]


def _voucher(session: Session, redemption: Redemption, at: datetime) -> Voucher:
    rules = catalogue.version(
        session,
        merchant_id=redemption.merchant_id,
        program_id=redemption.program_id,
        number=redemption.version,
    )
    reward = rules.document.reward(redemption.reward)
    assert reward is not None, "a version keeps its rewards"
    over = redemption.state == "reserved" and vouchers.is_over(redemption.until_at, at)
    return Voucher(redemption, reward, "expired" if over else redemption.state)


def _card_of(session: Session, redemption: Redemption) -> CardFacts:
    return lookup.by_id(session, merchant_id=redemption.merchant_id, card_id=redemption.card_id)


def _lock(session: Session, facts: CardFacts, redemption: Redemption, at: datetime) -> Desk:
    version = catalogue.version(
        session,
        merchant_id=redemption.merchant_id,
        program_id=redemption.program_id,
        number=redemption.version,
    )
    return desks.lock_desk(session, place=Place.of(facts), version=version, at=at)


def _body(
    desk: Desk, operation: Row, redemption: Redemption, state: str, said: list[Reason]
) -> dict[str, Any]:
    reward = desk.version.document.reward(redemption.reward)
    given = offers.donated(reward, desk.version.document) if reward and state == "cancelled" else {}
    return receipts.receipt(
        desk,
        operation,
        reasons=said,
        pledged={cause: -minor for cause, minor in given.items()},
        vouchers=[receipts.voucher_row(redemption, state)],
        redemption=ref("red", redemption.id),
    )


def _finish(
    session: Session, desk: Desk, operation: Row, body: dict[str, Any], kind: str
) -> Answer:
    operation["answer"] = body
    writing.write_book(session, desk.book)
    facts = {"redemption": body["vouchers"][0]["redemption"]}
    outbox.add(session, merchant_id=desk.place.merchant_id, kind=kind, facts=facts, at=desk.at)
    return Answer(body)
