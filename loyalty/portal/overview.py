"""The owner's home: today's visits with their reasons, cards, and the units of each program."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from flask import render_template
from sqlalchemy.orm import Session

from loyalty.core import clock
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.counter import history
from loyalty.ledger import statements
from loyalty.merchants.roles import Permission
from loyalty.portal.blueprint import blueprint
from loyalty.portal.words import greeting, program_state
from loyalty.programs import catalogue, editor
from loyalty.programs.catalogue import PublishedVersion
from loyalty.programs.earning import is_cause
from loyalty.programs.models import Program
from loyalty.web import guard, reads, session, visitrows
from loyalty.web.locale import gettext, number, pick

_DAYS = 30
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class _Figure:
    """A number, what it counts, and the same over a longer while."""

    label: str
    value: int
    note: str


@dataclass(frozen=True, slots=True)
class _Units:
    """One unit today and in the last thirty days."""

    label: str
    given_today: int
    spent_today: int
    given_month: int
    spent_month: int


@dataclass(frozen=True, slots=True)
class _Promise:
    """A program with the sentence that customers read."""

    name: str
    terms: str
    state: str
    state_kind: str


@blueprint.get("/portal/")
@guard.staff(Permission.REPORTS)
def home() -> str:
    """What is true now, and nothing that is not."""
    records, merchant_id, at = reads.session(), guard.duty().merchant_id, clock.now()
    programs = editor.page(records, merchant_id=merchant_id)
    versions = {program.id: _current(records, program) for program in programs}
    visits = history.of_day(records, merchant_id=merchant_id, on=visitrows.today(), limit=_SHOWN)
    me = session.person()
    return render_template(
        "portal/home.html",
        greeting=greeting(me.name if me else "", at),
        now=at,
        shop_ref=ref("mer", merchant_id),
        programs=[_promise(program, versions[program.id]) for program in programs],
        figures=_figures(records, merchant_id),
        visits=visitrows.rows(records, visits),
        count=visitrows.count_today(records),
        units=_units(records, merchant_id, list(versions.values()), at),
    )


def _current(records: Session, program: Program) -> PublishedVersion | None:
    if program.current_version is None:
        return None
    return catalogue.version(
        records,
        merchant_id=program.merchant_id,
        program_id=program.id,
        number=program.current_version,
    )


def _promise(program: Program, version: PublishedVersion | None) -> _Promise:
    state, kind = program_state(program.status)
    return _Promise(program.name, pick(version.terms) if version else "", state, kind)


def _figures(records: Session, merchant_id: UUID) -> list[_Figure]:
    on = visitrows.today()
    month_on = on - timedelta(days=_DAYS - 1)
    today, month = (
        history.figures(
            records, merchant_id=merchant_id, first=first, last=on, since=visitrows.begin_of(first)
        )
        for first in (on, month_on)
    )
    cards = history.card_count(records, merchant_id=merchant_id)
    return [
        _Figure(gettext("Visits today"), today.visits, _in_a_month(month.visits)),
        _Figure(gettext("Customers today"), today.cards, _in_a_month(month.cards)),
        _Figure(gettext("Rewards today"), today.handed_over, _in_a_month(month.handed_over)),
        _Figure(gettext("Cards"), cards, gettext("given out so far")),
    ]


def _in_a_month(count: int) -> str:
    return gettext("%(count)s in 30 days", count=number(count))


def _units(
    records: Session,
    merchant_id: UUID,
    versions: list[PublishedVersion | None],
    at: datetime,
) -> list[_Units]:
    on, until = visitrows.today(), at + timedelta(seconds=1)
    today, month = (
        {
            total.unit: total
            for total in statements.totals(
                records, merchant_id=merchant_id, since=visitrows.begin_of(first), until=until
            )
        }
        for first in (on, on - timedelta(days=_DAYS - 1))
    )
    names = _names(versions)
    nothing = statements.UnitTotals("", 0, 0, 0)
    return [
        _Units(
            label=pick(names.get(unit, Text(unit, unit))),
            given_today=today.get(unit, nothing).given,
            spent_today=today.get(unit, nothing).redeemed,
            given_month=total.given,
            spent_month=total.redeemed,
        )
        for unit, total in month.items()
        if not is_cause(unit)  # money, and on a page of its own
    ]


def _names(versions: list[PublishedVersion | None]) -> dict[str, Text]:
    return {
        unit.key: unit.label for version in versions if version for unit in version.document.units
    }
