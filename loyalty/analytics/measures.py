"""By what a shop tells its members apart: the house's limits, or its own within bounds."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.analytics.models import Measure
from loyalty.analytics.rhythm import USUAL, Limits
from loyalty.core.errors import Invalid
from loyalty.core.signing import fingerprint
from loyalty.core.text import Text
from loyalty.merchants import acts
from loyalty.merchants.places import ChangedMeanwhile
from loyalty.merchants.roles import Duty, Permission

DAYS_MAX, TENTHS_MIN, TENTHS_MAX = 3_650, 10, 200
BACK_DAYS_MAX, MARGIN_MAX, LIFESPAN_MONTHS_MAX = 365, 100, 240
_NAMES = tuple(each.name for each in fields(Limits))
_TENTHS = ("cooling_tenths", "lapsed_tenths", "lost_tenths")
_IN_ORDER = Text(
    "I limiti vanno in ordine: prima chi rallenta, poi chi si è allontanato, poi chi è perso.",
    "Limits go in order: cooling first, then lapsed, then lost.",
)
_ALL_OR_NONE = Text(
    "Per i giorni fissi metti 0 in tutti e tre i multipli; per il ritmo di ognuno, in nessuno.",
    "For fixed days put 0 for all three multiples; for each one's rhythm, for none.",
)


@dataclass(frozen=True, slots=True)
class Measures:
    """The limits, and what else the shop has said of itself (None: not said)."""

    limits: Limits = USUAL
    margin_percent: int | None = None
    lifespan_months: int | None = None


HOUSE = Measures()


def of(session: Session, *, merchant_id: UUID) -> Measures:
    """What a shop measures by: its own, or the house's where it has set nothing."""
    row = session.execute(
        sa.select(Measure).where(Measure.merchant_id == merchant_id)
    ).scalar_one_or_none()
    if row is None:
        return HOUSE
    limits = Limits(**{name: getattr(row, name) for name in _NAMES})
    return Measures(limits, row.margin_percent, row.lifespan_months)


def edition(kept: Measures) -> str:
    """What tells two states of the measures apart."""
    return fingerprint(asdict(kept)).hex()


def change(
    session: Session, *, duty: Duty, wanted: Measures, at: datetime, seen: str | None = None
) -> None:
    """Measure by these from now on; the states of any day are told by them.

    `seen` is the edition that was shown. Raises Forbidden, Invalid naming each limit out of bounds
    or out of order, and ChangedMeanwhile.
    """
    duty.demand(Permission.SETTINGS)
    if found := faults(wanted):
        raise Invalid(found)
    if seen is not None and seen != edition(of(session, merchant_id=duty.merchant_id)):
        raise ChangedMeanwhile
    row = session.get(Measure, duty.merchant_id, with_for_update=True)
    if row is None:
        row = Measure(merchant_id=duty.merchant_id)
        session.add(row)
    said = {
        **asdict(wanted.limits),
        "margin_percent": wanted.margin_percent,
        "lifespan_months": wanted.lifespan_months,
    }
    for name, value in said.items():
        setattr(row, name, value)
    row.actor, row.changed_at = duty.actor, at
    session.flush()
    acts.note(session, duty=duty, act="measures.change", target="measures", at=at, **said)


def faults(wanted: Measures) -> dict[str, list[Text]]:
    """What is wrong with them, by the name of each limit."""
    limits = wanted.limits
    found: dict[str, list[Text]] = {}
    for name, low, high in _bounds(limits.is_fixed):
        if not low <= getattr(limits, name) <= high:
            found[name] = [_between(low, high)]
    for name, high in (("margin_percent", MARGIN_MAX), ("lifespan_months", LIFESPAN_MONTHS_MAX)):
        value = getattr(wanted, name)
        if value is not None and not 1 <= value <= high:
            found[name] = [_between(1, high)]
    if not limits.is_fixed and not all(getattr(limits, name) for name in _TENTHS):
        found["cooling_tenths"] = [_ALL_OR_NONE]
    if not found:
        found.update(_out_of_order(limits))
    return found


def _bounds(is_fixed: bool) -> list[tuple[str, int, int]]:  # noqa: FBT001  # which kind it is
    tenths = (0, 0) if is_fixed else (TENTHS_MIN, TENTHS_MAX)
    return [
        ("new_days", 1, DAYS_MAX),
        ("cooling_days", 1 if is_fixed else 0, DAYS_MAX),
        ("lapsed_days", 1, DAYS_MAX),
        ("lost_days", 1, DAYS_MAX),
        ("back_days", 1, BACK_DAYS_MAX),
        *((name, *tenths) for name in _TENTHS),
    ]


def _out_of_order(limits: Limits) -> dict[str, list[Text]]:
    found = {}
    for kind in ("days", "tenths"):
        names = [f"{state}_{kind}" for state in ("cooling", "lapsed", "lost")]
        values = [getattr(limits, name) for name in names]
        if values != sorted(values):
            found[names[1]] = [_IN_ORDER]
    return found


def _between(low: int, high: int) -> Text:
    return Text(f"Da {low} a {high}.", f"Between {low} and {high}.")
