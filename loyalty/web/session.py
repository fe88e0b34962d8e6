"""Who is signed in: Flask-Login over a signed cookie; the staff row is read on each request.

With a password somebody is signed in everywhere for twelve hours. With a PIN they are at the till
only. On a phone that is a till, either ends after ten idle minutes, and with the till itself.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import flask
import flask_login
from flask import Flask, Request, Response, g, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin

from loyalty.core import clock
from loyalty.core.ids import parse_ref, ref
from loyalty.core.settings import Settings
from loyalty.merchants import accounts
from loyalty.merchants.accounts import Person
from loyalty.web import device, reads

HOURS_MAX = 12  # absolute: a session is never made longer by using it
HOURS_MAX_BY_PIN = 14  # a long day at the till
IDLE_MINUTES_MAX = 10  # on a till, which others can reach
_SEEN_EVERY_S = 30
_SIGNED_IN_AT, _BY_PIN = "signed_in_at", "by_pin"
_TILL, _SEEN_AT = "till", "seen_at"
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

    def __init__(self, person: Person) -> None:
        self.person = person

    def get_id(self) -> str:
        """Shop, person and stamp: a new stamp (password, dismissal) ends every older session."""
        shop = ref("mer", self.person.merchant_id)
        return f"{shop}.{ref('stf', self.person.staff_id)}.{self.person.stamp}"


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
        PERMANENT_SESSION_LIFETIME=timedelta(hours=HOURS_MAX_BY_PIN),
    )
    app.session_interface = PageSessions()
    manager = flask_login.LoginManager()
    # Its fingerprint of address and browser would sign a phone out whenever the network changes.
    manager.session_protection = None
    manager.user_loader(_load)
    manager.init_app(app, add_context_processor=False)


def sign_in(person: Person, *, at: datetime) -> None:
    """Start a session from nothing: what an earlier visitor of this browser had is dropped."""
    _begin(person, at)
    if device.till() is not None and device.here() is None:
        device.forget()  # it was a till once; who has a password may use it like any browser
    device.remember(person.merchant_id)


def sign_in_by_pin(person: Person, *, at: datetime) -> None:
    """Start a session at the till of this phone, and nowhere else."""
    assert device.here(person.merchant_id) is not None, "a PIN is for a till of the shop"
    _begin(person, at)
    flask.session[_BY_PIN] = True


def _begin(person: Person, at: datetime) -> None:
    flask.session.clear()
    flask.session.permanent = True
    flask.session[_SIGNED_IN_AT] = int(at.timestamp())
    flask_login.login_user(SignedIn(person))
    g.person = person
    stay_at_till(person, at=at)


def stay_at_till(person: Person, *, at: datetime) -> None:
    """On a till of the shop the session lives with the till, and ends when nobody uses it."""
    here = device.here(person.merchant_id)
    if here is not None:
        flask.session.update({_TILL: here.ref, _SEEN_AT: int(at.timestamp())})


def sign_out() -> None:
    """End the session in this browser."""
    flask_login.logout_user()
    flask.session.clear()
    g.pop("person", None)


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


def is_by_pin() -> bool:
    """Whether the session of this browser was begun with a PIN."""
    return bool(flask.session.get(_BY_PIN))


def keep_awake(*, at: datetime) -> None:
    """The person at the till has just done something."""
    now, seen_at = int(at.timestamp()), flask.session.get(_SEEN_AT)
    if seen_at is None or request.headers.get(BY_ITSELF):
        return
    if now - seen_at >= _SEEN_EVERY_S:
        flask.session[_SEEN_AT] = now


def _load(cookie_id: str) -> SignedIn | None:
    if _is_over(clock.now()):
        return None
    shop, _, rest = cookie_id.partition(".")
    staff, _, stamp = rest.partition(".")
    merchant_id, staff_id = parse_ref("mer", shop), parse_ref("stf", staff)
    if merchant_id is None or staff_id is None:
        return None
    if _has_left_its_till(merchant_id):
        return None
    found = accounts.staff_by_id(reads.session(), merchant_id=merchant_id, staff_id=staff_id)
    if found is None or not found.active or found.stamp != stamp:
        return None
    return SignedIn(found)


def _is_over(at: datetime) -> bool:
    """Too old, or at a till that nobody has touched for a while."""
    signed_in_at, seen_at = flask.session.get(_SIGNED_IN_AT), flask.session.get(_SEEN_AT)
    if not isinstance(signed_in_at, int):
        return True
    hours = HOURS_MAX_BY_PIN if is_by_pin() else HOURS_MAX
    now = at.timestamp()
    is_idle = isinstance(seen_at, int) and now - seen_at > IDLE_MINUTES_MAX * 60
    return is_idle or now - signed_in_at > hours * 3600


def _has_left_its_till(merchant_id: UUID) -> bool:
    """A session that began at a till ends with it, and does not go to another phone."""
    began_at = flask.session.get(_TILL)
    if began_at is None:
        return is_by_pin()
    here = device.here(merchant_id)
    return here is None or here.ref != began_at
