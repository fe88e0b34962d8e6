"""A visit: a purchase at the counter becomes units on a card, exactly once."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards import lookup
from loyalty.cards.lookup import CardFacts
from loyalty.cards.tokens import read_scan
from loyalty.core import outbox
from loyalty.core.clock import rfc3339
from loyalty.core.db import table
from loyalty.core.errors import Invalid, StateConflict
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.counter import desk as desks
from loyalty.counter import limits, proofs, receipts, sale
from loyalty.counter.desk import Desk, Place
from loyalty.counter.models import Visit
from loyalty.counter.requests import LINES_MAX, Answer, LineRequest, VisitRequest, amount_in
from loyalty.counter.rollups import upkeep
from loyalty.counter.sale import Recorded, Sale
from loyalty.ledger import store, writing
from loyalty.ledger.state import Intent
from loyalty.merchants.places import find_location, find_or_add_location
from loyalty.merchants.roles import Duty, Permission
from loyalty.programs import catalogue
from loyalty.programs.catalogue import PublishedVersion
from loyalty.programs.expiry import lot_expires_at

_VISIT = table(Visit)
_ALL_OR_NONE = Text(
    "dai l'importo a tutte le righe, o a nessuna", "give each line its amount, or none of them"
)
_AMOUNT_NEEDED = Text(
    "serve: il programma conta quanto si paga", "needed: the program counts what was paid"
)
_TAX_TOO_LARGE = Text("non può superare l'importo", "cannot be more than the amount")


def accrue(
    session: Session, *, duty: Duty, request: VisitRequest, intent: Intent, at: datetime
) -> Answer:
    """Record one purchase. The same key always gives the same receipt.

    Raises Unknown, CardBlocked, ProgramPaused, OwnCard, ProofTooWeak, LimitReached, StateConflict,
    CurrencyMismatch, Invalid, KeyReused; a refusal changes nothing and leaves the key free.
    """
    duty.demand(Permission.ACCRUE)
    if answer := store.replay(session, duty.merchant_id, intent):
        return Answer(answer, replayed=True)
    scan = read_scan(request.scan)
    facts = lookup.by_scan(session, merchant_id=duty.merchant_id, scan=scan)
    facts.demand_open()
    desks.refuse_own_card(facts, duty)
    version = _version(session, facts, request.occurred_at)
    shown_at = request.occurred_at or at
    proof = proofs.prove(session, duty=duty, facts=facts, scan=scan, at=shown_at)
    proofs.demand_to_earn(proof, version.document.proof_earn)
    sold = _sale(request, facts, version, at)
    desk = _lock(session, facts, version, sold, at)
    if answer := store.replay(session, duty.merchant_id, intent):
        return Answer(answer, replayed=True)
    desks.catch_up(desk)
    if sold.external_ref is not None:
        _refuse_known(session, desk, sold.external_ref)
    proof = proofs.use_up(session, proof, duty=duty, act="accrue", at=at)
    proofs.demand_to_earn(proof, version.document.proof_earn)
    location_id = _location(session, duty, request, at)
    measured = limits.check(session, desk, duty, sold, location_id=location_id)
    origin = desks.origin(
        desk.place,
        duty,
        version=version.number,
        occurred_at=sold.occurred_at,
        recorded_at=at,
        proof=proof.level,
        location_id=location_id,
    )
    done = sale.record(desk, sold, origin=origin, intent=intent)
    visit = ref("vis", done.operation["id"])
    limits.note_lifted(session, duty=duty, found=measured, visit=visit, at=at)
    if desk.place.day(sold.occurred_at) < desk.place.day(at):
        desk.ranks.sold(_version(session, facts, None), done.operation, desk.place.day(at))
    warnings = [*_kept_offline(request), *_tax_missing(desk, sold), *measured.warnings]
    body = _settle(session, facts, desk, sold, done, warnings)
    return Answer(body)


def _lock(
    session: Session, facts: CardFacts, version: PublishedVersion, sold: Sale, at: datetime
) -> Desk:
    """A late sale may bring units that are over already: to write them off takes the whole book."""
    ends = [
        lot_expires_at(unit.expiry, sold.occurred_at, facts.timezone)
        for unit in version.document.units
    ]
    is_over = any(end is not None and end <= at for end in ends)
    lock = desks.lock_desk if is_over else desks.lock_desk_to_earn
    return lock(session, place=Place.of(facts), version=version, at=at)


def _version(session: Session, facts: CardFacts, occurred_at: datetime | None) -> PublishedVersion:
    """The rules in force now, or on the day of a sale that is entered late."""
    number = facts.demand_running()
    if occurred_at is not None:
        published = catalogue.published_numbers(
            session, merchant_id=facts.merchant_id, program_id=facts.program_id
        )
        number = catalogue.number_at(published, occurred_at)
    return catalogue.version(
        session, merchant_id=facts.merchant_id, program_id=facts.program_id, number=number
    )


def _sale(request: VisitRequest, facts: CardFacts, version: PublishedVersion, at: datetime) -> Sale:
    amount = amount_in(request.amount, facts.currency, "amount")
    if len(request.lines) > LINES_MAX:
        raise Invalid({"lines": [Text(f"al massimo {LINES_MAX}", f"at most {LINES_MAX}")]})
    lines = _with_amounts(request.lines, amount)
    if lines and amount is None and all(line.amount_minor is not None for line in lines):
        amount = sum(line.amount_minor or 0 for line in lines)
    if version.document.counts_money and amount is None:
        raise Invalid({"amount": [_AMOUNT_NEEDED]})
    tax = amount_in(request.tax, facts.currency, "tax")
    if tax is not None and tax > (amount or 0):
        raise Invalid({"tax": [_TAX_TOO_LARGE]})
    return Sale(
        occurred_at=request.occurred_at or at,
        amount_minor=amount,
        lines=lines,
        tax_minor=tax,
        discount_minor=amount_in(request.discount, facts.currency, "discount"),
        external_ref=request.external_ref,
    )


def _with_amounts(lines: tuple[LineRequest, ...], amount: int | None) -> tuple[LineRequest, ...]:
    """Lines add up to the amount; the one line without an amount, if any, takes the rest."""
    given = sum(line.amount_minor or 0 for line in lines)
    silent = [line for line in lines if line.amount_minor is None]
    if not lines or amount is None or len(silent) == len(lines) > 1:
        return lines
    if len(silent) > 1:
        raise Invalid({"lines": [_ALL_OR_NONE]})
    rest = amount - given
    if rest < 0 or (rest and not silent):
        raise Invalid({"lines": [_do_not_add_up(given, amount)]})
    return tuple(
        LineRequest(line.sku, line.item, line.category, line.quantity_milli, rest)
        if line.amount_minor is None
        else line
        for line in lines
    )


def _do_not_add_up(given: int, amount: int) -> Text:
    return Text(
        f"le righe fanno {given}, l'importo è {amount}",
        f"the lines add up to {given}, the amount is {amount}",
    )


def _location(session: Session, duty: Duty, request: VisitRequest, at: datetime) -> UUID | None:
    """Where it was: a location by its ref, or by the name that the till gives it."""
    named = request.location
    if named is None:
        return duty.location_id
    if named.startswith("loc_"):
        return find_location(session, merchant_id=duty.merchant_id, location_ref=named)
    return find_or_add_location(session, merchant_id=duty.merchant_id, name=named.strip(), at=at)


def _kept_offline(request: VisitRequest) -> list[dict[str, str]]:
    said = Text(
        "Registrata in cassa senza rete, arrivata più tardi.",
        "Recorded at the till without network, arrived later.",
    )
    return [receipts.warning("kept_offline", said)] if request.kept_offline else []


def _tax_missing(desk: Desk, sold: Sale) -> list[dict[str, str]]:
    if desk.version.document.tax != "net" or sold.tax_minor is not None or not sold.amount_minor:
        return []
    said = Text(
        "L'IVA non è indicata: conta tutto l'importo.",
        "The tax was not given: the whole amount counts.",
    )
    return [receipts.warning("tax_missing", said)]


def _refuse_known(session: Session, desk: Desk, external_ref: str) -> None:
    known = session.execute(
        sa.select(Visit.id).where(
            Visit.merchant_id == desk.place.merchant_id,
            Visit.program_id == desk.place.program_id,
            Visit.external_ref == external_ref,
        )
    ).scalar_one_or_none()
    if known is not None:
        raise StateConflict(visit=ref("vis", known))


def _settle(
    session: Session,
    facts: CardFacts,
    desk: Desk,
    sold: Sale,
    done: Recorded,
    warnings: list[dict[str, str]],
) -> dict[str, Any]:
    """Late sales may bring lots that are over already; then the receipt, and everything written."""
    desks.catch_up(desk)
    body = receipts.receipt(
        desk,
        done.operation,
        reasons=done.reasons,
        earned=done.earned,
        pledged=done.pledged,
        amount_minor=sold.amount_minor,
        vouchers=done.vouchers,
        warnings=[*warnings, *done.warnings],
    )
    done.operation["answer"] = body
    writing.write_book(session, desk.book)
    upkeep.count(session, desk.book, holders={facts.card_id: facts.customer_id})
    outbox.add(
        session,
        merchant_id=desk.place.merchant_id,
        kind="visit.recorded",
        facts={"visit": body["ref"], "at": rfc3339(sold.occurred_at)},
        at=desk.at,
    )
    return body
