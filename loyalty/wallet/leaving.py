"""Leaving: one question, what goes and what stays, and then nothing is known any more."""

from flask import Response, make_response, redirect, render_template, url_for

from loyalty.core.db import write
from loyalty.core.ids import ref
from loyalty.feedback import exits
from loyalty.persons import erasure
from loyalty.programs import log
from loyalty.wallet.blueprint import COOKIE, blueprint
from loyalty.wallet.holder import Holder, here
from loyalty.wallet.opening import WHY, closed
from loyalty.web import guard, reads
from loyalty.web.fields import Body, Choice, Paragraph
from loyalty.web.forms import FormState, Tick, read_form
from loyalty.web.locale import gettext, open_shop, pick


class _Why(Body):
    reason = Choice(*exits.REASONS)
    words = Paragraph((1, exits.LETTERS_MAX))


class _Sure(_Why):
    sure = Tick()


_why_form, _sure_form = _Why(), _Sure()


@blueprint.get("/c/<card_ref>/me/leave")
@guard.public(WHY)
def leave(card_ref: str) -> Response:
    """One question that may stay without an answer."""
    holder = here(card_ref)
    return closed() if holder is None else _page("leave", holder, FormState())


@blueprint.post("/c/<card_ref>/me/leave")
@guard.public(WHY)
def say_why(card_ref: str) -> Response:
    """What goes, what stays, and the last word; nothing is kept of the answer until then."""
    holder = here(card_ref)
    if holder is None:
        return closed()
    form = read_form(_why_form)
    return _page("leave_sure", holder, form) if form.is_valid else _page("leave", holder, form)


@blueprint.post("/c/<card_ref>/me/erase")
@guard.public(WHY)
def erase_me(card_ref: str) -> Response:
    """Forget the holder; on this phone nothing is left either."""
    holder = here(card_ref)
    if holder is None:
        return closed()
    form = read_form(_sure_form)
    if form.is_valid and not form.values["sure"]:
        form = form.refuse("sure", gettext("Tick the box first: this cannot be undone."))
    if not form.is_valid:
        return _page("leave_sure", holder, form)
    _forget(holder, form)
    program_ref = ref("prg", holder.facts.program_id)
    response = make_response(redirect(url_for("wallet.goodbye", program_ref=program_ref), 303))
    response.delete_cookie(COOKIE, path=f"/c/{card_ref}")
    return response


def _forget(holder: Holder, form: FormState) -> None:
    merchant_id, at = holder.facts.merchant_id, holder.at
    with write() as session:
        exits.answer(
            session,
            merchant_id=merchant_id,
            reason=form.values.get("reason"),
            words=form.values.get("words"),
            at=at,
        )
        erasure.erase(session, duty=holder.duty, customer_ref=holder.customer_ref, at=at)


@blueprint.get("/p/<program_ref>/goodbye")
@guard.public("it names the shop and nobody else")
def goodbye(program_ref: str) -> str:
    """It is done."""
    open_shop(log.merchant_of(reads.session(), program_ref=program_ref))
    return render_template("wallet/goodbye.html", program_ref=program_ref)


def _page(name: str, holder: Holder, form: FormState) -> Response:
    page = render_template(
        f"wallet/{name}.html",
        card_ref=holder.facts.ref,
        program=holder.facts.program_name,
        reasons=[(key, pick(text)) for key, text in exits.REASONS.items()],
        form=form,
        labels={"reason": gettext("Why"), "words": gettext("In your words"), "sure": ""},
    )
    return make_response(page, 422 if form.errors else 200)
