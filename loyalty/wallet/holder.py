"""Whose phone this is: the card that it may open, and under what duty its holder acts."""

from dataclasses import dataclass
from datetime import datetime

from flask import Response, make_response, render_template

from loyalty.cards import claims, lookup
from loyalty.cards.lookup import CardFacts
from loyalty.core import clock
from loyalty.core.ids import parse_ref, ref
from loyalty.merchants.roles import Duty
from loyalty.wallet.blueprint import device_secret
from loyalty.web import reads
from loyalty.web.locale import gettext, open_shop

WHY = "the phone's own cookie decides; without it the page holds nothing personal"


@dataclass(frozen=True, slots=True)
class Holder:
    """A card that this phone may open, and its holder."""

    facts: CardFacts
    at: datetime

    @property
    def customer_ref(self) -> str:
        """The ref under which the holder lives now."""
        return ref("cus", self.facts.customer_id)

    @property
    def duty(self) -> Duty:
        """The holder acting for themselves: it allows nothing that staff may do."""
        return Duty(self.facts.merchant_id, self.customer_ref, "card", frozenset())


def here(card_ref: str) -> Holder | None:
    """The holder of this card, if it is open on this phone."""
    card_id, secret = parse_ref("crd", card_ref), device_secret()
    if card_id is None or not secret:
        return None
    merchant_id = claims.is_open_on(reads.session(), card_id=card_id, secret=secret)
    if merchant_id is None:
        return None
    open_shop(merchant_id)
    facts = lookup.find(reads.session(), merchant_id=merchant_id, card_ref=card_ref)
    return Holder(facts, clock.now())


def not_here() -> Response:
    """The same page whether the card is somebody else's or there is none."""
    page = render_template(
        "wallet/gone.html",
        title=gettext("This card is not on this phone"),
        text=gettext(
            "A card opens only on the phone that it was given to. Nobody else can look into it."
        ),
    )
    return make_response(page, 403)
