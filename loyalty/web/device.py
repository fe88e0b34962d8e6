"""Which device acts: a till of the shop by the secret it keeps, any other by a random name."""

from datetime import datetime, timedelta
from uuid import UUID

from flask import Response, after_this_request, current_app, g, request

from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Busy
from loyalty.core.ids import is_code, random_code
from loyalty.merchants import devices
from loyalty.merchants.devices import DAYS_UNSEEN_MAX, DeviceFacts, Joined
from loyalty.web import reads

LETTERS = 16
_NAMED_FOR = timedelta(days=400)  # the longest that browsers keep a cookie
_SECRET_LETTERS_MAX = 100
_SEEN_EVERY = timedelta(minutes=10)


def till() -> DeviceFacts | None:
    """The till that this phone is or was, whoever its shop; None for any other browser."""
    if "till" not in g:
        secret = request.cookies.get(_cookie("till"), "")[:_SECRET_LETTERS_MAX]
        g.till = devices.find_by_secret(reads.session(), secret=secret) if secret else None
    found: DeviceFacts | None = g.till
    return found


def here(merchant_id: UUID | None = None) -> DeviceFacts | None:
    """The till that this phone is now; of that shop, where one is named."""
    found = till()
    if found is None or not found.is_open(clock.now()):
        return None
    return found if merchant_id in (None, found.merchant_id) else None


def name(merchant_id: UUID) -> str | None:
    """This device's name at that shop, or None before anybody signed in on it."""
    if found := here(merchant_id):
        return found.ref
    letters = request.cookies.get(_cookie("device"), "")
    return f"dev_{letters}" if is_code(letters, LETTERS) else None


def remember(merchant_id: UUID) -> None:
    """Give this device a name with the answer to this request, if it has none yet."""
    if name(merchant_id) is None:
        _keep("device", random_code(LETTERS), _NAMED_FOR)


def become(joined: Joined) -> None:
    """This phone is that till from now on."""
    _keep("till", joined.secret, timedelta(days=DAYS_UNSEEN_MAX))
    g.till = joined.device


def forget() -> None:
    """This phone is an ordinary browser again."""

    @after_this_request
    def _clear(response: Response) -> Response:
        response.delete_cookie(_cookie("till"), path="/", secure=_is_secure(), httponly=True)
        return response

    g.till = None


def saw(staff_id: UUID, *, at: datetime) -> None:
    """Keep now and then that the till is in use, and by whom; its 90 days begin anew."""
    found = here()
    if found is None or found.last_seen_at is None:
        return
    if found.last_staff_id == staff_id and at - found.last_seen_at < _SEEN_EVERY:
        return
    try:
        with write() as session:
            devices.saw(session, device=found, staff_id=staff_id, at=at)
    except Busy:
        return  # the next request says it again; nobody waits for this
    _keep("till", request.cookies[_cookie("till")], timedelta(days=DAYS_UNSEEN_MAX))


def _keep(kind: str, value: str, how_long: timedelta) -> None:
    @after_this_request
    def _set(response: Response) -> Response:
        response.set_cookie(
            _cookie(kind),
            value,
            max_age=how_long,
            path="/",
            secure=_is_secure(),
            httponly=True,
            samesite="Lax",
        )
        return response


def _cookie(kind: str) -> str:
    return f"__Host-{kind}" if _is_secure() else kind


def _is_secure() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"])
