"""The blueprint that the customer's pages hang on, and the name of the phone's cookie."""

from flask import Blueprint, request

blueprint = Blueprint("wallet", __name__)
COOKIE = "card"
COOKIE_DAYS = 180


def device_secret() -> str:
    """What this phone keeps to open its card, or an empty text."""
    return request.cookies.get(COOKIE, "")[:100]
