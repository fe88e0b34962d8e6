"""Correcting a balance by hand: by who may, or with the PIN of somebody who may."""

from typing import Any

from flask import Response, make_response, redirect, render_template, url_for

from loyalty.cards import lookup
from loyalty.cards.lookup import CardFacts
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import InsufficientUnits, WrongPin
from loyalty.core.text import Text
from loyalty.counter import adjustments
from loyalty.counter.requests import AdjustmentRequest
from loyalty.merchants.roles import Permission
from loyalty.till import approvals
from loyalty.till.blueprint import KEY_LETTERS, blueprint, intent_of, new_key
from loyalty.till.guests import Guest, guest
from loyalty.till.shown import Receipt
from loyalty.web import cardface, guard, reads
from loyalty.web.fields import Body, Choice, Line, Secret
from loyalty.web.forms import FormState, TypedWhole, read_form
from loyalty.web.locale import gettext, pick
from loyalty.web.visitrows import reason_lines

_UNITS_MAX = 100_000  # by hand; an import or the API has its own bounds
_HOW_MANY = Text("Scrivi quanti.", "Write how many.")
_SAY_WHY = Text("Servono due parole: le legge il cliente.", "A few words: the customer reads them.")
_WHO = Text("Scegli chi dà il permesso.", "Choose who allows it.")
_TYPE_PIN = Text("Ora il PIN di chi dà il permesso.", "Now the PIN of who allows it.")


class _Adjust(Body):
    key = Line((KEY_LETTERS, KEY_LETTERS), required=True)
    unit = Line((1, 32), required=True)
    direction = Choice("add", "take", required=True)
    units = TypedWhole(1, _UNITS_MAX)
    reason = Line((1, 200))
    approver = Line((1, 40))
    pin = Secret()


_form = _Adjust()


@blueprint.get("/cards/<card_ref>/adjust")
@guard.staff(Permission.ACCRUE)
def adjust(card_ref: str) -> Response:
    """How many of what, up or down, and why."""
    return _page(_facts(card_ref), FormState())


@blueprint.post("/cards/<card_ref>/adjust")
@guard.staff(Permission.ACCRUE)
def correct_balance(card_ref: str) -> Response:
    """Add or take the units; a cashier needs the word of a manager."""
    form, facts = _demand(read_form(_form)), _facts(card_ref)
    if not form.is_valid:
        return _page(facts, form, status=422)
    try:
        adjustment = _adjust(card_ref, dict(form.values))
    except WrongPin as error:
        return _page(facts, form.refuse("pin", error.sentence), status=409)
    except InsufficientUnits as error:
        return _page(facts, form.refuse("units", error.sentence), status=409)
    return make_response(redirect(url_for("till.adjusted", adjustment_ref=adjustment), 303))


@blueprint.get("/adjustments/<adjustment_ref>")
@guard.staff(Permission.ACCRUE)
def adjusted(adjustment_ref: str) -> str:
    """What was corrected, as the customer reads it too."""
    answer = adjustments.find(
        reads.session(), merchant_id=guard.duty().merchant_id, adjustment_ref=adjustment_ref
    )
    receipt = Receipt(
        title=gettext("Corrected"),
        sentence=gettext("The balance is corrected"),
        kind="gain-flat",
        reasons=reason_lines(answer),
    )
    return render_template(
        "till/receipt.html", receipt=receipt, card=_guest(_facts(answer["card"]))
    )


def _adjust(card_ref: str, values: dict[str, Any]) -> str:
    duty = approvals.let_through(values.pop("approver", None), values.pop("pin", None))
    intent = intent_of(values.pop("key"), [card_ref, values])
    units = values["units"] if values["direction"] == "add" else -values["units"]
    with write() as session:
        answer = adjustments.adjust(
            session,
            duty=duty,
            card_ref=card_ref,
            request=AdjustmentRequest(values["unit"], units, values["reason"]),
            intent=intent,
            at=clock.now(),
        )
    return str(answer.body["ref"])


def _demand(form: FormState) -> FormState:
    """What is missing, each at its field."""
    if "units" not in form.values and not form.error("units"):
        form = form.refuse("units", _HOW_MANY)
    if "reason" not in form.values and not form.error("reason"):
        form = form.refuse("reason", _SAY_WHY)
    if not _may_alone() and approvals.approvers():
        if not form.value("approver"):
            form = form.refuse("approver", _WHO)
        elif "pin" not in form.values and not form.errors:
            form = form.refuse("pin", _TYPE_PIN)
    return form


def _may_alone() -> bool:
    return Permission.ADJUST in guard.duty().permissions


def _facts(card_ref: str) -> CardFacts:
    return lookup.find(reads.session(), merchant_id=guard.duty().merchant_id, card_ref=card_ref)


def _guest(facts: CardFacts) -> Guest:
    return guest(reads.session(), facts, at=clock.now())


def _page(facts: CardFacts, form: FormState, status: int = 200) -> Response:
    facts.demand_open()
    card = _guest(facts)
    page = render_template(
        "till/adjust.html",
        card=card,
        form=form,
        key=form.raw.get("key") or new_key(),
        units=[
            (unit.key, pick(cardface.label_of(card.document, unit.key)))
            for unit in card.document.units
        ],
        may_alone=_may_alone(),
        approvers=approvals.approvers(),
        labels={
            "units": gettext("How many"),
            "reason": gettext("Why"),
            "approver": gettext("Who allows it"),
            "pin": gettext("PIN"),
        },
    )
    return make_response(page, status)
