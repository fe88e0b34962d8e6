"""Who is signed in: Flask-Login over a signed cookie; the staff row is read on each request."""

from datetime import datetime, timedelta
from typing import Any

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
_SIGNED_IN_AT = "signed_in_at"


class PageSessions(SecureCookieSessionInterface):
    """Flask's signed cookie, for pages only: static files and the API neither read nor set it."""

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
    return asked.path.startswith(("/static/", "/api/"))


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
        PERMANENT_SESSION_LIFETIME=timedelta(hours=HOURS_MAX),
    )
    app.session_interface = PageSessions()
    manager = flask_login.LoginManager()
    # Its fingerprint of address and browser would sign a phone out whenever the network changes.
    manager.session_protection = None
    manager.user_loader(_load)
    manager.init_app(app, add_context_processor=False)


def sign_in(person: Person, *, at: datetime) -> None:
    """Start a session from nothing: what an earlier visitor of this browser had is dropped."""
    flask.session.clear()
    flask.session.permanent = True
    flask.session[_SIGNED_IN_AT] = int(at.timestamp())
    flask_login.login_user(SignedIn(person))
    g.person = person
    device.remember()


def sign_out() -> None:
    """End the session in this browser."""
    flask_login.logout_user()
    flask.session.clear()
    g.pop("person", None)


def person() -> Person | None:
    """Who is signed in, as their row says now; None when nobody is."""
    if "person" not in g:
        user: Any = flask_login.current_user
        g.person = user.person if user.is_authenticated else None
    found: Person | None = g.person
    return found


def _load(cookie_id: str) -> SignedIn | None:
    if _is_too_old(flask.session.get(_SIGNED_IN_AT)):
        return None
    shop, _, rest = cookie_id.partition(".")
    staff, _, stamp = rest.partition(".")
    merchant_id, staff_id = parse_ref("mer", shop), parse_ref("stf", staff)
    if merchant_id is None or staff_id is None:
        return None
    found = accounts.staff_by_id(reads.session(), merchant_id=merchant_id, staff_id=staff_id)
    if found is None or not found.active or found.stamp != stamp:
        return None
    return SignedIn(found)


def _is_too_old(signed_in_at: object) -> bool:
    if not isinstance(signed_in_at, int):
        return True
    return clock.now().timestamp() - signed_in_at > HOURS_MAX * 3600
