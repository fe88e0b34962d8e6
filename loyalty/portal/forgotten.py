"""A forgotten password: a link by mail, and the same answer for everybody."""

from flask import Response, make_response, render_template

from loyalty.core import clock
from loyalty.core.db import current, write
from loyalty.core.errors import TooMany
from loyalty.core.text import Text
from loyalty.merchants import staffing
from loyalty.portal.blueprint import blueprint
from loyalty.web import guard, visitor
from loyalty.web.fields import Body, Email
from loyalty.web.forms import FormState, read_form

_REST = Text(
    "Lo hai già chiesto più volte. Guarda anche nella posta indesiderata, o riprova fra un'ora.",
    "You have asked several times already. Look into your spam folder too, or try in an hour.",
)


class _Forgot(Body):
    email = Email(required=True)


_form = _Forgot()


@blueprint.get("/forgot")
@guard.public("who has forgotten the password is not signed in")
def forgot() -> Response:
    """A field for the address."""
    return _page(FormState())


@blueprint.post("/forgot")
@guard.public("answers the same for every address; how often is counted")
def send_link() -> Response:
    """If we know the address, a link is on its way: never said whether we do."""
    form = read_form(_form)
    if not form.is_valid:
        return _page(form, status=422)
    try:
        with write() as records:
            staffing.ask_new_password(
                records,
                address=form.values["email"].lower(),
                origin=visitor.origin(),
                at=clock.now(),
            )
    except TooMany as error:
        page = _page(form.refuse("email", _REST), status=429)
        page.headers["Retry-After"] = str(error.facts["retry_after_s"])
        return page
    return _page(FormState(), sent_to=form.values["email"])


def _page(form: FormState, *, sent_to: str = "", status: int = 200) -> Response:
    page = render_template(
        "portal/forgot.html",
        form=form,
        sent_to=sent_to,
        has_server=current().settings.smtp_url is not None,
    )
    return make_response(page, status)
