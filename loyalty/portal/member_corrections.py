"""Balances corrected by hand, and visits put on the right card; each with its way back."""

from typing import Any

from flask import Response, url_for

from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import InsufficientUnits, Invalid, Refused, Unknown
from loyalty.core.ids import parse_ref, ref
from loyalty.core.text import Text
from loyalty.counter import adjustments, history, moves
from loyalty.counter.requests import AdjustmentRequest
from loyalty.customers.models import Customer
from loyalty.merchants.roles import Permission
from loyalty.portal import member, member_of
from loyalty.portal.blueprint import blueprint
from loyalty.portal.deeds import Keyed, intent_of
from loyalty.portal.member_cards import refused
from loyalty.web import guard, reads, toasts
from loyalty.web.fields import Choice, Line
from loyalty.web.forms import FormState, TypedWhole, read_form
from loyalty.web.locale import gettext, language, pick

UNITS_MAX = 100_000
# What is chosen most; the customer reads it on the card.
REASONS = {
    "mistake": Text("errore alla cassa", "a mistake at the till"),
    "forgotten": Text("visita non registrata", "a visit that was not recorded"),
    "sorry": Text("ci scusiamo per il disagio", "our apologies"),
    "gift": Text("un pensiero per te", "a little gift"),
    "other": Text("altro", "something else"),
}
_HOW_MANY = Text("Scrivi quanti.", "Write how many.")
_SAY_WHY = Text("Servono due parole: le legge il cliente.", "A few words: the customer reads them.")


class _Adjust(Keyed):
    unit = Line((1, 32), required=True)
    direction = Choice("add", "take", required=True)
    units = TypedWhole(1, UNITS_MAX)
    why = Choice(*REASONS, required=True)
    words = Line((1, 200))


class _Move(Keyed):
    card = Line((1, 300))
    move_reason = Line((1, 200))


_adjust_form, _move_form = _Adjust(), _Move()


@blueprint.post("/portal/members/<member_ref>/cards/<card_ref>/adjust")
@guard.staff(Permission.ADJUST)
def adjust_member(member_ref: str, card_ref: str) -> Response:
    """Add or take units, with a reason that the customer reads; it can be taken back."""
    member_of.demand_card(reads.session(), member_ref, card_ref)
    form = _demand(read_form(_adjust_form))
    if not form.is_valid:
        return _again(member_ref, card_ref, form, 422)
    try:
        made = _adjust(card_ref, dict(form.values))
    except Invalid as error:
        wrong = form.refuse_all(error.facts_in(language())["fields"])
        return _again(member_ref, card_ref, wrong, 422)
    except InsufficientUnits as error:
        return _again(member_ref, card_ref, form.refuse("units", error.sentence), 409)
    except Refused as error:
        return refused(member_ref, error)
    undo = url_for("portal.undo_adjustment", member_ref=member_ref, adjustment_ref=made)
    toasts.say(gettext("The balance is corrected."), undo=undo)
    return member_of.back(member_ref, "cards")


def _demand(form: FormState) -> FormState:
    if "units" not in form.values and not form.error("units"):
        form = form.refuse("units", _HOW_MANY)
    if form.value("why") == "other" and "words" not in form.values and not form.error("words"):
        form = form.refuse("words", _SAY_WHY)
    return form


def _adjust(card_ref: str, values: dict[str, Any]) -> str:
    intent = intent_of(values.pop("key"), [card_ref, values])
    units = values["units"] if values["direction"] == "add" else -values["units"]
    reason = values.get("words") or pick(REASONS[values["why"]])
    with write() as records:
        answer = adjustments.adjust(
            records,
            duty=guard.duty(),
            card_ref=card_ref,
            request=AdjustmentRequest(values["unit"], units, reason),
            intent=intent,
            at=clock.now(),
        )
    return str(answer.body["ref"])


def _again(member_ref: str, card_ref: str, form: FormState, status: int) -> Response:
    customer = member_of.find(reads.session(), member_ref)
    return member.page(customer, member.Forms(adjust=form, of=card_ref), status)


@blueprint.post("/portal/members/<member_ref>/adjustments/<adjustment_ref>/undo")
@guard.staff(Permission.ADJUST)
def undo_adjustment(member_ref: str, adjustment_ref: str) -> Response:
    """Take a correction back: the same units the other way, once."""
    records = reads.session()
    merchant_id = guard.duty().merchant_id
    made = adjustments.find(records, merchant_id=merchant_id, adjustment_ref=adjustment_ref)
    member_of.demand_card(records, member_ref, made["card"])
    try:
        with write() as session:
            adjustments.take_back(
                session, duty=guard.duty(), adjustment_ref=adjustment_ref, at=clock.now()
            )
    except Refused as error:
        return refused(member_ref, error)
    toasts.say(gettext("The correction is taken back."))
    return member_of.back(member_ref, "cards")


@blueprint.post("/portal/members/<member_ref>/visits/<visit_ref>/move")
@guard.staff(Permission.MEMBERS, Permission.VOID)
def move_member_visit(member_ref: str, visit_ref: str) -> Response:
    """Put a visit on the right card; what it earned goes along."""
    customer, form = _with_visit(member_ref, visit_ref), read_form(_move_form)
    if form.is_valid and "card" not in form.values:
        form = form.refuse("card", gettext("Type the code of the right card."))
    if form.is_valid:
        try:
            _move(visit_ref, dict(form.values))
        except Invalid as error:
            form = form.refuse_all(error.facts_in(language())["fields"])
        except (Refused, Unknown) as error:
            form = form.refuse("card", error.sentence)
    if not form.is_valid:
        return member.page(customer, member.Forms(move=form, of=visit_ref), 422)
    toasts.say(gettext("The visit is on the other card. To undo, move it back from there."))
    return member_of.back(ref("cus", customer.id), "line")


def _with_visit(member_ref: str, visit_ref: str) -> Customer:
    """The member whose visit it is. Raises Unknown."""
    records = reads.session()
    customer, visit_id = member_of.find(records, member_ref), parse_ref("vis", visit_ref)
    found = visit_id and history.one(records, merchant_id=customer.merchant_id, visit_id=visit_id)
    if not found or found.card_id not in member_of.whose(records, customer).card_ids:
        raise Unknown("visit")
    return customer


def _move(visit_ref: str, values: dict[str, Any]) -> None:
    intent = intent_of(values.pop("key"), [visit_ref, values])
    with write() as records:
        moves.move(
            records,
            duty=guard.duty(),
            visit_ref=visit_ref,
            card=values["card"],
            reason=values.get("move_reason", ""),
            intent=intent,
            at=clock.now(),
        )


@blueprint.context_processor
def _offer() -> dict[str, Any]:
    return {"adjust_reasons": lambda: [(key, pick(text)) for key, text in REASONS.items()]}
