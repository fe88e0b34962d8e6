"""Errors to answers: one table from class to status, a problem for programs, a page for people."""

import json
import logging
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from flask import Flask, Response, g, make_response, redirect, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from loyalty.core import clock, errors
from loyalty.core.errors import LoyaltyError
from loyalty.core.text import Text
from loyalty.web import device, kept, observe, session
from loyalty.web.forms import FormState
from loyalty.web.locale import language, relative_path

log = logging.getLogger(__name__)
_IN_PLACE_OF_ALL = {"HX-Retarget": "body", "HX-Reswap": "innerHTML", "HX-Reselect": "body"}
MEDIA_TYPE = "application/problem+json"

STATUSES: dict[type[LoyaltyError], int] = {
    errors.BadJson: 400,
    errors.NotSignedIn: 401,
    errors.Forbidden: 403,
    errors.Unknown: 404,
    errors.Refused: 409,
    errors.Invalid: 422,
    errors.KeyMissing: 422,
    errors.KeyReused: 422,
    errors.CurrencyMismatch: 422,
    errors.TooMany: 429,
    errors.Busy: 503,
}

_HTTP: dict[int, tuple[str, Text]] = {
    400: ("bad_request", Text("La richiesta non si capisce.", "The request makes no sense.")),
    404: (
        "unknown_page",
        Text(
            "Questa pagina non c'è. Torna all'inizio e riprova da lì.",
            "There is no such page. Go back to the start and try from there.",
        ),
    ),
    405: (
        "method_not_allowed",
        Text("Qui questo metodo non si può usare.", "This method cannot be used here."),
    ),
    413: (
        "too_large",
        Text(
            "È troppo in una volta: torna indietro e manda meno, o un file più piccolo.",
            "That is too much at once: go back and send less, or a smaller file.",
        ),
    ),
    415: (
        "unsupported_media_type",
        Text("Serve Content-Type: application/json.", "Content-Type: application/json is needed."),
    ),
    500: (
        "internal",
        Text(
            "Qualcosa si è rotto da noi, e lo abbiamo annotato. Riprova tra poco.",
            "Something broke on our side, and we have noted it. Try again shortly.",
        ),
    ),
}
_STALE_FORM = Text(
    "La pagina è rimasta aperta troppo a lungo. Ricaricala e riprova.",
    "The page has been open for too long. Reload it and try again.",
)


def init_app(app: Flask) -> None:
    """Take over every error of `app`; after any extension that does the same."""
    app.register_error_handler(LoyaltyError, answer)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(sa.exc.IntegrityError, _answer_conflict)
    app.register_error_handler(sa.exc.OperationalError, _answer_database)
    app.register_error_handler(sa.exc.TimeoutError, _answer_database)
    app.register_error_handler(Exception, _answer_bug)


def status_of(error: type[LoyaltyError]) -> int:
    """The HTTP status of a class of errors: its own, or that of the family it belongs to."""
    for family in error.__mro__:
        if family in STATUSES:
            return STATUSES[family]
    raise LookupError(f"{error.__name__} has no status")


def answer(error: LoyaltyError, **more: str) -> Response:
    """A refusal as an answer, with `more` facts; a person is taken where it can be put right."""
    status = status_of(type(error))
    if not wants_problem() and (elsewhere := _elsewhere(error)):
        return elsewhere
    facts = {**error.facts_in(language()), **more}
    response = _respond(status, error.code, error.sentence, facts)
    if "retry_after_s" in error.facts:
        response.headers["Retry-After"] = str(error.facts["retry_after_s"])
    if status == 401:  # noqa: PLR2004  # a status
        response.headers["WWW-Authenticate"] = 'Bearer realm="loyalty"'
    return response


def wants_problem() -> bool:
    """Whether a program asks, or a script of our own page, rather than a person."""
    is_program = request.path.startswith(("/api/", "/healthz", "/readyz"))
    return is_program or request.accept_mimetypes.best == "application/json"


def problem(status: int, code: str, sentence: Text, facts: dict[str, Any]) -> dict[str, Any]:
    """The body of an error for programs (RFC 9457); a fact never hides a member of its own."""
    return {
        **facts,
        "type": f"urn:loyalty:problem:{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "code": code,
        "detail": sentence.pick(language()),
        "request_id": observe.request_id(),
    }


def _respond(status: int, code: str, sentence: Text, facts: dict[str, Any]) -> Response:
    g.refusal = code  # the log says why without saying what
    if wants_problem():
        body = json.dumps(problem(status, code, sentence, facts), default=str)
        return Response(body, status, mimetype=MEDIA_TYPE)
    return _page(status, code, sentence.pick(language()))


def _page(status: int, code: str, sentence: str) -> Response:
    try:
        page = render_template(
            "_parts/problem.html",
            code=code,
            sentence=sentence,
            status=status,
            request_id=observe.request_id(),
        )
    except Exception as error:  # noqa: BLE001  # the page that says sorry must never fail itself
        observe.log_exception(log, "problem_page_failed", error)
        return Response(sentence, status, mimetype="text/plain")
    return make_response(page, status)


def _elsewhere(error: LoyaltyError) -> Response | None:
    """The page where a person can put it right, if there is one."""
    if isinstance(error, errors.NotSignedIn):
        return _to_the_door()
    if isinstance(error, errors.FactorNeeded):
        return _go("/portal/account/factor")
    if isinstance(error, errors.ProveAgain):
        return _ask_again()
    return None


def _to_the_door() -> Response:
    """What was typed goes along, where the door is one that asks for a password."""
    is_screen = request.blueprint == "till" and "HX-Request" in request.headers  # dressed otherwise
    typed = "" if is_screen or _is_at_till() else kept.of_whoever_was_here(at=clock.now())
    if typed:
        return _whole("portal/sign_in.html", 401, form=FormState(), refusal=None, kept=typed)
    door = "/till/people" if _is_at_till() else "/sign-in"
    back = _wanted()
    return _go(f"{door}?next={quote(back)}" if back and back != "/" else door)


def _ask_again() -> Response:
    """The same for somebody who is in, and has to show that it is still them."""
    seat = session.seat()
    who = session.name_of(seat.person) if seat else ""
    typed = kept.sealed(who=who, at=clock.now())
    if typed:
        return _whole("portal/confirm.html", 403, form=FormState(), kept=typed, next="", seat=seat)
    return _go(f"/portal/confirm?next={quote(_wanted())}")


def _wanted() -> str:
    came_from = request.full_path.rstrip("?") if request.method == "GET" else ""
    return relative_path(came_from) or ""


def _whole(template: str, status: int, **facts: Any) -> Response:
    """A page in place of the one that is open, also where a script asked for a part of it."""
    page = make_response(render_template(template, **facts), status)
    if "HX-Request" in request.headers:
        page.headers.update(_IN_PLACE_OF_ALL)
    return page


def _go(path: str) -> Response:
    if "HX-Request" in request.headers:
        return Response(status=401, headers={"HX-Redirect": path})
    return make_response(redirect(path, 303))


def _is_at_till() -> bool:
    """Whether somebody stands at a phone that is or was a till: there a PIN opens the door."""
    return request.blueprint == "till" and device.till() is not None


def _answer_http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:  # noqa: PLR2004  # a redirect that Werkzeug raises
        return make_response(error.get_response())
    code, sentence = _HTTP.get(status, (_slug(error.name), Text(error.name, error.name)))
    if isinstance(error, CSRFError):
        code, sentence = "stale_form", _STALE_FORM
    if status == 404 and not wants_problem():  # noqa: PLR2004  # no guard has asked who it is
        session.cashier()  # whoever is signed in reads it in their own language
    response = _respond(status, code, sentence, {})
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    return response


def _answer_database(error: sa.exc.SQLAlchemyError) -> Response:
    """The database is away, full or overrun: nothing was recorded, and later may be better."""
    observe.log_exception(log, "database_failed", error)
    return answer(errors.Busy(retry_after_s=5))


def _answer_conflict(error: sa.exc.IntegrityError) -> Response:
    """Two requests did the same at once; the other one won, and nothing of this one is kept.

    Any other broken constraint is a bug of ours.
    """
    if "unique" not in str(error.orig).lower():
        return _answer_bug(error)
    observe.log_exception(log, "conflict", error)
    return answer(errors.StateConflict())


def _answer_bug(error: Exception) -> Response:
    observe.log_exception(log, "bug", error)
    code, sentence = _HTTP[500]
    return _respond(500, code, sentence, {})


def _slug(name: str) -> str:
    return name.lower().replace(" ", "_").replace("-", "_").replace("'", "")
