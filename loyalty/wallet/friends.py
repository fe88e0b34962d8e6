"""Bringing a friend: the card's own link with its code, and what both get for it."""

from dataclasses import dataclass

from flask import Response, make_response, render_template, request

from loyalty.cards import qr, referrals
from loyalty.cards.lookup import CardFacts
from loyalty.cards.referrals import Offer
from loyalty.core.db import current, write
from loyalty.core.errors import Unknown
from loyalty.core.ids import REF_LETTERS, is_code, ref
from loyalty.core.text import Text
from loyalty.counter import standing
from loyalty.programs import words
from loyalty.programs.document import VersionDocument
from loyalty.wallet.blueprint import COOKIE_DAYS, blueprint
from loyalty.wallet.opening import WHY, closed, open_card
from loyalty.web import cardface, guard, reads
from loyalty.web.locale import pick

OWN = "mine-"  # a link that this browser has shown as its own; only the join page sees it
_NAME_LETTERS = 8


@dataclass(frozen=True, slots=True)
class Gift:
    """What each side gets, in words; an empty text where it gets nothing."""

    friend: str
    bringer: str


def gift(facts: CardFacts) -> Gift | None:
    """What bringing a friend is worth on this card; None while the shop gives nothing for it."""
    found = referrals.offer(
        reads.session(), merchant_id=facts.merchant_id, program_id=facts.program_id
    )
    if found is None or facts.blocked_at is not None or facts.program_status != "published":
        return None
    return in_words(found, standing.rules_of(reads.session(), facts).document)


def in_words(offer: Offer, document: VersionDocument) -> Gift:
    """An offer as people read it."""
    label = cardface.label_of(document, offer.unit)
    return Gift(_said(offer.friend_units, label), _said(offer.bringer_units, label))


def _said(units: int, label: Text) -> str:
    return pick(words.count(units, label)) if units else ""


@blueprint.get("/c/<card_ref>/friend")
@guard.public(WHY)
def friend(card_ref: str) -> Response:
    """The link to pass on; this browser remembers it as its own, and brings nobody by it."""
    mine = open_card(card_ref)
    if mine is None:
        return closed()
    found = gift(mine.facts)
    if found is None:
        raise Unknown("card")
    link = _link(mine.facts)
    page = render_template(
        "wallet/friend.html",
        gift=found,
        link=link,
        qr=qr.svg(link),
        brought=referrals.brought(
            reads.session(), merchant_id=mine.facts.merchant_id, card_id=mine.facts.card_id
        ),
        program=mine.facts.program_name,
        card_ref=card_ref,
    )
    return _remember(make_response(page), referrals.code_of(mine.facts.card_id))


def _link(facts: CardFacts) -> str:
    if not referrals.is_published(reads.session(), card_id=facts.card_id):
        with write() as records:
            referrals.publish(records, merchant_id=facts.merchant_id, card_id=facts.card_id)
    code, program = referrals.code_of(facts.card_id), ref("prg", facts.program_id)
    return f"{current().settings.public_url}/j/{program}?f={code}"


def own_codes() -> frozenset[str]:
    """The links that this browser has shown as its own."""
    shown = (code[:REF_LETTERS] for name, code in request.cookies.items() if name.startswith(OWN))
    return frozenset(code for code in shown if is_code(code, REF_LETTERS))


def _remember(response: Response, code: str) -> Response:
    response.set_cookie(
        OWN + code[:_NAME_LETTERS],
        code,
        max_age=COOKIE_DAYS * 86_400,
        path="/j",
        secure=current().settings.is_https,
        httponly=True,
        samesite="Lax",
    )
    return response
