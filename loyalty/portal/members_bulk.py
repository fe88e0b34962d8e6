"""What is done to many members at once: asked for, watched, reported, and undone."""

from flask import Response, make_response, redirect, render_template, request, url_for
from marshmallow import fields

from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Invalid
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.customers import tags
from loyalty.members import bulk
from loyalty.members.bulk import TAG, UNTAG, Order
from loyalty.members.criteria import Criteria
from loyalty.merchants.roles import Permission
from loyalty.portal import members
from loyalty.portal.blueprint import blueprint
from loyalty.portal.deeds import Keyed, key_hash
from loyalty.portal.member_filters import address
from loyalty.web import guard, reads, toasts
from loyalty.web.fields import Choice, Line
from loyalty.web.forms import FormState, Tick, read_form
from loyalty.web.locale import gettext, pick

_NOBODY = Text(
    "Scegli prima qualcuno: spunta le caselle accanto ai nomi.",
    "Choose somebody first: tick the boxes beside the names.",
)


class _Bulk(Keyed):
    deed = Choice(TAG, UNTAG, load_default=TAG)
    tag = Line((1, 200))
    pick = fields.List(fields.String())
    all = Tick()


_form, _undo_form = _Bulk(), Keyed()


@blueprint.post("/portal/members/bulk")
@guard.staff(Permission.MEMBERS)
def ask_bulk() -> Response:
    """Put a tag on the chosen members, or take it off; a worker does it."""
    form, scope = read_form(_form), members.scope()
    picked = form.values.get("pick", [])
    if form.is_valid and not picked and not form.values["all"]:
        form = form.refuse("tag", _NOBODY)
    if not form.is_valid:
        return _refused(form)
    try:
        with write() as records:
            tag_id = tags.make(
                records,
                merchant_id=scope.merchant_id,
                name=form.values.get("tag", ""),
                at=scope.at,
            )
            everybody = Criteria.read(request.args) if form.values["all"] else None
            order = Order(form.values["deed"], ref("tag", tag_id), picked, everybody)
            key = key_hash(form.values["key"])
            run = bulk.ask(records, duty=guard.duty(), scope=scope, order=order, key_hash=key)
    except Invalid as error:
        return _refused(form.refuse_all(error.facts["fields"]))
    return make_response(redirect(url_for("portal.bulk_run", run_ref=run), 303))


def _refused(form: FormState) -> Response:
    """The list again, and on top what was in the way."""
    said = " ".join(pick(sentence) for sentences in form.errors.values() for sentence in sentences)
    toasts.say(said)
    return make_response(redirect(address(Criteria.read(request.args)), 303))


@blueprint.get("/portal/members/runs/<run_ref>")
@guard.staff(Permission.MEMBERS)
def bulk_run(run_ref: str) -> str:
    """How far it has come, and what came of it."""
    found = bulk.progress(
        reads.session(), merchant_id=guard.duty().merchant_id, run_ref=run_ref, at=clock.now()
    )
    return render_template("portal/bulk_run.html", run=found)


@blueprint.post("/portal/members/runs/<run_ref>/undo")
@guard.staff(Permission.MEMBERS)
def undo_bulk(run_ref: str) -> Response:
    """Change back whom it has changed."""
    duty, form, at = guard.duty(), read_form(_undo_form), clock.now()
    bulk.progress(reads.session(), merchant_id=duty.merchant_id, run_ref=run_ref, at=at)
    if not form.is_valid:
        toasts.say(gettext("This page has done its work already. Try once more."))
        return make_response(redirect(url_for("portal.bulk_run", run_ref=run_ref), 303))
    with write() as records:
        key = key_hash(form.values["key"])
        back = bulk.undo(records, duty=duty, run_ref=run_ref, key_hash=key, at=at)
    return make_response(redirect(url_for("portal.bulk_run", run_ref=back), 303))
