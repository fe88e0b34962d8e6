"""A letter read in the browser: as it was sent, block by block, to whoever holds its link."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.campaigns import person, rules, states, tags, tokens
from loyalty.campaigns.models import Campaign, Message
from loyalty.campaigns.offers import Offer
from loyalty.campaigns.person import Frame, Whose
from loyalty.campaigns.press import Printed
from loyalty.core.db import current, table
from loyalty.core.errors import Unknown
from loyalty.counter.models import Redemption
from loyalty.customers import mailing
from loyalty.customers.models import Customer

_MESSAGE = table(Message)


@dataclass(frozen=True, slots=True)
class Read:
    """One letter: its subject and its paragraphs as plain text, and in which language."""

    merchant_id: UUID
    language: str
    subject: str
    paragraphs: list[str]


def of(session: Session, *, token: str) -> Read:
    """The letter that the token came in. Raises Unknown("message"), also once it is forgotten.

    The name is left out: the link may be passed on, and a page is no letter.
    """
    named = tokens.read(session, token=token)
    campaign = session.get_one(Campaign, (named.merchant_id, named.campaign_id))
    row = session.execute(
        sa.select(_MESSAGE.c.state, _MESSAGE.c.redemption_id).where(
            _MESSAGE.c.merchant_id == named.merchant_id, _MESSAGE.c.id == named.message_id
        )
    ).one()
    customer = session.get_one(Customer, (named.merchant_id, named.customer_id))
    if campaign.printed is None or row.state in (states.HELD, states.SKIPPED):
        raise Unknown("message")
    if customer.erased_at is not None:
        raise Unknown("message")
    return _read(session, campaign, customer, row.redemption_id, token)


def subject(campaign: Campaign, *, language: str, shop: str) -> str:
    """The subject of a letter that is out, without anybody's name in it."""
    assert campaign.printed is not None, "it was launched"
    letters = campaign.printed["letters"]
    chosen = person.language_for(language, language, letters)
    return tags.fill(tags.of_plain(letters[chosen]["subject"]), {"shop": shop})


def _read(
    session: Session, campaign: Campaign, customer: Customer, voucher_id: UUID | None, token: str
) -> Read:
    assert campaign.printed is not None, "asked by the caller"
    house = rules.house(session, merchant_id=campaign.merchant_id)
    letters, offer = campaign.printed["letters"], campaign.printed["offer"]
    language = person.language_for(customer.language, house.language, letters)
    voucher = session.get(Redemption, (campaign.merchant_id, voucher_id)) if voucher_id else None
    allowed = mailing.reach(
        session, merchant_id=campaign.merchant_id, customer_ids=[customer.id]
    ).get(customer.id)
    frame = Frame(
        house.name,
        house.timezone,
        current().settings.public_url,
        Offer.of_dict(offer).name if offer else None,
    )
    who = Whose(
        name=None,
        language=language,
        token=token,
        agreed_at=allowed.agreed_at if allowed else campaign.created_at,
        code=voucher.code if voucher else None,
        until_at=voucher.until_at if voucher else None,
    )
    values = person.values(frame, who)
    subject, _, text = Printed.of_dict(letters[language]).for_one(values)
    body = text.partition("\n\n--\n")[0]
    return Read(campaign.merchant_id, language, subject, body.split("\n\n"))
