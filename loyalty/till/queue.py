"""Visits from the phone's own queue, one at a time, and what the phone asks before it sends."""

import logging
from typing import Any

from flask import request, url_for
from flask_wtf.csrf import generate_csrf
from marshmallow import ValidationError

from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import BadJson, Invalid
from loyalty.core.ids import ref
from loyalty.core.money import AMOUNT_MINOR_MAX, Money
from loyalty.counter import offline
from loyalty.counter.offline import KeptVisit
from loyalty.counter.requests import VisitRequest
from loyalty.counter.requests import intent as make_intent
from loyalty.ledger.state import Intent
from loyalty.merchants import acts
from loyalty.merchants.roles import Permission
from loyalty.till import products, seals
from loyalty.till.blueprint import KEY_LETTERS, blueprint
from loyalty.web import guard
from loyalty.web.fields import Body, Line, Moment, Whole, spoken
from loyalty.web.locale import pick, shop

log = logging.getLogger(__name__)
PIECES_MAX = 99
_SOLD = ("scan", "amount_minor", "pieces", "category", "product")


class _Kept(Body):
    """A visit as the phone keeps it; `happened_at` and `sent_at` are by the phone's own clock."""

    key = Line((KEY_LETTERS, KEY_LETTERS), required=True)
    scan = Line((1, 300), required=True)
    amount_minor = Whole(0, AMOUNT_MINOR_MAX)
    pieces = Whole(0, PIECES_MAX)
    category = Line((1, 120))
    product = Line((1, products.PACKED_MAX))
    by = Line((1, seals.LETTERS_MAX), required=True)
    happened_at = Moment(required=True)
    sent_at = Moment(required=True)


class _Discarded(Body):
    """A refused visit that somebody took out of the queue for good."""

    key = Line((KEY_LETTERS, KEY_LETTERS), required=True)
    amount_minor = Whole(0, AMOUNT_MINOR_MAX)
    pieces = Whole(0, PIECES_MAX)


_kept_visit, _discarded_visit = _Kept(), _Discarded()


@blueprint.get("/pulse")
@guard.staff(Permission.ACCRUE)
def pulse() -> dict[str, str]:
    """Whether the house answers, to whom, and what a form needs to be believed."""
    return {
        "shop": ref("mer", guard.duty().merchant_id),
        "by": seals.seal(),
        "csrf": generate_csrf(),
    }


@blueprint.post("/queue")
@guard.staff(Permission.ACCRUE)
def receive() -> dict[str, Any]:
    """Record a kept visit once, however often and in whatever order the phone sends it."""
    at, values = clock.now(), _read(_kept_visit)
    kept = KeptVisit(_request(values), values["happened_at"], values["sent_at"])
    with write() as session:
        answer = offline.record(
            session, duty=seals.duty_of(values["by"]), kept=kept, intent=_intent(values), at=at
        )
    off = kept.clock_off_minutes(at)
    if off:
        log.warning("till_clock_off", extra={"facts": {"minutes": off}})
    return {
        "state": "known" if answer.replayed else "done",
        "receipt": url_for("till.visit_receipt", visit_ref=answer.body["ref"]),
        "clock_off_minutes": off,
    }


@blueprint.post("/queue/discarded")
@guard.staff(Permission.ACCRUE)
def discard() -> dict[str, Any]:
    """Write into the staff log that a refused visit was given up, and by whom."""
    values = _read(_discarded_visit)
    with write() as session:
        acts.note(
            session,
            duty=guard.duty(),
            act="visit.discard",
            target=values.pop("key"),
            at=clock.now(),
            **values,
        )
    return {"state": "noted"}


def _read(schema: Body) -> dict[str, Any]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise BadJson
    try:
        values: dict[str, Any] = schema.load(body)
    except ValidationError as error:
        raise Invalid(spoken(error.messages, pick)) from error
    return values


def _request(values: dict[str, Any]) -> VisitRequest:
    here, amount = shop(), values.get("amount_minor")
    assert here is not None, "a guarded route has a shop"
    return VisitRequest(
        scan=values["scan"],
        amount=None if amount is None else Money(amount, here.currency),
        lines=products.lines(values, pieces=values.get("pieces"), amount=amount),
    )


def _intent(values: dict[str, Any]) -> Intent:
    """The key is the phone's, whoever sends it; what was sold must be the same, not when."""
    said = [values.get(name) for name in _SOLD]
    return make_intent(f"queue:{values['key']}", said)
