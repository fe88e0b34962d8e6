"""Visits in a list, as the till and the owner's overview show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy.orm import Session

from loyalty.core import clock
from loyalty.core.ids import ref
from loyalty.core.money import Money
from loyalty.counter import history
from loyalty.counter.history import VisitFacts
from loyalty.programs import catalogue
from loyalty.programs.document import VersionDocument
from loyalty.programs.earning import is_cause
from loyalty.web import cardface, guard
from loyalty.web.locale import gettext, money, pick, zone
from loyalty.web.looks import initials


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """One reason in words, and the units that it moved."""

    text: str
    units: int | None


@dataclass(frozen=True, slots=True)
class Row:
    """A visit in a list, with what it gave and why."""

    ref: str
    initials: str
    name: str | None
    at: datetime
    money: str
    gain: str
    undone: str
    reasons: list[ReasonLine]


def rows(session: Session, visits: Sequence[VisitFacts]) -> list[Row]:
    """Visits in a list, in the order given."""
    return [row(session, visit) for visit in visits]


def row(session: Session, visit: VisitFacts) -> Row:
    """One visit in a list."""
    paid = None if visit.amount_minor is None else Money(visit.amount_minor, visit.currency)
    earned = (visit.answer or {}).get("earned", {})
    return Row(
        ref=ref("vis", visit.id),
        initials=initials(visit.customer_name),
        name=visit.customer_name,
        at=visit.occurred_at,
        money=money(paid),
        gain=cardface.gain(rules(session, visit), earned),
        undone=gettext("cancelled") if visit.voided_at else "",
        reasons=reason_lines(visit.answer),
    )


def reason_lines(answer: dict[str, Any] | None) -> list[ReasonLine]:
    """The reasons of a stored receipt; an imported visit has none here.

    What goes to a cause is money: its sentence says how much, and it counts no units.
    """
    return [
        ReasonLine(
            pick({"it": said["it"], "en": said["en"]}),
            None if is_cause(said["unit"]) else said["units"],
        )
        for said in (answer or {}).get("reasons", [])
    ]


def rules(session: Session, visit: VisitFacts) -> VersionDocument:
    """The rules under which a visit was recorded."""
    return catalogue.version(
        session,
        merchant_id=guard.duty().merchant_id,
        program_id=visit.program_id,
        number=visit.version,
    ).document


def today() -> date:
    """The date in the shop."""
    return clock.now().astimezone(zone()).date()


def begin_of(on: date) -> datetime:
    """The first moment of a day in the shop."""
    return datetime.combine(on, time(), zone())


def count_today(session: Session) -> int:
    """How many visits of today count, however long the list is."""
    on = today()
    return history.figures(
        session, merchant_id=guard.duty().merchant_id, first=on, last=on, since=begin_of(on)
    ).visits
