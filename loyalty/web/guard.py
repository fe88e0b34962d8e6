"""Who are you, and may you: every route declares its guard, and no route works without one."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import Any, Literal, ParamSpec, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, current_app, g, request
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError

from loyalty.core import clock
from loyalty.core.errors import Forbidden, NotSignedIn
from loyalty.core.ids import ref
from loyalty.core.settings import Settings
from loyalty.merchants import keys
from loyalty.merchants.accounts import Person
from loyalty.merchants.keys import KeyFacts
from loyalty.merchants.roles import Duty, Permission, staff_duty
from loyalty.web import device, reads
from loyalty.web import session as sessions

P = ParamSpec("P")
R = TypeVar("R")
KEY_LETTERS_MAX = 200
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_csrf = CSRFProtect()

_ALLOWED_BY = {
    "visits:write": {Permission.ACCRUE, Permission.VOID, Permission.REFUND},
    "redemptions:write": {Permission.REDEEM},
    "cards:write": {Permission.ENROL, Permission.BLOCK},
    "customers:write": {Permission.ENROL, Permission.MERGE},
    "adjust:write": {Permission.ADJUST},
    "programs:write": {Permission.PROGRAMS, Permission.CAUSES},
    "campaigns:write": {Permission.CAMPAIGNS},
    "metrics:read": {Permission.REPORTS},
}


@dataclass(frozen=True, slots=True)
class Guard:
    """What a route demands: `needs` is a reason (public), a permission (staff) or a scope (key)."""

    kind: Literal["public", "staff", "key"]
    needs: str
    from_anywhere: bool = (
        False  # a form from anywhere may: nothing that a cookie opens is behind it
    )


def public(reason: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Anybody may; `reason` says why that is right."""
    return _declare(Guard("public", reason), lambda: None)


def one_click(reason: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Anybody may, from anywhere: a mail program sends no token of ours. No cookie counts here."""
    return _declare(Guard("public", reason, from_anywhere=True), lambda: None)


def staff(permission: Permission | None = None) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A signed-in member of staff with the permission; without one, any member of staff."""
    needs = permission.value if permission else "signed in"
    return _declare(Guard("staff", needs), lambda: _admit_staff(permission))


def key(scope: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Another program, with a living API key that has the scope."""
    if scope not in keys.SCOPES:
        raise ValueError(f"no such scope: {scope}")
    return _declare(Guard("key", scope), lambda: _admit_key(scope))


def duty() -> Duty:
    """Under which duty this request acts; only inside a guarded view."""
    return cast(Duty, g.duty)


def demand_scope(scope: str) -> None:
    """Raise Forbidden unless the key of this request has `scope` as well."""
    if scope not in cast(KeyFacts, g.key).scopes:
        raise Forbidden(scope=scope)


def guard_of(view: Any) -> Guard | None:
    """The declared guard of a view function."""
    found: Guard | None = getattr(view, "__guard__", None)
    return found


def init_app(app: Flask, settings: Settings) -> None:
    """Refuse undeclared routes, and forged forms on every route that a cookie opens."""
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,  # asked below, by guard
        WTF_CSRF_TIME_LIMIT=None,  # it ends with the session; a till stays open all day
        WTF_CSRF_SSL_STRICT=False,  # wants a Referer, which our own policy never sends
    )
    _csrf.init_app(app)
    own_hosts = frozenset({urlsplit(settings.public_url).netloc})

    @app.before_request
    def _check() -> None:
        if request.endpoint is None:
            return
        found = guard_of(current_app.view_functions[request.endpoint])
        assert found is not None, f"{request.endpoint} declares no guard"
        if found.kind != "key" and not found.from_anywhere and request.method not in _SAFE_METHODS:
            _refuse_foreign_origin(own_hosts)
            _csrf.protect()


def _declare(guard: Guard, admit: Callable[[], None]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            admit()
            return view(*args, **kwargs)

        guarded.__guard__ = guard  # type: ignore[attr-defined]  # read by the check and by a test
        return guarded

    return decorate


def _admit_staff(permission: Permission | None) -> None:
    """A PIN opens the till's own pages and nothing else."""
    person = sessions.cashier() if request.blueprint == "till" else sessions.person()
    if person is None:
        raise NotSignedIn
    here = device.here(person.merchant_id)
    g.duty = staff_duty(
        person.merchant_id,
        person.staff_id,
        person.role,
        location_id=here.location_id if here else None,
        device=device.name(person.merchant_id),
        email=person.email,
    )
    if permission is not None:
        g.duty.demand(permission)
    _keep_in(person)


def _keep_in(person: Person) -> None:
    at = clock.now()
    sessions.keep_awake(at=at)
    if device.here(person.merchant_id) is not None:
        device.saw(person.staff_id, at=at)


def _admit_key(scope: str) -> None:
    method, _, presented = request.headers.get("Authorization", "").partition(" ")
    presented = presented.strip()
    if method.lower() != "bearer" or not 0 < len(presented) <= KEY_LETTERS_MAX:
        raise NotSignedIn
    facts = keys.find_key(reads.session(), presented=presented)
    if facts is None:
        raise NotSignedIn
    g.key = facts
    g.duty = _key_duty(facts)
    demand_scope(scope)


def _key_duty(facts: KeyFacts) -> Duty:
    return Duty(
        merchant_id=facts.merchant_id,
        actor=ref("key", facts.key_id),
        via="api",
        permissions=_allowed_by(facts.scopes),
    )


@lru_cache(maxsize=256)
def _allowed_by(scopes: frozenset[str]) -> frozenset[Permission]:
    return frozenset().union(*(_ALLOWED_BY.get(scope, set()) for scope in scopes))


def _refuse_foreign_origin(own_hosts: frozenset[str]) -> None:
    """The browser's own word on where a form came from, beside the token inside it.

    Under `Referrer-Policy: no-referrer` browsers send `Origin: null` with forms, so null proves
    nothing and the token decides; Sec-Fetch-Site does not depend on that policy.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise CSRFError("The form was sent from another site.")
        return
    origin = request.headers.get("Origin", "null")
    if origin != "null" and urlsplit(origin).netloc not in own_hosts | {request.host}:
        raise CSRFError("The form was sent from another site.")
