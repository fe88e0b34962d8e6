"""What has made up for a card's debt, and under which terms those units had come."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.counter import desk as desks
from loyalty.counter.desk import Desk
from loyalty.ledger import since
from loyalty.ledger.lots import Home, LotTerms
from loyalty.ledger.since import Repayment
from loyalty.programs import catalogue
from loyalty.programs.catalogue import PublishedVersion


def repaid(session: Session, desk: Desk, unit: str, *, since_id: UUID) -> Iterator[Home]:
    """What made up for debts of a unit since an operation, the latest first.

    Should the debt turn out not to have been one, those units are there again as they had come.
    """
    found = since.repayments(
        session,
        merchant_id=desk.place.merchant_id,
        since_id=since_id,
        account_id=desk.account(unit).id,
    )
    for one in found:
        yield Home(one.units, terms=_terms(session, desk, unit, one))


def version_of(session: Session, desk: Desk, number: int) -> PublishedVersion:
    """A version of the card's program by its number."""
    place = desk.place
    return catalogue.version(
        session, merchant_id=place.merchant_id, program_id=place.program_id, number=number
    )


def _terms(session: Session, desk: Desk, unit: str, one: Repayment) -> LotTerms:
    if one.kind not in ("earn", "adjust"):
        return since.soonest_of(session, desk.book, operation_ids=one.operation_ids, at=desk.at)
    version = version_of(session, desk, one.version or desk.version.number)
    terms = desks.lot_terms(replace(desk, version=version), unit, one.occurred_at)
    return replace(terms, active_at=None) if one.kind == "adjust" else terms
