"""The blueprint that the customer's pages hang on, and the name of the phone's cookie."""

from flask import Blueprint, Response, request

from loyalty.core.db import current

blueprint = Blueprint("wallet", __name__)
COOKIE = "card"
COOKIE_DAYS = 180


@blueprint.context_processor
def _small() -> dict[str, object]:
    """The card's own pictures: its first visit does not bring those of the till."""
    return {"sprite": "icons-card.svg"}


def device_secret() -> str:
    """What this phone keeps to open its card, or an empty text."""
    return request.cookies.get(COOKIE, "")[:100]


def keep_on_phone(response: Response, card_ref: str, secret: str) -> Response:
    """Give this browser the secret, for this card's pages alone; each look renews it."""
    response.set_cookie(
        COOKIE,
        secret,
        max_age=COOKIE_DAYS * 86_400,
        path=f"/c/{card_ref}",
        secure=current().settings.is_https,
        httponly=True,
        samesite="Lax",
    )
    return response
