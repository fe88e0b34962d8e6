"""The customer's card: the pass, what it can do, what happened; only on the holder's phone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask import Response, make_response, render_template, request, url_for

from loyalty.cards import claims, lookup, qr
from loyalty.cards.lookup import CardFacts
from loyalty.cards.tokens import qr_text
from loyalty.core import clock
from loyalty.core.db import current
from loyalty.core.errors import Unknown
from loyalty.core.ids import parse_ref
from loyalty.counter import standing
from loyalty.programs.cause_models import CauseAccount
from loyalty.wallet import faces, statement
from loyalty.wallet.blueprint import blueprint, device_secret, keep_on_phone
from loyalty.web import guard, reads
from loyalty.web.locale import gettext, open_shop

_WHY = "the phone's own cookie decides; without it the page holds nothing personal"


@dataclass(frozen=True, slots=True)
class _Mine:
    """A card that this phone may open."""

    facts: CardFacts
    at: datetime


@blueprint.get("/c/<card_ref>")
@guard.public(_WHY)
def card(card_ref: str) -> Response:
    """The whole card in one answer, with its QR inside."""
    mine = _open(card_ref)
    if mine is None:
        return _closed()
    session, facts = reads.session(), mine.facts
    found = standing.card_standing(session, facts=facts, at=mine.at)
    document = standing.rules_of(session, facts).document
    lines, more = statement.page(session, facts, document, before=None)
    page = render_template(
        "wallet/card.html",
        card=faces.face(facts, document, found, _given_to(facts, found["impact"])),
        qr=qr.svg(_qr_text(facts)),
        lines=lines,
        more=_more(card_ref, more),
    )
    return keep_on_phone(make_response(page), card_ref, device_secret())


@blueprint.get("/c/<card_ref>/statement")
@guard.public(_WHY)
def earlier(card_ref: str) -> Response:
    """What happened before, page by page."""
    mine = _open(card_ref)
    if mine is None:
        return _closed()
    session, facts = reads.session(), mine.facts
    document = standing.rules_of(session, facts).document
    before = parse_ref("ent", request.args.get("before", ""))
    lines, more = statement.page(session, facts, document, before=before)
    page = render_template(
        "wallet/statement.html",
        lines=lines,
        more=_more(card_ref, more),
        back=url_for("wallet.card", card_ref=card_ref),
    )
    return make_response(page)


@blueprint.get("/c/<card_ref>/qr.svg")
@guard.public(_WHY)
def code(card_ref: str) -> Response:
    """The QR code as a picture of its own."""
    mine = _open(card_ref)
    if mine is None:
        raise Unknown("card")
    return Response(qr.svg(_qr_text(mine.facts)), mimetype="image/svg+xml")


@blueprint.get("/c/<card_ref>/qr.png")
@guard.public(_WHY)
def code_to_print(card_ref: str) -> Response:
    """The QR code as a picture to save or print, black on white."""
    mine = _open(card_ref)
    if mine is None:
        raise Unknown("card")
    return Response(qr.png(_qr_text(mine.facts)), mimetype="image/png")


def _open(card_ref: str) -> _Mine | None:
    card_id = parse_ref("crd", card_ref)
    secret = device_secret()
    if card_id is None or not secret:
        return None
    merchant_id = claims.is_open_on(reads.session(), card_id=card_id, secret=secret)
    if merchant_id is None:
        return None
    open_shop(merchant_id)
    facts = lookup.find(reads.session(), merchant_id=merchant_id, card_ref=card_ref)
    return _Mine(facts, clock.now())


def _qr_text(facts: CardFacts) -> str:
    assert facts.token is not None, "found by its ref: the living token comes with it"
    return qr_text(current().settings.public_url, facts.token)


def _given_to(facts: CardFacts, impact: Mapping[str, int]) -> dict[str, str]:
    """Whom each cause is for, by its key."""
    if not impact:
        return {}
    rows = reads.session().execute(
        sa.select(CauseAccount.key, CauseAccount.beneficiary).where(
            CauseAccount.merchant_id == facts.merchant_id, CauseAccount.key.in_(list(impact))
        )
    )
    return {row.key: row.beneficiary for row in rows}


def _more(card_ref: str, before: str | None) -> str | None:
    return url_for("wallet.earlier", card_ref=card_ref, before=before) if before else None


def _closed() -> Response:
    """The same page whether the card is somebody else's or there is none."""
    page = render_template(
        "wallet/gone.html",
        title=gettext("This card is not on this phone"),
        text=gettext(
            "A card opens only on the phone that it was given to. Nobody else can look into it."
        ),
    )
    return make_response(page, 403)
