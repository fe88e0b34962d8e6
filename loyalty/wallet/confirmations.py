"""The link in the mail that proves an address: one button, and nothing personal around it."""

from flask import Response, make_response, render_template

from loyalty.cards import confirming
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Unknown
from loyalty.wallet.blueprint import blueprint
from loyalty.web import guard, reads
from loyalty.web.locale import gettext, open_shop

_TOKEN_MAX = 100


@blueprint.get("/j/ok/<token>")
@guard.public("the link is the proof; looking at it burns nothing, so previews are harmless")
def look_at_confirmation(token: str) -> Response:
    """One button, and nothing personal before it or after it."""
    try:
        merchant_id = confirming.look_at(reads.session(), token=token[:_TOKEN_MAX], at=clock.now())
    except Unknown:
        return _no_confirmation()
    open_shop(merchant_id)
    return make_response(render_template("wallet/confirm.html"))


@blueprint.post("/j/ok/<token>")
@guard.public("the link is the proof")
def confirm(token: str) -> Response:
    """The address is theirs from now on."""
    try:
        with write() as records:
            found = confirming.confirm(records, token=token[:_TOKEN_MAX], at=clock.now())
    except Unknown:
        return _no_confirmation()
    open_shop(found.merchant_id)
    double = gettext(
        "There is more than one card with this address here. In the shop they can make them one,"
        " and nothing on them is lost."
    )
    page = render_template(
        "wallet/message.html",
        sign="circle-check",
        title=gettext("Thank you, your address is confirmed"),
        text=double if found.is_double else gettext("You can close this page: that was all."),
    )
    return make_response(page)


def _no_confirmation() -> Response:
    page = render_template(
        "wallet/message.html",
        sign="hourglass",
        title=gettext("This link no longer works"),
        text=gettext(
            "It is good for three days, and only for the address you left last. Your card works all"
            " the same; there, under “My data”, you can leave your address again."
        ),
    )
    return make_response(page, 404)
