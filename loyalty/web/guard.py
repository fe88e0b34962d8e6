"""Who are you, and may you: every route declares its guard, and no route works without one."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import Any, Literal, ParamSpec, TypeVar, cast
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, current_app, g, request
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError

from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Busy, FactorNeeded, Forbidden, NotSignedIn, ProveAgain, WrongPlace
from loyalty.core.ids import ref
from loyalty.core.settings import Settings
from loyalty.merchants import keys, stations
from loyalty.merchants.accounts import Person
from loyalty.merchants.keys import KeyFacts
from loyalty.merchants.roles import Duty, Permission, staff_duty
from loyalty.merchants.sessions import Seat
from loyalty.web import device, reads, uploads
from loyalty.web import session as sessions

P = ParamSpec("P")
R = TypeVar("R")
KEY_LETTERS_MAX = 200
_PIECES_BYTES_MAX = 1024 * 1024
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
    """What a route demands.

    `needs` holds a reason (public), every permission that it takes (staff; none is whoever is
    signed in), or a scope (key).
    """

    kind: Literal["public", "staff", "key"]
    needs: tuple[str, ...]
    fresh: bool = False  # they show again that it is them, if that was not just now
    bare: bool = False  # also who still has to set up the second factor that the shop asks for
    # A form from anywhere may: nothing that a cookie opens is behind it.
    from_anywhere: bool = False


def public(reason: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Anybody may; `reason` says why that is right."""
    return _declare(Guard("public", (reason,)), lambda: None)


def one_click(reason: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Anybody may, from anywhere: a mail program sends no token of ours. No cookie counts here."""
    return _declare(Guard("public", (reason,), from_anywhere=True), lambda: None)


def staff(
    *permissions: Permission, fresh: bool = False, bare: bool = False
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A signed-in member of staff with all of these permissions; without any, whoever it is.

    `fresh`: who gave no password or code in the last five minutes is asked for it first, and what
    they sent goes on afterwards. `bare`: also without the second factor that the shop asks for.
    """
    declared = Guard("staff", tuple(each.value for each in permissions), fresh, bare)
    return _declare(declared, lambda: _admit_staff(permissions, declared))


def key(scope: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Another program, with a living API key that has the scope."""
    if scope not in keys.SCOPES:
        raise ValueError(f"no such scope: {scope}")
    return _declare(Guard("key", (scope,)), lambda: _admit_key(scope))


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
        view = current_app.view_functions[request.endpoint]
        found = guard_of(view)
        assert found is not None, f"{request.endpoint} declares no guard"
        _make_room(found, view)
        if found.kind != "key" and not found.from_anywhere and request.method not in _SAFE_METHODS:
            _refuse_foreign_origin(own_hosts)
            _refuse_forged(found)


def _refuse_forged(found: Guard) -> None:
    """The token in the form. That of the same person's former session in this browser will do.

    Nobody else can know it, and whoever signed in again in another window loses nothing.
    """
    try:
        _csrf.protect()
    except CSRFError:
        if found.kind != "staff" or not _is_of_former_session():
            raise


def _is_of_former_session() -> bool:
    maker, seat = sessions.maker_of_form(), sessions.seat()
    return maker is not None and (seat is None or sessions.name_of(seat.person) == maker)


def _make_room(found: Guard, view: Any) -> None:
    """A large body only from somebody who is signed in: a stranger's is not even read.

    Raises NotSignedIn, which leads to the door.
    """
    bytes_max = uploads.allowed_by(view)
    if bytes_max is None:
        return
    if found.kind == "staff" and sessions.cashier() is None:
        if (request.content_length or 0) > (current_app.config["MAX_CONTENT_LENGTH"] or 0):
            raise NotSignedIn
        return
    request.max_content_length = bytes_max
    request.max_form_memory_size = uploads.fields_allowed_by(view) or _PIECES_BYTES_MAX


def _declare(guard: Guard, admit: Callable[[], None]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            admit()
            return view(*args, **kwargs)

        guarded.__guard__ = guard  # type: ignore[attr-defined]  # read by the check and by a test
        return guarded

    return decorate


def _admit_staff(permissions: tuple[Permission, ...], declared: Guard) -> None:
    """A PIN opens the till's own pages and nothing else."""
    is_at_till = request.blueprint == "till"
    person = sessions.cashier() if is_at_till else sessions.person()
    seat = sessions.seat()
    if person is None or seat is None:
        raise NotSignedIn
    here = device.here(person.merchant_id)
    g.duty = staff_duty(
        person.merchant_id,
        person.staff_id,
        person.role,
        location_id=here.location_id if here else None,
        device=device.name(person.merchant_id),
        email=person.email,
        places=_places(seat),
    )
    for permission in permissions:
        g.duty.demand(permission)
    _demand_seat(seat, declared)
    if is_at_till and not stations.may_stand(g.duty.places, g.duty.location_id):
        raise WrongPlace
    _keep_in(person)


def _places(seat: Seat) -> frozenset[UUID]:
    """Asked only for the few who do not stand everywhere: a scan has no time to lose."""
    if not seat.has_places:
        return frozenset()
    who = {"merchant_id": seat.person.merchant_id, "staff_id": seat.person.staff_id}
    return stations.of_person(reads.session(), **who)


def _demand_seat(seat: Seat, declared: Guard) -> None:
    if seat.lacks_factor and not declared.bare:
        raise FactorNeeded
    if declared.fresh and not seat.is_fresh(clock.now()):
        raise ProveAgain


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
    _note_use(facts)


def _note_use(facts: KeyFacts) -> None:
    """Now and then, so that the owner sees which keys are alive."""
    at = clock.now()
    if facts.used_at is not None and at - facts.used_at < keys.USED_EVERY:
        return
    try:
        with write() as session:
            keys.saw(session, key=facts, at=at)
    except Busy:
        return  # the next call says it again


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
