"""Mistakes put right, for other programs: a visit on the wrong card, one person known twice."""

from datetime import timedelta
from typing import Any

from flask import Response

from loyalty.api.bodies import MergeBody, MoveBody, PossibleReasonBody
from loyalty.api.correction_answers import MergeAnswer
from loyalty.api.operation import Contract, Section, answer
from loyalty.api.reading import intent
from loyalty.api.receipt_answers import ReceiptAnswer
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import AlreadyVoided, CardBlocked, InsufficientUnits, StateConflict
from loyalty.counter import merging, moves, parting
from loyalty.customers.merging import UNDO_DAYS
from loyalty.web import guard

section = Section("corrections", "Mistakes put right, each with its way back.")


@section.call(
    "POST",
    "/visits/<visit_ref>/move",
    Contract(
        scope="visits:write",
        body=MoveBody,
        answer=ReceiptAnswer,
        status=201,
        keyed=True,
        unknown=("visit", "card"),
        refusals=(AlreadyVoided, CardBlocked, InsufficientUnits),
    ),
)
def move_visit(body: dict[str, Any], visit_ref: str) -> Response:
    """Put a visit on the right card of the same program, as if it had been made there.

    It is rated with that card's level and keeps its own time. Moving it back restores both cards.
    """
    meant = intent()
    with write() as session:
        given = moves.move(
            session,
            duty=guard.duty(),
            visit_ref=visit_ref,
            card=body["card"],
            reason=body.get("reason") or "",
            intent=meant,
            at=clock.now(),
        )
    return answer(given.body, 201, replayed=given.replayed)


@section.call(
    "POST",
    "/customers/<customer:customer_ref>/merge",
    Contract(
        scope="customers:write",
        body=MergeBody,
        answer=MergeAnswer,
        unknown=("customer",),
        refusals=(StateConflict,),
    ),
)
def merge_customer(body: dict[str, Any], customer_ref: str) -> Response:
    """Let a customer live on as another, who is the same person.

    Cards of one program become one, whose codes are those of both; every unit keeps its end, and
    the stricter consents hold. Sent again, the answer is the same. It can be undone for 30 days.
    """
    at = clock.now()
    with write() as session:
        done = merging.merge(
            session,
            duty=guard.duty(),
            customer_ref=customer_ref,
            into_ref=body["into"],
            at=at,
        )
    until = clock.rfc3339(done.merged_at + timedelta(days=UNDO_DAYS))
    return answer(_shown(done, until))


@section.call(
    "POST",
    "/customers/<customer:customer_ref>/unmerge",
    Contract(
        scope="customers:write",
        body=PossibleReasonBody,
        answer=MergeAnswer,
        unknown=("customer",),
        refusals=(StateConflict,),
    ),
)
def unmerge_customer(_body: dict[str, Any], customer_ref: str) -> Response:
    """Part two customers again, within 30 days; named by the one who was merged away.

    Each lot goes back with what is left of it, and visits scanned with the old codes since go with
    it; what was spent since stays with the survivor.
    """
    with write() as session:
        done = parting.unmerge(
            session, duty=guard.duty(), customer_ref=customer_ref, at=clock.now()
        )
    return answer(_shown(done, None))


def _shown(done: merging.MergeAnswer, undo_until: str | None) -> dict[str, Any]:
    return {
        "customer": done.survivor,
        "merged": done.loser,
        "cards": done.cards,
        "undo_until": undo_until,
    }
