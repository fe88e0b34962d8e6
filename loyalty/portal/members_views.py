"""Saved views of the member list: kept, and taken away with a way back."""

from flask import Response, make_response, redirect, request, url_for
from marshmallow import fields

from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Invalid
from loyalty.members import views
from loyalty.members.criteria import Criteria
from loyalty.merchants.acts import note
from loyalty.merchants.roles import Permission
from loyalty.portal import members
from loyalty.portal.blueprint import blueprint
from loyalty.portal.member_filters import address, asked
from loyalty.web import guard, toasts
from loyalty.web.fields import Body
from loyalty.web.forms import read_form
from loyalty.web.locale import gettext, language


class _Save(Body):
    name = fields.String(load_default="")


_form = _Save()


@blueprint.post("/portal/members/views")
@guard.staff(Permission.MEMBERS)
def save_view() -> Response:
    """Keep the filters of the address under a name."""
    duty, form, at = guard.duty(), read_form(_form), clock.now()
    criteria = Criteria.read(request.args)
    try:
        with write() as records:
            made = views.save(
                records,
                merchant_id=duty.merchant_id,
                name=form.values.get("name", ""),
                criteria=criteria,
                actor=duty.actor,
                at=at,
            )
            note(records, duty=duty, act="view.save", target=made, at=at)
    except Invalid as error:
        wrong = form.refuse_all(error.facts_in(language())["fields"])
        return members.page(view_form=wrong, status=422)
    toasts.say(gettext("The view is saved. Everybody in the shop sees it."))
    return make_response(redirect(address(criteria), 303))


@blueprint.post("/portal/members/views/<view_ref>/remove")
@guard.staff(Permission.MEMBERS)
def remove_view(view_ref: str) -> Response:
    """Take a view away; the filters stay in use."""
    duty, at = guard.duty(), clock.now()
    with write() as records:
        view = views.remove(records, merchant_id=duty.merchant_id, view_ref=view_ref)
        note(records, duty=duty, act="view.remove", target=view_ref, at=at)
    back = asked(url_for("portal.save_view"), view.criteria.pairs())
    toasts.say(gettext("“%(name)s” is removed.", name=view.name), undo=back, name=view.name)
    return make_response(redirect(address(view.criteria), 303))
