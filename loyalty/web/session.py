"""Who is signed in: Flask-Login over a signed cookie that names a row; it is read on each request.

With a password somebody is signed in everywhere, for twelve hours and not past an idle one. With a
PIN they are at the till only. On a phone that is a till, either ends after ten idle minutes, and
with the till itself.
"""

import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import flask
import flask_login
from flask import Flask, Request, Response, g, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy.orm import Session

from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Busy
from loyalty.core.ids import parse_ref, ref
from loyalty.core.settings import Settings
from loyalty.merchants import sessions
from loyalty.merchants.accounts import Person
from loyalty.merchants.sessions import SEEN_EVERY, Seat
from loyalty.web import device, reads, visitor

IDLE_MINUTES_MAX = 10  # on a till, which others can reach
# The cookie outlives the session: so that a form which comes too late is known for whose it is.
_COOKIE_DAYS = 7
_SEEN_EVERY_S = 30
_TILL, _SEEN_AT = "till", "seen_at"
_SIGNED_AS = "wtf-csrf-token"  # the name under which Flask-WTF signs
_WHO, _TOKEN, _FORMER = "_user_id", "csrf_token", "former"
# What a page asks without a person says so, and keeps nobody in.
BY_ITSELF = "X-By-Itself"


class PageSessions(SecureCookieSessionInterface):
    """Flask's signed cookie, for pages only: files kept for ever and the API leave it alone."""

    def open_session(self, app: Flask, request: Request) -> Any:
        """What the cookie holds; nothing where there is no session."""
        if _has_no_session(request):
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Flask-Login looks into the session of every answer, which alone would add `Vary`."""
        if not _has_no_session(request):
            super().save_session(app, session, response)


def _has_no_session(asked: Request) -> bool:
    return asked.path.startswith(("/static/", "/api/", "/c/look/", "/pictures/"))


class SignedIn:
    """A person in the shape that Flask-Login asks for."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, person: Person, secret: str) -> None:
        self.person, self.secret = person, secret

    def get_id(self) -> str:
        """Who it is, and the secret of their session, of which the row keeps a digest."""
        return f"{name_of(self.person)}.{self.secret}"


def init_app(app: Flask, settings: Settings) -> None:
    """Set the cookie's flags and the loader; needs `reads`."""
    app.config.update(
        SECRET_KEY=settings.secret,
        SESSION_COOKIE_NAME="__Host-loyalty" if settings.is_https else "loyalty",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(days=_COOKIE_DAYS),
    )
    app.session_interface = PageSessions()
    manager = flask_login.LoginManager()
    # Its fingerprint of address and browser would sign a phone out whenever the network changes.
    manager.session_protection = None
    manager.user_loader(_load)
    manager.init_app(app, add_context_processor=False)


def sign_in(person: Person, *, at: datetime) -> None:
    """Start a session from nothing: what an earlier visitor of this browser had is dropped."""
    _begin(person, at, by_pin=False)
    if device.till() is not None and device.here() is None:
        device.forget()  # it was a till once; who has a password may use it like any browser
    device.remember(person.merchant_id)


def sign_in_by_pin(person: Person, *, at: datetime) -> None:
    """Start a session at the till of this phone, and nowhere else."""
    assert device.here(person.merchant_id) is not None, "a PIN is for a till of the shop"
    _begin(person, at, by_pin=True)


def _begin(person: Person, at: datetime, *, by_pin: bool) -> None:
    here, secret = device.here(person.merchant_id), secrets.token_urlsafe(32)
    with write() as records:
        _end(records)
        sessions.begin(
            records,
            person=person,
            secret=secret,
            at=at,
            by_pin=by_pin,
            device=here.ref if here else None,
            browser=visitor.browser(),
        )
    _empty_cookie()
    _sit_down(person, secret)
    stay_at_till(person, at=at)


def _sit_down(person: Person, secret: str) -> None:
    flask.session.permanent = True
    flask_login.login_user(SignedIn(person, secret))
    g.person = person
    g.pop("seat", None)


def prove(*, at: datetime) -> None:
    """The person has just shown again that it is them: their session has a new secret."""
    found = seat()
    assert found is not None, "nobody is signed in"
    secret = secrets.token_urlsafe(32)
    with write() as records:
        sessions.prove(records, seat=found, secret=secret, at=at)
    _sit_down(found.person, secret)


def stay_at_till(person: Person, *, at: datetime) -> None:
    """On a till of the shop the session lives with the till, and ends when nobody uses it."""
    here = device.here(person.merchant_id)
    if here is not None:
        flask.session.update({_TILL: here.ref, _SEEN_AT: int(at.timestamp())})


def sign_out() -> None:
    """End the session in this browser."""
    if flask.session.get(_WHO):
        with write() as records:
            _end(records)
    _empty_cookie()
    flask_login.logout_user()
    g.pop("person", None)
    g.pop("seat", None)


def _end(records: Session) -> None:
    merchant_id, _, secret = _read(flask.session.get(_WHO, ""))
    if merchant_id is not None:
        sessions.end(records, merchant_id=merchant_id, secret=secret)


def _empty_cookie() -> None:
    """All goes but for whom the forms were made that may still be open in this browser."""
    who, token = flask.session.get(_WHO, ""), flask.session.get(_TOKEN)
    former = flask.session.get(_FORMER)
    flask.session.clear()
    if who and token:
        former = [_identity(who), token]
    if former:
        flask.session[_FORMER] = former


def person() -> Person | None:
    """Who is signed in with a password, as their row says now; None when nobody is."""
    return None if is_by_pin() else cashier()


def cashier() -> Person | None:
    """Who is signed in at the till, by password or by PIN; None when nobody is."""
    if "person" not in g:
        user: Any = flask_login.current_user
        g.person = user.person if user.is_authenticated else None
    found: Person | None = g.person
    return found


def seat() -> Seat | None:
    """The session of this browser, as its row says now; None when nobody is signed in."""
    if "seat" not in g:
        g.seat = _find(flask.session.get(_WHO, ""), clock.now())
    found: Seat | None = g.seat
    return found


def is_by_pin() -> bool:
    """Whether the session of this browser was begun with a PIN."""
    found = seat()
    return found is not None and found.by_pin


def name_of(person: Person) -> str:
    """Shop and person in one word, as cookies and kept forms hold it."""
    return f"{ref('mer', person.merchant_id)}.{ref('stf', person.staff_id)}"


def maker_of_form() -> str | None:
    """For whom the form of this request was made, if for a session in this browser that is over.

    Known by the token in it, which nobody else can know: of the session that ended, or of the one
    before this.
    """
    who, token = flask.session.get(_WHO), flask.session.get(_TOKEN)
    former = flask.session.get(_FORMER)
    if who and token and seat() is None and _holds(token):
        return _identity(who)
    return str(former[0]) if former and _holds(former[1]) else None


def _holds(token: str) -> bool:
    signer = URLSafeTimedSerializer(flask.current_app.config["SECRET_KEY"], salt=_SIGNED_AS)
    try:
        given = str(signer.loads(request.form.get(_TOKEN, "")))
    except BadData:
        return False
    return hmac.compare_digest(given.encode(), token.encode())


def keep_awake(*, at: datetime) -> None:
    """The person has just done something; their row hears of it now and then."""
    found = seat()
    if found is None or request.headers.get(BY_ITSELF):
        return
    now, seen_at = int(at.timestamp()), flask.session.get(_SEEN_AT)
    if seen_at is not None and now - seen_at >= _SEEN_EVERY_S:
        flask.session[_SEEN_AT] = now
    if at - found.seen_at >= SEEN_EVERY:
        try:
            with write() as records:
                sessions.touch(records, seat=found, at=at)
        except Busy:
            return  # the next request says it again; nobody waits for this


def _load(cookie_id: str) -> SignedIn | None:
    found = seat()
    return SignedIn(found.person, _read(cookie_id)[2]) if found else None


def _find(cookie_id: str, at: datetime) -> Seat | None:
    merchant_id, staff_id, secret = _read(cookie_id)
    if merchant_id is None or _is_idle(at) or _has_left_its_till(merchant_id):
        return None
    found = sessions.find(reads.session(), merchant_id=merchant_id, secret=secret)
    if found is None or found.person.staff_id != staff_id or found.is_over(at):
        return None
    if found.by_pin and flask.session.get(_TILL) is None:
        return None
    return found


def _read(cookie_id: str) -> tuple[UUID | None, UUID | None, str]:
    shop, _, rest = cookie_id.partition(".")
    staff, _, secret = rest.partition(".")
    return parse_ref("mer", shop), parse_ref("stf", staff), secret


def _identity(cookie_id: str) -> str:
    return cookie_id.rpartition(".")[0]


def _is_idle(at: datetime) -> bool:
    """At a till that nobody has touched for a while."""
    seen_at = flask.session.get(_SEEN_AT)
    return isinstance(seen_at, int) and at.timestamp() - seen_at > IDLE_MINUTES_MAX * 60


def _has_left_its_till(merchant_id: UUID) -> bool:
    """A session that began at a till ends with it, and does not go to another phone."""
    began_at = flask.session.get(_TILL)
    if began_at is None:
        return False
    here = device.here(merchant_id)
    return here is None or here.ref != began_at
