"""The page behind the question in a letter: one tap says why, a few words may follow."""

from flask import Response, make_response, redirect, render_template, url_for

from loyalty.automations import asking
from loyalty.automations.asking import Question
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Unknown
from loyalty.feedback import losses
from loyalty.feedback.losses import Said
from loyalty.wallet.blueprint import blueprint
from loyalty.wallet.letters import gone
from loyalty.web import guard, reads
from loyalty.web.fields import Body, Choice, Paragraph
from loyalty.web.forms import FormState, read_form
from loyalty.web.locale import gettext, open_shop, pick

_TOKEN_MAX = 100
_WHY = "the link in the letter is the proof, and the page names nobody"


class _Answer(Body):
    reason = Choice(*losses.REASONS, required=True)
    words = Paragraph((1, losses.LETTERS_MAX))


_form = _Answer()


@blueprint.get("/q/<token>")
@guard.public(_WHY)
def ask_why(token: str) -> Response:
    """The question with its answers; looking changes nothing, scanners may."""
    try:
        return _page(asking.look(reads.session(), token=token[:_TOKEN_MAX]), token, FormState())
    except Unknown:
        return gone()


@blueprint.post("/q/<token>")
@guard.public(_WHY)
def say_why_away(token: str) -> Response:
    """Keep the answer; another tap corrects it, the same one changes nothing."""
    form, short = read_form(_form), token[:_TOKEN_MAX]
    try:
        if not form.is_valid:
            return _page(asking.look(reads.session(), token=short), token, form, status=422)
        said = Said(form.values["reason"], form.values.get("words"))
        with write() as records:
            asking.answer(records, token=short, said=said, at=clock.now())
    except Unknown:
        return gone()
    return make_response(redirect(url_for("wallet.ask_why", token=token), 303))


def _page(found: Question, token: str, form: FormState, status: int = 200) -> Response:
    open_shop(found.merchant_id)
    page = render_template(
        "wallet/question.html",
        token=token,
        form=form,
        reason=found.reason,
        said=pick(losses.REASONS[found.reason]) if found.reason else "",
        words=form.raw.get("words", found.words),
        reasons=[(key, pick(text)) for key, text in losses.REASONS.items()],
        labels={"reason": gettext("Why"), "words": gettext("In your words")},
    )
    return make_response(page, status)
