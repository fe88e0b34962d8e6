"""The owner's home: today with its visits, five numbers with their past, and what waits."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from flask import render_template
from sqlalchemy.orm import Session

from loyalty.analytics import pulse
from loyalty.analytics.periods import BEFORE, Period
from loyalty.core import clock
from loyalty.core.text import Text
from loyalty.counter import history
from loyalty.feedback import remarks
from loyalty.feedback.remarks import KINDS, OPEN
from loyalty.ledger import statements
from loyalty.merchants.roles import Permission
from loyalty.portal import period
from loyalty.portal.blueprint import blueprint
from loyalty.portal.figures import Figure
from loyalty.portal.pulse_figures import five
from loyalty.portal.slipping_card import slipping_card
from loyalty.portal.words import greeting, program_state
from loyalty.programs import catalogue, editor
from loyalty.programs.catalogue import PublishedVersion
from loyalty.programs.earning import is_cause
from loyalty.programs.models import Program
from loyalty.web import guard, reads, session, visitrows
from loyalty.web.locale import pick, zone

_SHOWN = 10
_USUAL = "28"  # days: its numbers are counted in the night
_REMARKS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class _Units:
    """One unit today."""

    label: str
    given: int
    spent: int


@dataclass(frozen=True, slots=True)
class _Said:
    """A remark that waits."""

    about: str
    words: str
    written_at: datetime


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
    """Today as it is, the last four weeks beside those before, and what waits."""
    records, merchant_id, at = reads.session(), guard.duty().merchant_id, clock.now()
    programs = editor.page(records, merchant_id=merchant_id)
    versions = {program.id: _current(records, program) for program in programs}
    visits = history.of_day(records, merchant_id=merchant_id, on=visitrows.today(), limit=_SHOWN)
    me, days = session.person(), period.picked(_USUAL)
    assert days.period is not None, "the home has a default"
    return render_template(
        "portal/home.html",
        greeting=greeting(me.name if me else "", at),
        now=at,
        programs=[_promise(program, versions[program.id]) for program in programs],
        today=_today(records, merchant_id),
        figures=_figures(records, merchant_id, days.period),
        days=days,
        slipping=slipping_card(),
        visits=visitrows.rows(records, visits),
        units=_units(records, merchant_id, list(versions.values()), at),
        remarks=_remarks(records, merchant_id),
        waiting=remarks.count_open(records, merchant_id=merchant_id),
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


def _today(records: Session, merchant_id: UUID) -> history.Figures:
    on = visitrows.today()
    return history.figures(
        records, merchant_id=merchant_id, first=on, last=on, since=visitrows.begin_of(on)
    )


def _figures(records: Session, merchant_id: UUID, chosen: Period) -> list[Figure]:
    """The five numbers of those days; none in the usual ones before there is a day to count."""
    if (chosen.key, chosen.how) != (_USUAL, BEFORE):
        return five(
            pulse.over(records, merchant_id=merchant_id, period=chosen, timezone=zone().key)
        )
    taken = pulse.take(records, merchant_id=merchant_id, on=visitrows.today(), timezone=zone().key)
    return five(taken) if any(each.visits for each in taken.trade) else []


def _remarks(records: Session, merchant_id: UUID) -> list[_Said]:
    found = remarks.page(records, merchant_id=merchant_id, state=OPEN, limit=_REMARKS_SHOWN)
    return [_Said(pick(KINDS[one.kind]), one.words or "", one.written_at) for one in found]


def _units(
    records: Session,
    merchant_id: UUID,
    versions: list[PublishedVersion | None],
    at: datetime,
) -> list[_Units]:
    totals = statements.totals(
        records,
        merchant_id=merchant_id,
        since=visitrows.begin_of(visitrows.today()),
        until=at + timedelta(seconds=1),
    )
    names = _names(versions)
    return [
        _Units(
            pick(names.get(total.unit, Text(total.unit, total.unit))), total.given, total.redeemed
        )
        for total in totals
        if not is_cause(total.unit)  # money, and on a page of its own
    ]


def _names(versions: list[PublishedVersion | None]) -> dict[str, Text]:
    return {
        unit.key: unit.label for version in versions if version for unit in version.document.units
    }
