"""The customer's card: the pass, what it can do, what happened; only on the holder's phone."""

from collections.abc import Mapping

import sqlalchemy as sa
from flask import Response, make_response, render_template, request, url_for

from loyalty.cards import qr
from loyalty.cards.lookup import CardFacts
from loyalty.cards.tokens import shown
from loyalty.core.ids import parse_ref
from loyalty.counter import standing
from loyalty.programs.cause_models import CauseAccount
from loyalty.wallet import faces, friends, statement
from loyalty.wallet.blueprint import blueprint, device_secret, keep_on_phone
from loyalty.wallet.opening import WHY, closed, my_card, open_card
from loyalty.wallet.party import party
from loyalty.web import guard, reads, rewardphotos
from loyalty.web.locale import pick


@blueprint.get("/c/<card_ref>")
@guard.public(WHY)
def card(card_ref: str) -> Response:
    """The whole card in one answer, with its QR inside."""
    mine = open_card(card_ref)
    if mine is None:
        return closed()
    session, facts = reads.session(), mine.facts
    found = standing.card_standing(session, facts=facts, at=mine.at)
    document = standing.rules_of(session, facts).document
    lines, more = statement.page(session, facts, document, before=None)
    face = faces.face(facts, document, found, _given_to(facts, found["impact"]))
    page = render_template(
        "wallet/card.html",
        card=face,
        party=party(face, lines, at=mine.at),
        qr=qr.svg_once(mine.live_text()),
        live=mine,
        lines=lines,
        more=_more(card_ref, more),
        gift=friends.gift(facts),
        photos=rewardphotos.of_program(facts.merchant_id, facts.program_id),
    )
    return keep_on_phone(make_response(page), card_ref, device_secret())


@blueprint.get("/c/<card_ref>/statement")
@guard.public(WHY)
def earlier(card_ref: str) -> Response:
    """What happened before, page by page."""
    mine = open_card(card_ref)
    if mine is None:
        return closed()
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


@blueprint.get("/c/<card_ref>/print")
@guard.public(WHY)
def to_print(card_ref: str) -> Response:
    """The card on paper: the code that does not change, and how it works."""
    mine = open_card(card_ref)
    if mine is None:
        return closed()
    facts = mine.facts
    page = render_template(
        "wallet/print.html",
        qr=qr.svg(mine.static_text()),
        code=shown(facts.code or ""),
        program=facts.program_name,
        terms=pick(standing.rules_of(reads.session(), facts).terms),
        card_ref=card_ref,
    )
    return make_response(page)


@blueprint.get("/c/<card_ref>/qr.svg")
@guard.public(WHY)
def code(card_ref: str) -> Response:
    """The QR code as a picture of its own."""
    mine = my_card(card_ref)
    return Response(qr.svg(mine.static_text()), mimetype="image/svg+xml")


@blueprint.get("/c/<card_ref>/qr.png")
@guard.public(WHY)
def code_to_print(card_ref: str) -> Response:
    """The QR code as a picture to save or print, black on white."""
    mine = my_card(card_ref)
    return Response(qr.png(mine.static_text()), mimetype="image/png")


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
