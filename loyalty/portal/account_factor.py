"""The second step of signing in: set up an app, keep the codes on paper, take it away again."""

from flask import Response, make_response, render_template

from loyalty.cards import qr
from loyalty.core import clock
from loyalty.core.db import current, write
from loyalty.core.errors import StateConflict
from loyalty.core.text import Text
from loyalty.merchants import factors
from loyalty.portal.account import HERE, my_seat
from loyalty.portal.blueprint import blueprint
from loyalty.portal.entering import WRONG_CODE, go
from loyalty.web import guard, reads, toasts
from loyalty.web.fields import Body, Secret
from loyalty.web.forms import FormState, read_form
from loyalty.web.locale import shop

_GROUP = 4
_OFF = Text("Il secondo passo è tolto.", "The second step is off.")


class _Code(Body):
    code = Secret(required=True)


_form = _Code()


@blueprint.get("/portal/account/factor")
@guard.staff(bare=True, fresh=True)
def factor() -> Response:
    """What it is, and the code to photograph once it has been begun."""
    return _page(FormState())


@blueprint.post("/portal/account/factor/begin")
@guard.staff(bare=True, fresh=True)
def begin_factor() -> Response:
    """A new app: nothing counts before its first code is typed."""
    try:
        with write() as records:
            factors.prepare(records, person=my_seat().person, at=clock.now())
    except StateConflict:
        return go(HERE)
    return go(f"{HERE}/factor")


@blueprint.post("/portal/account/factor")
@guard.staff(bare=True, fresh=True)
def confirm_factor() -> Response:
    """The first code: the second step counts from now on, and the paper codes are shown, once."""
    form, seat = read_form(_form), my_seat()
    if not form.is_valid:
        return _page(form, status=422)
    with write() as records:
        codes = factors.confirm(
            records,
            secret=current().settings.secret,
            duty=guard.duty(),
            person=seat.person,
            code=form.values["code"],
            at=clock.now(),
        )
    if codes is None:
        return _page(form.refuse("code", WRONG_CODE), status=422)
    return _codes_page(codes)


@blueprint.post("/portal/account/factor/codes")
@guard.staff(bare=True, fresh=True)
def renew_codes() -> Response:
    """Ten new codes on paper; the old ones end."""
    seat = my_seat()
    if not seat.has_factor:
        return go(f"{HERE}/factor")
    with write() as records:
        codes = factors.fresh_codes(
            records,
            secret=current().settings.secret,
            duty=guard.duty(),
            person=seat.person,
            at=clock.now(),
        )
    return _codes_page(codes)


@blueprint.post("/portal/account/factor/remove")
@guard.staff(bare=True, fresh=True)
def remove_factor() -> Response:
    """The password alone is enough again, unless the shop asks for more."""
    seat, duty = my_seat(), guard.duty()
    with write() as records:
        factors.remove(
            records,
            duty=duty,
            merchant_id=duty.merchant_id,
            staff_id=seat.person.staff_id,
            at=clock.now(),
        )
    toasts.say(_OFF)
    return go(HERE)


def _page(form: FormState, status: int = 200) -> Response:
    seat, here = my_seat(), shop()
    assert here is not None, "the guard has said whose page this is"
    waiting = factors.setup(
        reads.session(), secret=current().settings.secret, person=seat.person, shop=here.name
    )
    page = render_template(
        "portal/factor.html",
        form=form,
        seat=seat,
        qr=qr.svg(waiting.address) if waiting else "",
        key=_in_groups(waiting.key) if waiting else "",
    )
    return make_response(page, status)


def _codes_page(codes: list[str]) -> Response:
    return make_response(render_template("portal/factor_codes.html", codes=codes, seat=my_seat()))


def _in_groups(key: str) -> str:
    return " ".join(key[at : at + _GROUP] for at in range(0, len(key), _GROUP))
