"""The links of a letter: no more of these, yes again, and the letter in the browser."""

from flask import Response, make_response, render_template

from loyalty.campaigns import answers, reading
from loyalty.campaigns.answers import Standing
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Unknown
from loyalty.wallet.blueprint import blueprint
from loyalty.web import guard, reads
from loyalty.web.locale import gettext, language, open_shop

_TOKEN_MAX = 100
_ONE_CLICK = "a mail program presses it with no cookie and no form of ours (RFC 8058)"


@blueprint.get("/u/<token>")
@guard.public("the link in the letter is the proof; looking changes nothing, scanners may")
def look_at_letters(token: str) -> Response:
    """One button, whichever way things stand."""
    try:
        return _page(answers.look(reads.session(), token=token[:_TOKEN_MAX]), token)
    except Unknown:
        return gone()


@blueprint.post("/u/<token>")
@guard.one_click(_ONE_CLICK)
def leave_letters(token: str) -> Response:
    """No more letters; by the button, or by the mail program itself. Again, it changes nothing.

    A link that leads nowhere gets no error: there is nothing that whoever presses could mend.
    """
    try:
        with write() as records:
            found = answers.leave(
                records, token=token[:_TOKEN_MAX], language=language(), at=clock.now()
            )
    except Unknown:
        return gone(200)
    return _page(found, token, said="left")


@blueprint.post("/u/<token>/again")
@guard.public("the link in the letter is the proof")
def want_letters(token: str) -> Response:
    """Yes again, for who pressed by mistake."""
    try:
        with write() as records:
            found = answers.come_back(
                records, token=token[:_TOKEN_MAX], language=language(), at=clock.now()
            )
    except Unknown:
        return gone()
    return _page(found, token, said="back")


@blueprint.get("/m/<token>")
@guard.public("the link in the letter is the proof, and shows the letter it came in")
def read_letter(token: str) -> Response:
    """The letter as text, for who cannot see it in the mail."""
    try:
        found = reading.of(reads.session(), token=token[:_TOKEN_MAX])
    except Unknown:
        return gone()
    open_shop(found.merchant_id)
    return make_response(render_template("wallet/letter.html", letter=found, token=token))


def _page(found: Standing, token: str, said: str = "") -> Response:
    open_shop(found.merchant_id)
    page = render_template("wallet/letters.html", standing=found, token=token, said=said)
    return make_response(page)


def gone(status: int = 404) -> Response:
    """A link of a letter that leads nowhere any more, or never did."""
    page = render_template(
        "wallet/message.html",
        sign="hourglass",
        title=gettext("This link no longer works"),
        text=gettext(
            "The letter it came in is no longer kept. On your card, under “My data”, you always"
            " see whether the shop may write to you, and can change it."
        ),
    )
    return make_response(page, status)
