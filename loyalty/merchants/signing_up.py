"""Opening a shop by oneself: asked for on a page, confirmed by mail; nothing is kept in between.

What was asked travels in the link, sealed, so an address that nobody confirms leaves no trace.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from loyalty.core import mail
from loyalty.core.db import current
from loyalty.core.errors import Unknown
from loyalty.core.sealing import seal, unseal
from loyalty.merchants import accounts, attempts
from loyalty.merchants.accounts import Person
from loyalty.merchants.directory import look_up
from loyalty.merchants.roles import Role

LINK_HOURS = 24
ASKED_MAX, ORIGIN_ASKED_MAX = 3, 10
_WITHIN = timedelta(hours=1)
_PURPOSE, _LETTERS_MAX = "sign-up", 2_000
_CURRENCY, _ZONE = "EUR", "Europe/Rome"  # changed in the shop's settings, with everything else


@dataclass(frozen=True, slots=True)
class Wish:
    """A shop somebody would like to open, their own name, and their address."""

    shop: str
    name: str
    email: str
    language: str


def ask(session: Session, *, wish: Wish, origin: str, at: datetime) -> None:
    """Mail the link that opens the shop; who has an account already is told so by mail instead.

    From outside both look the same. Raises TooMany.
    """
    allowed = {f"sign up {wish.email}": ASKED_MAX, f"sign up {origin}": ORIGIN_ASKED_MAX}
    attempts.take(session, allowed=allowed, within=_WITHIN, at=at)
    settings = current().settings
    is_known = look_up(session, kind="sign_in", text=wish.email) is not None
    token = seal(settings.secret, _PURPOSE, json.dumps(asdict(wish)), at=at)
    path = "/sign-in" if is_known else f"/signup/{token}"
    mail.post(
        session,
        kind="staff_known" if is_known else "staff_sign_up",
        to=wish.email,
        language=wish.language,
        facts={"shop": wish.shop, "hours": LINK_HOURS, "link": settings.public_url + path},
        at=at,
    )


def read(token: str, *, at: datetime) -> Wish:
    """What a link asks for. Raises Unknown("link"), also where it is a day old."""
    told = unseal(
        current().settings.secret,
        _PURPOSE,
        token,
        at=at,
        seconds_max=LINK_HOURS * 3_600,
        letters_max=_LETTERS_MAX,
    )
    if told is None:
        raise Unknown("link")
    return Wish(**json.loads(told))


def open_shop(session: Session, *, wish: Wish, password_hash: str, at: datetime) -> Person:
    """The shop with its owner, who may go in at once.

    Raises StateConflict where the address has an account by now: a link opens one shop.
    """
    merchant = accounts.create_merchant(
        session,
        name=wish.shop,
        currency=_CURRENCY,
        timezone=_ZONE,
        language=wish.language,
        at=at,
    )
    token = accounts.invite_staff(
        session, merchant_id=merchant.id, email=wish.email, name=wish.name, role=Role.OWNER, at=at
    )
    return accounts.accept_link(session, token=token, password_hash=password_hash, at=at)
