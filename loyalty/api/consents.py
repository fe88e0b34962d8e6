"""Consents for other programs: keep what a customer said, and show what it comes to."""

from typing import Any

from flask import Response

from loyalty.api.consent_answers import ConsentAnswer, ConsentsAnswer, ProofAnswer
from loyalty.api.lists import PageQuery, page
from loyalty.api.operation import Contract, Section, answer
from loyalty.core import clock
from loyalty.core.db import read, write
from loyalty.core.errors import StateConflict
from loyalty.core.ids import ref
from loyalty.customers import consents, directory, living, proof
from loyalty.customers.consents import Consent, Purpose
from loyalty.customers.models import ConsentEvent
from loyalty.web import guard
from loyalty.web.fields import NOT_BLANK, Body, Choice, Flag, Line, Moment

section = Section("consents", "What customers agree to, each purpose apart.")


class ConsentBody(Body):
    """One consent, given or withdrawn; withdrawing takes as many fields as giving."""

    purpose = Choice(*(each.value for each in Purpose), required=True)
    given = Flag(required=True)
    text_id = Line(
        (1, 120),
        pattern=NOT_BLANK,
        required=True,
        metadata={"description": "the exact text and version that was shown"},
    )
    source = Line(
        (1, 40),
        pattern=NOT_BLANK,
        required=True,
        metadata={"description": "where it was said, like counter or web"},
    )
    at = Moment(allow_none=True, metadata={"description": "when it was said; absent is now"})


@section.call(
    "POST",
    "/customers/<customer:customer_ref>/consents",
    Contract(
        scope="customers:write",
        body=ConsentBody,
        answer=ConsentAnswer,
        status=201,
        unknown=("customer",),
        refusals=(StateConflict,),
    ),
)
def record_consent(body: dict[str, Any], customer_ref: str) -> Response:
    """Record that a customer gave a consent or withdrew it.

    Of a customer who was merged into another, a withdrawal is recorded for that one, whom the
    answer names; a consent is refused with `state_conflict`, which names them too.
    """
    said = Consent(
        purpose=Purpose(body["purpose"]),
        given=body["given"],
        text_id=body["text_id"],
        source=body["source"],
        occurred_at=body.get("at"),
    )
    with write() as session:
        event = consents.record(
            session, duty=guard.duty(), customer_ref=customer_ref, consent=said, at=clock.now()
        )
    return answer(_shown(event), 201)


@section.call(
    "GET",
    "/customers/<customer:customer_ref>/consents",
    Contract(scope="customers:read", query=PageQuery, answer=ConsentsAnswer, unknown=("customer",)),
)
def list_consents(query: dict[str, Any], customer_ref: str) -> Response:
    """Show what a customer agrees to now, and everything they said, in the order of recording.

    Of a customer who was merged into another, the state is the other's.
    """
    merchant_id = guard.duty().merchant_id
    with read() as session:
        customer = directory.find(session, merchant_id=merchant_id, customer_ref=customer_ref)
        into = living.resolve(session, merchant_id=merchant_id, customer_id=customer.id)
        found = consents.log(
            session,
            merchant_id=merchant_id,
            customer_id=customer.id,
            after=query.get("cursor"),
            limit=query["limit"] + 1,
        )
        told = {
            "customer": customer_ref,
            "merged_into": None if into == customer.id else ref("cus", into),
            "state": consents.of(session, merchant_id=merchant_id, customer_ref=customer_ref),
        }
        events = page([_shown(one) for one in found], [one.id for one in found], query["limit"])
    return answer({**told, **events})


@section.call(
    "GET",
    "/customers/<customer:customer_ref>/consents/proof",
    Contract(scope="customers:read", answer=ProofAnswer, unknown=("customer",)),
)
def prove_consents(customer_ref: str) -> Response:
    """Show everything a customer ever said, each with the exact words that they read.

    What they said under a customer that was merged into them is there too.
    """
    merchant_id = guard.duty().merchant_id
    with read() as session:
        found = proof.of(session, merchant_id=merchant_id, customer_ref=customer_ref)
    return answer({"customer": customer_ref, "items": [line.plain() for line in found]})


def _shown(event: ConsentEvent) -> dict[str, Any]:
    return {
        "ref": ref("cns", event.id),
        "customer": ref("cus", event.customer_id),
        "purpose": event.purpose,
        "given": event.given,
        "text_id": event.text_id,
        "source": event.source,
        "actor": event.actor,
        "at": clock.rfc3339(event.at),
        "recorded_at": clock.rfc3339(event.recorded_at),
        "merge": ref("mrg", event.merge_id) if event.merge_id else None,
    }
