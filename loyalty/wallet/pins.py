"""The holder's own PIN: chosen and given up on the phone on which the card is open."""

from uuid import UUID

from flask import Response, make_response, redirect, render_template, url_for

from loyalty.cards import pin
from loyalty.core.db import write
from loyalty.core.errors import Invalid
from loyalty.wallet.blueprint import blueprint
from loyalty.wallet.opening import WHY, Mine, closed, open_card
from loyalty.web import guard, reads
from loyalty.web.fields import Body, Secret
from loyalty.web.forms import FormState, read_form
from loyalty.web.locale import pick


class _Pin(Body):
    pin = Secret(required=True)


_pin_form = _Pin()


@blueprint.get("/c/<card_ref>/pin")
@guard.public(WHY)
def my_pin(card_ref: str) -> Response:
    """What a PIN is for, and the form to choose one."""
    mine = open_card(card_ref)
    return closed() if mine is None else _page(mine, FormState())


@blueprint.post("/c/<card_ref>/pin")
@guard.public(WHY)
def choose_pin(card_ref: str) -> Response:
    """Ask for this PIN from now on."""
    mine = open_card(card_ref)
    if mine is None:
        return closed()
    form = read_form(_pin_form)
    if form.is_valid:
        try:
            pin_hash = pin.hash_pin(form.values["pin"])
        except Invalid as no:
            form = form.refuse("pin", pick(no.facts["fields"]["pin"][0]))
    if not form.is_valid:
        return _page(mine, form, 422)
    with write() as session:
        pin.choose(session, **_card(mine), pin_hash=pin_hash, at=mine.at)
    return _back(card_ref)


@blueprint.post("/c/<card_ref>/pin/none")
@guard.public(WHY)
def no_pin(card_ref: str) -> Response:
    """Ask for none any more."""
    mine = open_card(card_ref)
    if mine is None:
        return closed()
    with write() as session:
        pin.give_up(session, **_card(mine))
    return _back(card_ref)


def _page(mine: Mine, form: FormState, status: int = 200) -> Response:
    is_asked = pin.is_asked(reads.session(), **_card(mine))
    page = render_template("wallet/pin.html", form=form, is_asked=is_asked, card_ref=mine.facts.ref)
    return make_response(page, status)


def _card(mine: Mine) -> dict[str, UUID]:
    return {"merchant_id": mine.facts.merchant_id, "card_id": mine.facts.card_id}


def _back(card_ref: str) -> Response:
    return make_response(redirect(url_for("wallet.my_pin", card_ref=card_ref), 303))
