"""How customers come back: every figure of a period with its meaning, its n and its tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Response, render_template, request

from loyalty.analytics import metrics as figures
from loyalty.analytics.metrics import Figures
from loyalty.analytics.returning import Period
from loyalty.core import clock
from loyalty.core.errors import Invalid, Unknown
from loyalty.core.ids import ref
from loyalty.merchants import places
from loyalty.merchants.roles import Permission
from loyalty.portal.blueprint import blueprint
from loyalty.portal.listing import here
from loyalty.portal.metric_figures import shown
from loyalty.portal.metric_links import Links
from loyalty.portal.metric_tables import Table, tables
from loyalty.web import guard, reads, sheets
from loyalty.web.locale import day, gettext, language
from loyalty.web.visitrows import today

DAYS = (28, 90, 365)
_USUAL = 90


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; `faults` are of own dates that make no sense."""

    period: Period
    days: int
    first: str
    last: str
    location_ref: str
    location_id: UUID | None
    faults: dict[str, list[str]]

    @property
    def said(self) -> str:
        """The days as people write them."""
        return between(self.period)


def between(period: Period) -> str:
    """A period as people write it."""
    ends = [day(date.fromordinal(each)) for each in (period.first, period.last)]
    return gettext("%(first)s to %(last)s", first=ends[0], last=ends[1])


@blueprint.get("/portal/metrics")
@guard.staff(Permission.REPORTS)
def metrics() -> tuple[str, int]:
    """The figures of a period, beside as many days before."""
    asked = _asked()
    found, at = _found(asked)
    links = Links(asked.period, asked.location_ref, is_now=asked.period.last == today().toordinal())
    page = render_template(
        "portal/metrics.html",
        asked=asked,
        found=found.metrics,
        figures=shown(found.metrics, links),
        tables={each.key: each for each in tables(found.metrics, links)},
        choices=[(many, here(days=str(many), **_NO_DATES)) for many in DAYS],
        locations=_locations(),
        as_of=at,
        is_empty=not any(found.metrics[key].n for key in ("states", "active_members")),
        before=between(asked.period.before),
    )
    return page, 422 if asked.faults else 200


@blueprint.get("/portal/metrics.csv")
@guard.staff(Permission.REPORTS)
def metrics_csv() -> Response:
    """One table as a file: the numbers as they are, without their words."""
    asked = _asked()
    found, _ = _found(asked)
    links = Links(asked.period, asked.location_ref, is_now=False)
    for each in tables(found.metrics, links):
        if each.key == request.args.get("table"):
            return sheets.answer(_file_name(asked, each), _rows(each))
    raise Unknown("table")


_NO_DATES: dict[str, Any] = {"from": None, "to": None}


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
        location_id=asked.location_id,
    )
    return found, clock.now() - timedelta(seconds=round(found.age_s))


def _asked() -> Asked:
    first, last, faults = _dates()
    days = request.args.get("days", "")
    many = int(days) if days in map(str, DAYS) else _USUAL
    location_ref, location_id = _location()
    return Asked(
        period=_period(first, last, many, faults),
        days=0 if first or last else many,
        first=request.args.get("from", "")[:10],
        last=request.args.get("to", "")[:10],
        location_ref=location_ref,
        location_id=location_id,
        faults=faults,
    )


def _dates() -> tuple[date | None, date | None, dict[str, list[str]]]:
    found: dict[str, date | None] = {}
    faults: dict[str, list[str]] = {}
    for name in ("from", "to"):
        typed = request.args.get(name, "").strip()
        try:
            found[name] = date.fromisoformat(typed) if typed else None
        except ValueError:
            found[name], faults[name] = None, [gettext("Write a day, or choose one.")]
    return found["from"], found["to"], faults


def _period(
    first: date | None, last: date | None, many: int, faults: dict[str, list[str]]
) -> Period:
    """The own dates, or the last days; what makes no sense is said and shows the last days."""
    usual = figures.period_of(
        first_on=today() - timedelta(days=many - 1), last_on=None, today=today()
    )
    if faults or not (first or last):
        return usual
    try:
        return figures.period_of(first_on=first, last_on=last, today=today())
    except Invalid as error:
        faults.update(error.facts_in(language())["fields"])
        return usual


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
