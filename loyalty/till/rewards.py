"""Rewards over the counter: hand over, use a voucher, take back."""

from flask import Response, make_response, redirect, render_template, url_for

from loyalty.cards import lookup
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Invalid
from loyalty.core.ids import ref
from loyalty.counter import redemptions
from loyalty.merchants.roles import Permission
from loyalty.programs import catalogue
from loyalty.till import shown
from loyalty.till.blueprint import KEY_LETTERS, blueprint, intent_of
from loyalty.till.counter import card_of
from loyalty.till.guests import guest
from loyalty.web import guard, holder, reads
from loyalty.web.fields import Body, Line, Secret
from loyalty.web.forms import FormState, read_form


class _HandOver(Body):
    scan = Line((1, 300), required=True)
    reward = Line((1, 64), required=True)
    key = Line((KEY_LETTERS, KEY_LETTERS), required=True)
    holder_pin = Secret()


class _Use(Body):
    scan = Line((1, 300))
    key = Line((KEY_LETTERS, KEY_LETTERS), required=True)


class _Cancel(Body):
    reason = Line((1, 200), required=True)
    key = Line((KEY_LETTERS, KEY_LETTERS), required=True)


_hand_over_form, _use_form, _cancel_form = _HandOver(), _Use(), _Cancel()


@blueprint.post("/redemptions")
@guard.staff(Permission.REDEEM)
def hand_over() -> Response:
    """Spend the units of a reward and hand it over, in one act and under one key."""
    form = _demand(read_form(_hand_over_form))
    values = dict(form.values)
    showing = holder.confirmed(card_of(values["scan"]), values.pop("holder_pin", None))
    intent = intent_of(values.pop("key"), values)
    with write() as session:
        answer = redemptions.hand_over(
            session,
            duty=guard.duty(),
            scan=values["scan"],
            reward=values["reward"],
            intent=intent,
            at=clock.now(),
            showing=showing,
        )
    return _to_receipt(answer.body["ref"])


@blueprint.post("/vouchers/<code>/use")
@guard.staff(Permission.REDEEM)
def use_voucher(code: str) -> Response:
    """Hand over what a voucher promises."""
    form = _demand(read_form(_use_form))
    intent = intent_of(form.values["key"], [code])
    with write() as session:
        answer = redemptions.use(
            session, duty=guard.duty(), code=code, intent=intent, at=clock.now()
        )
    return _to_receipt(answer.body["redemption"])


@blueprint.post("/redemptions/<redemption_ref>/cancel")
@guard.staff(Permission.REDEEM)
def cancel_reward(redemption_ref: str) -> Response:
    """Take a reward back: the same units return to the card."""
    form = _demand(read_form(_cancel_form))
    intent = intent_of(form.values["key"], [redemption_ref, form.values["reason"]])
    with write() as session:
        redemptions.cancel(
            session,
            duty=guard.duty(),
            redemption_ref=redemption_ref,
            reason=form.values["reason"],
            intent=intent,
            at=clock.now(),
        )
    return _to_receipt(redemption_ref)


@blueprint.get("/redemptions/<redemption_ref>/receipt")
@guard.staff(Permission.REDEEM)
def reward_receipt(redemption_ref: str) -> str:
    """What was handed over, with a minute to take it back."""
    session, merchant_id, at = reads.session(), guard.duty().merchant_id, clock.now()
    found = redemptions.find(session, merchant_id=merchant_id, redemption_ref=redemption_ref)
    rules = catalogue.version(
        session, merchant_id=merchant_id, program_id=found.program_id, number=found.version
    )
    facts = lookup.find(session, merchant_id=merchant_id, card_ref=ref("crd", found.card_id))
    receipt = shown.reward_receipt(
        rules.document,
        redemption_ref=redemption_ref,
        reward=found.reward,
        state=found.state,
        since=found.used_at or found.created_at,
    )
    return render_template("till/receipt.html", receipt=receipt, card=guest(session, facts, at=at))


def _demand(form: FormState) -> FormState:
    """These forms hold nothing that a person types: a fault in them is not theirs to correct."""
    if not form.is_valid:
        raise Invalid(dict(form.errors))
    return form


def _to_receipt(redemption_ref: str) -> Response:
    return make_response(
        redirect(url_for("till.reward_receipt", redemption_ref=redemption_ref), 303)
    )
