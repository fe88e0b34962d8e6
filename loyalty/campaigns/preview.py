"""A letter as one person would read it, before it is sent; printing is slow, so in no write."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.campaigns import letter, offers, person, press, tokens
from loyalty.campaigns.blocks import Block
from loyalty.campaigns.offers import Offer
from loyalty.campaigns.person import Frame, Whose
from loyalty.campaigns.press import Printed, Sender
from loyalty.campaigns.rules import House
from loyalty.campaigns.tags import Gaps
from loyalty.core.db import current
from loyalty.customers import mailing
from loyalty.customers.models import Customer

SAMPLE_CODE = "0000000000"


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody to read it: what they are called, their language, and since when they agree."""

    name: str | None
    language: str | None
    agreed_at: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """The finished letter, with a voucher's code that opens nothing."""

    subject: str
    html: str
    text: str
    language: str


def reader(session: Session, *, merchant_id: UUID, customer_id: UUID, at: datetime) -> Reader:
    """A customer as a reader; who has not agreed is shown as if they had just now."""
    customer = session.get_one(Customer, (merchant_id, customer_id))
    found = mailing.reach(session, merchant_id=merchant_id, customer_ids=[customer_id])
    reach = found.get(customer_id)
    return Reader(customer.name, customer.language, reach.agreed_at if reach else at)


def printed(raw: Any, *, house: House, has_offer: bool) -> dict[str, Printed]:
    """The letter as typed, by language. Raises Invalid naming the field."""
    own_url = current().settings.public_url
    sender = Sender(house.name, house.identity)
    read = letter.read(raw, own_url=own_url, has_offer=has_offer)
    return {
        language: press.printed(draft, language=language, sender=sender, has_offer=has_offer)
        for language, draft in read.items()
    }


def show(
    letters: dict[str, Printed],
    *,
    house: House,
    offer: Offer | None,
    who: Reader,
    at: datetime,
    language: str | None = None,
    key: UUID | None = None,
) -> Shown:
    """What that reader gets, in their own language or in `language`; `key` stands in its links."""
    settings = current().settings
    wanted = language if language in letters else None
    chosen = wanted or person.language_for(who.language, house.language, letters)
    gift = offer.gift(house.merchant_id, at=at, timezone=house.timezone) if offer else None
    frame = Frame(house.name, house.timezone, settings.public_url, offer.name if offer else None)
    whose = Whose(
        name=who.name,
        language=chosen,
        token=tokens.of(key or UUID(int=0), settings.secret),
        agreed_at=who.agreed_at,
        code=SAMPLE_CODE if offer else None,
        until_at=gift.until_at if gift else None,
    )
    return Shown(*letters[chosen].for_one(person.values(frame, whose)), chosen)


def notice(sentences: list[str], *, house: House) -> str:
    """Where no letter can be shown: why, on the same paper."""
    lines = [Block("text", (one,)) for one in sentences]
    draft = letter.Draft("", lines, Gaps(has_offer=False))
    sender = Sender(house.name, house.identity)
    paper = press.printed(draft, language="it", sender=sender, has_offer=False)
    return paper.for_one({})[1]


def offer_of(session: Session, *, merchant_id: UUID, raw: dict[str, Any] | None) -> Offer | None:
    """The offer of a draft, if it has one. Raises Invalid where it is no more."""
    return offers.find(session, merchant_id=merchant_id, raw=raw) if raw is not None else None
