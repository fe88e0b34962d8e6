"""Which device acts: a random name in a long-lived cookie, so that the till's phone can be told."""

from datetime import timedelta

from flask import Response, after_this_request, current_app, request

from loyalty.core.ids import is_code, random_code

LETTERS = 16
_KEPT = timedelta(days=400)  # the longest that browsers keep a cookie


def name() -> str | None:
    """This device's name, or None before anybody signed in on it."""
    letters = request.cookies.get(_cookie(), "")
    return f"dev_{letters}" if is_code(letters, LETTERS) else None


def remember() -> None:
    """Give this device a name with the answer to this request, if it has none yet."""
    if name() is not None:
        return

    @after_this_request
    def _set(response: Response) -> Response:
        response.set_cookie(
            _cookie(),
            random_code(LETTERS),
            max_age=_KEPT,
            path="/",
            secure=_is_secure(),
            httponly=True,
            samesite="Lax",
        )
        return response


def _cookie() -> str:
    return "__Host-device" if _is_secure() else "device"


def _is_secure() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"])
