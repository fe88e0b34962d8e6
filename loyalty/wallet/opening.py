"""Whether this phone may open a card, and what it shows at the till."""

from dataclasses import dataclass
from datetime import datetime

from flask import Response, make_response, render_template

from loyalty.cards import claims, live, lookup
from loyalty.cards.claims import Phone
from loyalty.cards.lookup import CardFacts
from loyalty.cards.tokens import qr_text
from loyalty.core import clock
from loyalty.core.db import current
from loyalty.core.errors import Unknown
from loyalty.core.ids import parse_ref
from loyalty.wallet.blueprint import device_secret
from loyalty.web import reads
from loyalty.web.locale import gettext, open_shop

WHY = "the phone's own cookie decides; without it the page holds nothing personal"


@dataclass(frozen=True, slots=True)
class Mine:
    """A card that this phone may open."""

    facts: CardFacts
    phone: Phone
    at: datetime

    @property
    def key(self) -> bytes:
        """What this phone makes its live codes with."""
        return live.key_of(current().settings.secret, self.phone.device_id)

    @property
    def milliseconds(self) -> int:
        """Now, since 1970: a phone's own clock may be off."""
        return int(self.at.timestamp() * 1_000)

    def static_text(self) -> str:
        """What the printed QR says."""
        return self._text()

    def live_text(self) -> str:
        """What the QR says now; good for a minute or so."""
        return self._text(live.code_at(self.key, live.step_at(self.at)))

    def _text(self, digits: str = "") -> str:
        assert self.facts.token is not None, "found by its ref: the living token comes with it"
        return qr_text(current().settings.public_url, self.facts.token, digits)


def open_card(card_ref: str) -> Mine | None:
    """The card of that ref, or None where this phone may not see it."""
    card_id, secret = parse_ref("crd", card_ref), device_secret()
    if card_id is None or not secret:
        return None
    phone = claims.phone_of(reads.session(), card_id=card_id, secret=secret)
    if phone is None:
        return None
    open_shop(phone.merchant_id)
    facts = lookup.find(reads.session(), merchant_id=phone.merchant_id, card_ref=card_ref)
    return Mine(facts, phone, clock.now())


def my_card(card_ref: str) -> Mine:
    """The same for what is no page of its own. Raises Unknown("card")."""
    mine = open_card(card_ref)
    if mine is None:
        raise Unknown("card")
    return mine


def closed() -> Response:
    """The same page whether the card is somebody else's or there is none."""
    page = render_template(
        "wallet/gone.html",
        title=gettext("This card is not on this phone"),
        text=gettext(
            "A card opens only on the phone that it was given to. Nobody else can look into it."
        ),
    )
    return make_response(page, 403)
