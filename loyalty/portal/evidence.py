"""Checks at the till: who stands out from the others, and by what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from flask import render_template, request
from sqlalchemy.orm import Session

from loyalty.core.text import Text
from loyalty.counter.evidence import gathering, measures
from loyalty.counter.evidence.measures import BY_HAND, Judged, Measured
from loyalty.counter.evidence.tallies import Period, Tally
from loyalty.merchants import accounts
from loyalty.merchants.roles import Permission
from loyalty.portal import checkwords
from loyalty.portal.blueprint import blueprint
from loyalty.programs import catalogue, editor
from loyalty.web import guard, reads
from loyalty.web.looks import initials
from loyalty.web.visitrows import begin_of, today

PERIODS = (30, 90, 365)
Units = Mapping[str, Text]


@dataclass(frozen=True, slots=True)
class _Figure:
    """One measure of one person in words."""

    key: str
    label: str
    value: str
    beside: str
    is_beyond: bool
    has_rows: bool


@dataclass(frozen=True, slots=True)
class _Person:
    """Somebody at the till, with what they did beside the others."""

    ref: str
    name: str
    initials: str
    summary: str
    verdict: str
    verdict_kind: str
    figures: list[_Figure]


@blueprint.get("/portal/evidence")
@guard.staff(Permission.STAFF)
def evidence() -> str:
    """Everybody at the till, whoever stands out most first."""
    records, merchant_id = reads.session(), guard.duty().merchant_id
    judged = measures.judge(gathering.deeds(records, merchant_id=merchant_id, period=period()))
    named, units = names(records), unit_names(records)
    return render_template(
        "portal/evidence.html",
        people=[_person(one, named.get(one.tally.actor, ""), units) for one in judged],
        days=days(),
        periods=PERIODS,
    )


def days() -> int:
    """How far back: one of a few lengths, the shortest unless told otherwise."""
    asked = request.args.get("days", "")
    return int(asked) if asked in map(str, PERIODS) else PERIODS[0]


def period() -> Period:
    """So many days of the shop, up to today."""
    last = today()
    first = last - timedelta(days=days() - 1)
    return Period(first, last, begin_of(first), begin_of(last + timedelta(days=1)))


def names(records: Session) -> dict[str, str]:
    """Everybody who works or worked here, by their ref."""
    people = accounts.list_staff(records, merchant_id=guard.duty().merchant_id)
    return {accounts.staff_ref(person): person.name for person in people}


def unit_names(records: Session) -> Units:
    """What the programs in force call their units."""
    merchant_id = guard.duty().merchant_id
    found: dict[str, Text] = {}
    for program in editor.page(records, merchant_id=merchant_id):
        if program.current_version is not None:
            version = catalogue.version(
                records,
                merchant_id=merchant_id,
                program_id=program.id,
                number=program.current_version,
            )
            found.update({unit.key: unit.label for unit in version.document.units})
    return found


def _person(judged: Judged, name: str, units: Units) -> _Person:
    tally = judged.tally
    verdict, kind = checkwords.verdict(judged)
    return _Person(
        ref=tally.actor,
        name=name,
        initials=initials(name),
        summary=checkwords.summary(tally),
        verdict=verdict,
        verdict_kind=kind,
        figures=[_figure(tally, one, units) for one in judged.measures],
    )


def _figure(tally: Tally, measured: Measured, units: Units) -> _Figure:
    is_by_hand = measured.key == BY_HAND
    return _Figure(
        key=measured.key,
        label=checkwords.label(measured.key),
        value=_by_hand(tally, units) if is_by_hand else checkwords.value(tally, measured),
        beside=checkwords.beside(measured),
        is_beyond=measured.is_beyond,
        has_rows=bool(tally.by_hand if is_by_hand else measured.part),
    )


def _by_hand(tally: Tally, units: Units) -> str:
    """What was given and taken, unit by unit."""
    moved = [*tally.given.items(), *((unit, -many) for unit, many in tally.taken.items())]
    return ", ".join(checkwords.signed(many, unit, units) for unit, many in moved if many) or "0"
