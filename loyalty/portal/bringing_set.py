"""Setting what bringing a friend is worth, from the programs page."""

from flask import Response, make_response, redirect

from loyalty.cards import referrals
from loyalty.cards.referrals import UNITS_MAX, Offer
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Invalid, Unknown
from loyalty.core.text import Text
from loyalty.merchants.roles import Permission
from loyalty.portal.blueprint import blueprint
from loyalty.portal.programs import in_force, page
from loyalty.programs import editor
from loyalty.web import guard, reads
from loyalty.web.fields import Body, Line
from loyalty.web.forms import FormState, Tick, TypedWhole, read_form
from loyalty.web.locale import language, pick

_NO_UNIT = Text("Scegli che cosa si riceve.", "Choose what they get.")


class _Bringing(Body):
    is_on = Tick()
    unit = Line((1, 32), required=True)
    friend_units = TypedWhole(0, UNITS_MAX, load_default=0)
    bringer_units = TypedWhole(0, UNITS_MAX, load_default=0)


_form = _Bringing()


@blueprint.post("/portal/programs/<program_ref>/friend")
@guard.staff(Permission.PROGRAMS)
def set_bringing(program_ref: str) -> Response:
    """Keep it from now on; whoever has joined already keeps what they were promised."""
    duty, form = guard.duty(), read_form(_form)
    program = editor.find(reads.session(), merchant_id=duty.merchant_id, program_ref=program_ref)
    rules = in_force(reads.session(), program)
    if rules is None:
        raise Unknown("program")
    if form.is_valid and rules.document.unit(form.values["unit"]) is None:
        form = form.refuse("unit", pick(_NO_UNIT))
    if form.is_valid:
        form = _keep(program_ref, form)
    if not form.is_valid:
        return make_response(page(form, program_ref), 422)
    return make_response(redirect(f"/portal/programs#friend-{program_ref}", 303))


def _keep(program_ref: str, form: FormState) -> FormState:
    duty, values = guard.duty(), form.values
    offer = Offer(values["unit"], values["friend_units"], values["bringer_units"])
    try:
        with write() as records:
            program = editor.find(records, merchant_id=duty.merchant_id, program_ref=program_ref)
            referrals.set_offer(
                records,
                duty=duty,
                program=program,
                offer=offer,
                is_on=values["is_on"],
                at=clock.now(),
            )
    except Invalid as error:
        return form.refuse_all(error.facts_in(language())["fields"])
    return form
