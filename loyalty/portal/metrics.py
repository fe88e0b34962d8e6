"""How customers come back: every figure of a period with its meaning, its n and its tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from flask import Response, render_template, request

from loyalty.analytics import metrics as figures
from loyalty.analytics.metrics import Figures
from loyalty.analytics.returning import Period
from loyalty.analytics.spans import Span
from loyalty.core import clock
from loyalty.core.errors import Unknown
from loyalty.core.ids import ref
from loyalty.merchants import places
from loyalty.merchants.roles import Permission
from loyalty.portal import period
from loyalty.portal.blueprint import blueprint
from loyalty.portal.metric_figures import shown
from loyalty.portal.metric_links import Links
from loyalty.portal.metric_tables import Table, tables
from loyalty.portal.period import Picked
from loyalty.web import guard, reads, sheets
from loyalty.web.visitrows import today

KEYS = ("28", "90", "365", "month", "last_month", "year")
_USUAL = "90"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; without `beside` nothing is compared."""

    picked: Picked
    period: Period
    beside: Period | None
    location_ref: str
    location_id: UUID | None


@blueprint.get("/portal/metrics")
@guard.staff(Permission.REPORTS)
def metrics() -> tuple[str, int]:
    """The figures of a period, beside another."""
    asked = _asked()
    found, at = _found(asked)
    is_now = asked.period.last == today().toordinal()
    links = Links(asked.period, asked.location_ref, is_now=is_now)
    page = render_template(
        "portal/metrics.html",
        asked=asked,
        found=found.metrics,
        figures=shown(found.metrics, links, compares=asked.beside is not None),
        tables={each.key: each for each in tables(found.metrics, links)},
        locations=_locations(),
        as_of=at,
        is_empty=not any(found.metrics[key].n for key in ("states", "active_members")),
    )
    return page, 422 if asked.picked.errors else 200


@blueprint.get("/portal/metrics.csv")
@guard.staff(Permission.REPORTS)
def metrics_csv() -> Response:
    """One table as a file (the first, unless one is named): the numbers as they are."""
    asked = _asked()
    found, _ = _found(asked)
    links = Links(asked.period, asked.location_ref, is_now=False)
    every = tables(found.metrics, links)
    for each in every:
        if each.key == request.args.get("table", every[0].key):
            return sheets.answer(_file_name(asked, each), _rows(each))
    raise Unknown("table")


def _file_name(asked: Asked, table: Table) -> str:
    first, last = (date.fromordinal(each) for each in (asked.period.first, asked.period.last))
    return f"{table.key}-{first.isoformat()}-{last.isoformat()}"


def _rows(table: Table) -> list[Sequence[sheets.Cell]]:
    lines: list[Sequence[sheets.Cell]] = [table.head]
    return [*lines, *([cell.plain for cell in row] for row in table.rows)]


def _found(asked: Asked) -> tuple[Figures, datetime]:
    """The figures, and as of when they are."""
    found = figures.lately(
        reads.session(),
        merchant_id=guard.duty().merchant_id,
        period=asked.period,
        beside=asked.beside,
        location_id=asked.location_id,
    )
    return found, clock.now() - timedelta(seconds=round(found.age_s))


def _asked() -> Asked:
    picked = period.picked(_USUAL, keys=KEYS, until_today=True)
    assert picked.period is not None, "the page has a usual period"
    location_ref, location_id = _location()
    beside = picked.period.beside
    return Asked(
        picked=picked,
        period=_ordinals(picked.period.span),
        beside=_ordinals(beside) if beside else None,
        location_ref=location_ref,
        location_id=location_id,
    )


def _ordinals(span: Span) -> Period:
    return Period(span.first.toordinal(), span.last.toordinal())


def _location() -> tuple[str, UUID | None]:
    """The place asked for; one that is not this shop's is none."""
    asked = request.args.get("location", "")
    if not asked:
        return "", None
    found = places.find_location(
        reads.session(), merchant_id=guard.duty().merchant_id, location_ref=asked
    )
    return asked, found


def _locations() -> list[tuple[str, str]]:
    every = places.list_locations(reads.session(), merchant_id=guard.duty().merchant_id)
    return [(ref("loc", one.id), one.name) for one in every]
