"""A card to try things with: on one's own phone, at one's own till, and put away afterwards."""

import contextlib
from uuid import UUID

import sqlalchemy as sa
from flask import Response, make_response, redirect, render_template, url_for
from sqlalchemy.orm import Session

from loyalty.cards import claims, qr, register
from loyalty.cards.models import Card
from loyalty.core import clock
from loyalty.core.db import part, write
from loyalty.core.errors import InsufficientUnits, ProgramPaused
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.counter import refunds
from loyalty.counter.models import Visit
from loyalty.counter.requests import intent
from loyalty.customers import directory
from loyalty.customers.directory import Profile
from loyalty.merchants import first_steps
from loyalty.merchants.roles import Permission
from loyalty.persons import erasure
from loyalty.portal import first_program
from loyalty.portal.blueprint import blueprint
from loyalty.web import guard, reads, toasts
from loyalty.web.locale import language, pick

_NAME = Text("Prova", "Test")
_REASON = Text("Carta di prova messa via", "Test card put away")
_GONE = Text(
    "La carta di prova è via, con le sue visite: non conta più in nessun numero.",
    "The test card is gone, with its visits: it counts in no figure any more.",
)
_VISITS_MAX = 40  # more than anybody tries


@blueprint.get("/portal/test-card")
@guard.staff(Permission.SETTINGS)
def test_card() -> Response:
    """How to try it, and how far one is."""
    return _page()


@blueprint.post("/portal/test-card")
@guard.staff(Permission.SETTINGS)
def make_test_card() -> Response:
    """Make the card, if there is none yet, and show the link for the phone; a fresh one each time.

    Raises ProgramPaused where no program is in force.
    """
    programs = first_program.in_force()
    if not programs:
        raise ProgramPaused
    duty, at = guard.duty(), clock.now()
    with write() as records:
        known = first_steps.lock(records, merchant_id=duty.merchant_id).test_customer_id
        card = _card(records, known) if known else None
        if card is None:
            _make(records, ref("prg", programs[0].id))
            known = first_steps.find(records, merchant_id=duty.merchant_id).test_customer_id
            card = _card(records, known)
        assert card is not None, "made a line above"
        claim_id = claims.make(records, merchant_id=duty.merchant_id, card_id=card.id, at=at)
    return _page(claims.claim_url(claim_id))


@blueprint.post("/portal/test-card/put-away")
@guard.staff(Permission.SETTINGS)
def put_test_card_away() -> Response:
    """Void its visits and forget its customer: as if there had never been one."""
    duty, at = guard.duty(), clock.now()
    with write() as records:
        known = first_steps.lock(records, merchant_id=duty.merchant_id).test_customer_id
        if known is not None:
            for visit_id in _visits(records, known):
                _void(records, visit_id)
            erasure.erase(records, duty=duty, customer_ref=ref("cus", known), at=at)
            first_steps.keep_test_customer(records, merchant_id=duty.merchant_id, customer_id=None)
    toasts.say(_GONE)
    return make_response(redirect(url_for("portal.home"), 303))


def _void(records: Session, visit_id: UUID) -> None:
    """Cancel a visit; where the rules let no debt come about and units are spent, it stays."""
    duty, key = guard.duty(), intent(f"test-card:{visit_id}", None)
    with contextlib.suppress(InsufficientUnits), part(records):
        refunds.void(
            records,
            duty=duty,
            visit_ref=ref("vis", visit_id),
            reason=pick(_REASON),
            intent=key,
            at=clock.now(),
        )


def _make(records: Session, program_ref: str) -> None:
    duty, at = guard.duty(), clock.now()
    customer = directory.create(
        records,
        merchant_id=duty.merchant_id,
        profile=Profile(name=pick(_NAME), language=language()),
        at=at,
    )
    register.enrol(
        records,
        duty=duty,
        customer_ref=ref("cus", customer.id),
        program_ref=program_ref,
        intent=intent(f"test-card:{customer.id}", None),
        at=at,
    )
    first_steps.keep_test_customer(records, merchant_id=duty.merchant_id, customer_id=customer.id)


def _card(records: Session, customer_id: UUID | None) -> Card | None:
    return records.execute(
        sa.select(Card)
        .where(Card.merchant_id == guard.duty().merchant_id, Card.customer_id == customer_id)
        .order_by(Card.id)
        .limit(1)
    ).scalar_one_or_none()


def _visits(records: Session, customer_id: UUID) -> list[UUID]:
    """Its visits that still stand, the latest first: units must not run out on the way back."""
    card = _card(records, customer_id)
    if card is None:
        return []
    return list(
        records.execute(
            sa.select(Visit.id)
            .where(
                Visit.merchant_id == card.merchant_id,
                Visit.card_id == card.id,
                Visit.voided_at.is_(None),
            )
            .order_by(Visit.id.desc())
            .limit(_VISITS_MAX)
        ).scalars()
    )


def _page(link: str = "") -> Response:
    records, merchant_id = reads.session(), guard.duty().merchant_id
    known = first_steps.find(records, merchant_id=merchant_id).test_customer_id
    visits = len(_visits(records, known)) if known else 0
    page = render_template(
        "portal/test_card.html",
        has_program=bool(first_program.in_force()),
        has_card=known is not None,
        visits=visits,
        link=link,
        qr=qr.svg(link) if link else "",
        can_scan=Permission.ACCRUE in guard.duty().permissions,
    )
    return make_response(page)
