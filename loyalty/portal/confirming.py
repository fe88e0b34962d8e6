"""Is it you? The password or a code once more, before a step that matters."""

from flask import Response, make_response, render_template, request
from marshmallow import fields

from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import NotSignedIn, TooMany
from loyalty.core.text import Text
from loyalty.merchants import accounts
from loyalty.merchants.factors import DIGITS
from loyalty.merchants.passwords import verify_password
from loyalty.merchants.sessions import Seat
from loyalty.portal.blueprint import blueprint
from loyalty.portal.entering import REST, go, home_of, is_code_of, kept_page
from loyalty.web import guard, kept, reads, session, toasts
from loyalty.web.fields import Body, Secret
from loyalty.web.forms import FormState, read_form
from loyalty.web.locale import relative_path

_FILE = ".csv"
_TAKE_IT = Text(
    "Grazie. Adesso il file si può scaricare.", "Thank you. Now you can download the file."
)
_NO = Text("Non è giusto: riprova.", "That is not right: try again.")


class _Proof(Body):
    proof = Secret(required=True)
    username = fields.String()
    next = fields.String()
    kept = fields.String()


_form = _Proof()


@blueprint.get("/portal/confirm")
@guard.staff(bare=True)
def ask_proof() -> Response:
    """The question, and where to go on afterwards."""
    return _page(FormState(raw={"next": request.args.get("next", "")}))


@blueprint.post("/portal/confirm")
@guard.staff(bare=True)
def confirm() -> Response:
    """It is them: the session has a new secret, and what they sent before goes on."""
    form, seat, at = read_form(_form), _seat(), clock.now()
    if not form.is_valid:
        return _page(form, status=422)
    try:
        is_right = _is_right(seat, form.values["proof"])
    except TooMany as error:
        page = _page(form.refuse("proof", REST), status=429)
        page.headers["Retry-After"] = str(error.facts["retry_after_s"])
        return page
    if not is_right:
        return _page(form.refuse("proof", _NO), status=422)
    session.prove(at=at)
    who, typed = session.name_of(seat.person), form.value("kept")
    waiting = kept.opened(typed, who=who, at=at)
    if waiting is not None:
        return kept_page(waiting, asks=False)
    return go(_onwards(form.value("next")) or home_of(seat.person))


def _onwards(asked: str) -> str | None:
    """Where they wanted to go; for a file, the page it is taken from: this one would just stay."""
    path, mark, query = (relative_path(asked) or "").partition("?")
    if path.endswith(_FILE):
        toasts.say(_TAKE_IT)
        path = path.removesuffix(_FILE)
    return path + mark + query or None


def _is_right(seat: Seat, typed: str) -> bool:
    """The password, or what the app shows. Raises TooMany: wrong ones are counted."""
    if seat.has_factor and len("".join(typed.split())) == DIGITS:
        return is_code_of(seat.person, typed, at=clock.now())
    return is_password_of(seat, typed)


def is_password_of(seat: Seat, typed: str) -> bool:
    """Whether that is their password. Raises TooMany: wrong ones are counted as at the door."""
    at, origin = clock.now(), request.remote_addr or ""
    email = seat.person.email
    accounts.check_attempts(reads.session(), email=email, origin=origin, at=at)
    if verify_password(seat.person.password_hash, typed):
        return True
    with write() as records:
        accounts.count_attempt(records, email=email, origin=origin, at=at)
    return False


def _seat() -> Seat:
    found = session.seat()
    if found is None:
        raise NotSignedIn
    return found


def _page(form: FormState, status: int = 200) -> Response:
    page = render_template(
        "portal/confirm.html",
        form=form,
        seat=_seat(),
        next=form.value("next"),
        kept=form.value("kept"),
    )
    return make_response(page, status)
