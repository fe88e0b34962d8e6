"""Cards for other programs: make, look at, block, replace, correct."""

from typing import Any

from flask import Response

from loyalty.api.answers import (
    CardAnswer,
    CardChangedAnswer,
    CardMadeAnswer,
    ClaimAnswer,
    EntriesAnswer,
)
from loyalty.api.bodies import AdjustmentBody, CardBody, PossibleReasonBody, ReasonBody
from loyalty.api.lists import PageQuery, page
from loyalty.api.operation import Contract, Section, answer
from loyalty.api.reading import intent
from loyalty.api.receipt_answers import ReceiptAnswer
from loyalty.cards import claims, keeping, lookup, register
from loyalty.cards.lookup import CardFacts
from loyalty.cards.tokens import qr_text
from loyalty.core import clock
from loyalty.core.db import current, write
from loyalty.core.errors import CardBlocked, InsufficientUnits, ProgramPaused, StateConflict
from loyalty.core.ids import parse_ref, ref
from loyalty.counter import adjustments, standing
from loyalty.counter.receipts import PREFIX
from loyalty.counter.requests import AdjustmentRequest
from loyalty.ledger import statements
from loyalty.ledger.statements import StatementLine
from loyalty.web import guard, reads

section = Section("cards", "Cards, what they hold, and the codes that name them.")


@section.call(
    "POST",
    "/cards",
    Contract(
        scope="cards:write",
        body=CardBody,
        answer=CardMadeAnswer,
        status=201,
        keyed=True,
        unknown=("customer", "program"),
        refusals=(ProgramPaused, StateConflict),
    ),
)
def make_card(body: dict[str, Any]) -> Response:
    """Give a customer a card, with the link that brings it to their phone.

    A customer has one card in a program: a second is `state_conflict`, which names the first.
    """
    meant = intent()
    with write() as session:
        made = register.enrol(
            session,
            duty=guard.duty(),
            customer_ref=body["customer"],
            program_ref=body["program"],
            intent=meant,
            at=clock.now(),
        )
    given = made.answer
    shown = {
        "ref": given["ref"],
        "customer": given["customer"],
        "program": given["program"],
        "code": given["code"],
        "scan": _scan(given["token"]),
        "url": _claim_url(given["claim"]),
    }
    return answer(shown, 201, replayed=made.replayed)


@section.call(
    "GET",
    "/cards/<card_ref>",
    Contract(scope="cards:read", answer=CardAnswer, unknown=("card",)),
)
def get_card(card_ref: str) -> Response:
    """Get a card: what it holds, its tier, the rewards within reach, its open vouchers."""
    return answer(standing.card_standing(reads.session(), facts=_find(card_ref), at=clock.now()))


@section.call(
    "GET",
    "/cards/<card_ref>/entries",
    Contract(scope="cards:read", query=PageQuery, answer=EntriesAnswer, unknown=("card",)),
)
def list_entries(query: dict[str, Any], card_ref: str) -> Response:
    """The statement of a card, the newest entry first, each with its reasons."""
    facts = _find(card_ref)
    found = statements.entries(
        reads.session(),
        merchant_id=facts.merchant_id,
        card_id=facts.card_id,
        before=query.get("cursor"),
        limit=query["limit"] + 1,
    )
    shown = [_entry(line) for line in found]
    return answer(page(shown, [line.id for line in found], query["limit"]))


def _change(status: int = 200) -> Contract:
    return Contract(
        scope="cards:write",
        body=ReasonBody,
        answer=CardChangedAnswer,
        status=status,
        unknown=("card",),
    )


@section.call("POST", "/cards/<card_ref>/block", _change())
def block_card(body: dict[str, Any], card_ref: str) -> Response:
    """Stop a card; what it holds stays."""
    with write() as session:
        facts = keeping.block(
            session,
            duty=guard.duty(),
            card_ref=card_ref,
            reason=body["reason"],
            at=clock.now(),
        )
    return answer(_changed(facts))


@section.call("POST", "/cards/<card_ref>/unblock", _change())
def unblock_card(body: dict[str, Any], card_ref: str) -> Response:
    """Let a blocked card work again."""
    with write() as session:
        facts = keeping.unblock(
            session,
            duty=guard.duty(),
            card_ref=card_ref,
            reason=body["reason"],
            at=clock.now(),
        )
    return answer(_changed(facts))


@section.call("POST", "/cards/<card_ref>/replace", _change(201))
def replace_card(body: dict[str, Any], card_ref: str) -> Response:
    """Give a lost card new codes; the old ones stop, and nothing it holds is lost."""
    with write() as session:
        facts = keeping.replace(
            session,
            duty=guard.duty(),
            card_ref=card_ref,
            reason=body["reason"],
            at=clock.now(),
        )
    return answer(_changed(facts), 201)


@section.call(
    "POST",
    "/cards/<card_ref>/restore",
    Contract(
        scope="cards:write",
        body=ReasonBody,
        answer=CardChangedAnswer,
        unknown=("card",),
        refusals=(StateConflict,),
    ),
)
def restore_card(body: dict[str, Any], card_ref: str) -> Response:
    """Let the codes of a lost card work again, for it was found; those made since stop.

    A card that was never replaced, or whose new codes are in use by now, is a `state_conflict`.
    """
    with write() as session:
        facts = keeping.restore(
            session,
            duty=guard.duty(),
            card_ref=card_ref,
            reason=body["reason"],
            at=clock.now(),
        )
    return answer(_changed(facts))


@section.call(
    "POST",
    "/cards/<card_ref>/claims",
    Contract(
        scope="cards:write",
        body=PossibleReasonBody,
        answer=ClaimAnswer,
        status=201,
        unknown=("card",),
    ),
)
def make_claim(_body: dict[str, Any], card_ref: str) -> Response:
    """Make a fresh link that brings the card to a phone: good once, within seven days."""
    facts = _find(card_ref)
    with write() as session:
        claim_id = claims.make(
            session, merchant_id=facts.merchant_id, card_id=facts.card_id, at=clock.now()
        )
    return answer({"card": facts.ref, "url": claims.claim_url(claim_id)}, 201)


@section.call(
    "POST",
    "/cards/<card_ref>/adjustments",
    Contract(
        scope="adjust:write",
        body=AdjustmentBody,
        answer=ReceiptAnswer,
        status=201,
        keyed=True,
        unknown=("card", "unit"),
        refusals=(InsufficientUnits, CardBlocked),
    ),
)
def adjust_card(body: dict[str, Any], card_ref: str) -> Response:
    """Add units by hand, or take some; the reason stands in the customer's statement."""
    meant = intent()
    with write() as session:
        given = adjustments.adjust(
            session,
            duty=guard.duty(),
            card_ref=card_ref,
            request=AdjustmentRequest(body["unit"], body["units"], body["reason"]),
            intent=meant,
            at=clock.now(),
        )
    return answer(given.body, 201, replayed=given.replayed)


def _find(card_ref: str) -> CardFacts:
    return lookup.find(reads.session(), merchant_id=guard.duty().merchant_id, card_ref=card_ref)


def _entry(line: StatementLine) -> dict[str, Any]:
    return {
        "operation": ref(PREFIX.get(line.operation, "exp"), line.operation_id),
        "kind": line.operation,
        "unit": line.unit,
        "units": line.units,
        "balance": line.balance_after,
        "reasons": line.reasons,
        "version": line.version,
        "proof": line.proof,
        "actor": line.actor,
        "occurred_at": clock.rfc3339(line.occurred_at),
        "recorded_at": clock.rfc3339(line.recorded_at),
    }


def _changed(facts: CardFacts) -> dict[str, Any]:
    return {
        "ref": facts.ref,
        "status": "blocked" if facts.blocked_at else "active",
        "code": facts.code,
        "scan": _scan(facts.token) if facts.token else None,
    }


def _scan(token: str) -> str:
    return qr_text(current().settings.public_url, token)


def _claim_url(claim_ref: str) -> str:
    claim_id = parse_ref("clm", claim_ref)
    assert claim_id is not None, "an enrolment keeps its claim"
    return claims.claim_url(claim_id)
