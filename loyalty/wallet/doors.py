"""How a card reaches a phone: the claim link with its one button, and the QR's public address."""

from flask import Response, make_response, redirect, render_template

from loyalty.cards import claims
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import CardBlocked, Unknown
from loyalty.core.ids import tidy_code
from loyalty.merchants.roles import PERMISSIONS, Permission
from loyalty.wallet.blueprint import blueprint, keep_on_phone
from loyalty.web import guard, reads, session, visitor
from loyalty.web.locale import gettext, open_shop

_TEXT_MAX = 100


@blueprint.get("/c/open/<claim>")
@guard.public("the claim is the proof; looking at it burns nothing, so previews are harmless")
def look_at_claim(claim: str) -> Response:
    """One button, and no personal data before it is pressed."""
    try:
        found = claims.look_at(reads.session(), token=claim[:_TEXT_MAX], at=clock.now())
    except Unknown:
        return used_up()
    open_shop(found.merchant_id)
    return make_response(render_template("wallet/open.html"))


@blueprint.post("/c/open/<claim>")
@guard.public("the claim is the proof; it works once")
def open_claim(claim: str) -> Response:
    """Use the claim up, give this phone its cookie, and show the card."""
    try:
        with write() as records:
            opened = claims.open_card(
                records, token=claim[:_TEXT_MAX], at=clock.now(), browser=visitor.browser()
            )
    except Unknown:
        return used_up()
    except CardBlocked:
        return _blocked()
    response = make_response(redirect(f"/c/{opened.card_ref}", 303))
    return keep_on_phone(response, opened.card_ref, opened.secret)


@blueprint.get("/C/<token>")
@guard.public("what a phone's camera opens from the QR; it names a card and is never a login")
def scanned(token: str) -> Response:
    """From the QR to the card's page, which decides by the phone's cookie what to show.

    A cashier who scans it with the phone's own camera is offered the till instead.
    """
    tidy = tidy_code(token[:_TEXT_MAX])
    found = claims.card_by_token(reads.session(), token=tidy)
    if found is None:
        return _unknown()
    person = session.cashier()
    if person and Permission.ACCRUE in PERMISSIONS[person.role]:
        return make_response(render_template("wallet/at_till.html", code=tidy))
    return make_response(redirect(f"/c/{found}", 302))


def used_up() -> Response:
    """A claim that is used, expired or wrong: the same page for all three."""
    page = render_template(
        "wallet/gone.html",
        title=gettext("This link is used up"),
        text=gettext(
            "It works once, within seven days. If your card is already on this phone, open it"
            " from where you saved it. Otherwise the shop makes you a new link in a moment."
        ),
    )
    return make_response(page, 404)


def _blocked() -> Response:
    page = render_template(
        "wallet/gone.html",
        title=gettext("This card is blocked"),
        text=gettext("Nothing is lost: ask in the shop, and they give you a new one."),
    )
    return make_response(page, 409)


def _unknown() -> Response:
    page = render_template(
        "wallet/gone.html",
        title=gettext("Nobody here knows this card"),
        text=gettext("The code may be torn or from another place. The shop can make a new one."),
    )
    return make_response(page, 404)
