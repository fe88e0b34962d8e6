"""The phone's own queue: visits and rewards, one at a time, and what it asks before it sends."""

import logging
from datetime import datetime
from typing import Any

from flask import request, url_for
from flask_wtf.csrf import generate_csrf
from marshmallow import ValidationError
from sqlalchemy.orm import Session

from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import BadJson, Invalid
from loyalty.core.ids import ref
from loyalty.core.money import AMOUNT_MINOR_MAX, Money
from loyalty.counter import offline
from loyalty.counter.offline import Kept
from loyalty.counter.requests import Answer, VisitRequest
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
    """A visit, or a reward, as the phone keeps it; both times are by the phone's own clock."""

    key = Line((KEY_LETTERS, KEY_LETTERS), required=True)
    scan = Line((1, 300), required=True)
    amount_minor = Whole(0, AMOUNT_MINOR_MAX)
    pieces = Whole(0, PIECES_MAX)
    category = Line((1, 120))
    product = Line((1, products.PACKED_MAX))
    reward = Line((1, 64))
    by = Line((1, seals.LETTERS_MAX), required=True)
    happened_at = Moment(required=True)
    sent_at = Moment(required=True)


class _Discarded(Body):
    """A refused visit that somebody took out of the queue for good."""

    key = Line((KEY_LETTERS, KEY_LETTERS), required=True)
    amount_minor = Whole(0, AMOUNT_MINOR_MAX)
    pieces = Whole(0, PIECES_MAX)
    reward = Line((1, 64))


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
    """Record what the phone kept once, however often and in whatever order it sends it."""
    at, values = clock.now(), _read(_kept_visit)
    kept = Kept(values["happened_at"], values["sent_at"])
    with write() as session:
        answer = _record(session, values, kept, at)
    off = kept.clock_off_minutes(at)
    if off:
        log.warning("till_clock_off", extra={"facts": {"minutes": off}})
    return {
        "state": "known" if answer.replayed else "done",
        "receipt": _receipt_of(values, answer.body),
        "clock_off_minutes": off,
    }


def _record(session: Session, values: dict[str, Any], kept: Kept, at: datetime) -> Answer:
    told: dict[str, Any] = {
        "duty": seals.duty_of(values["by"]),
        "kept": kept,
        "intent": _intent(values),
        "at": at,
    }
    if reward := values.get("reward"):
        return offline.hand_over(session, scan=values["scan"], reward=reward, **told)
    return offline.record(session, request=_request(values), **told)


def _receipt_of(values: dict[str, Any], body: dict[str, Any]) -> str:
    if "reward" not in values:
        return url_for("till.visit_receipt", visit_ref=body["ref"])
    return url_for("till.reward_receipt", redemption_ref=body.get("redemption") or body["ref"])


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
    said += [values["reward"]] if "reward" in values else []
    return make_intent(f"queue:{values['key']}", said)
