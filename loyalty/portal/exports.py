"""Files to take along: visits, rewards, vouchers and ledger entries of a period and a program."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Response, make_response, render_template, request

from loyalty.core import clock
from loyalty.core.db import current, write
from loyalty.core.ids import parse_ref, ref
from loyalty.core.text import Text
from loyalty.counter.extracts import Extract, Period
from loyalty.merchants.acts import note
from loyalty.merchants.roles import Permission
from loyalty.portal.blueprint import blueprint
from loyalty.portal.export_rows import KINDS, Names
from loyalty.programs import editor
from loyalty.web import guard, reads, sheets
from loyalty.web.fields import Body, Choice, Day, Line
from loyalty.web.forms import FormState, read_form
from loyalty.web.locale import pick
from loyalty.web.visitrows import begin_of, today

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LAST = date(9998, 12, 30)  # a day after it there still is one
_BACKWARDS = Text("La fine viene prima dell'inizio.", "The end comes before the beginning.")


class _Wanted(Body):
    kind = Choice(*KINDS, required=True)
    first_on = Day(required=True)
    last_on = Day(required=True)
    program = Line((1, 40))


_form = _Wanted()


@dataclass(frozen=True, slots=True)
class _Preset:
    """A period that people often want."""

    name: str
    first_on: date
    last_on: date


@blueprint.get("/portal/exports")
@guard.staff(Permission.EXPORT)
def exports() -> Response:
    """What, from when to when, of which program."""
    return _page(FormState())


@blueprint.post("/portal/exports")
@guard.staff(Permission.EXPORT, fresh=True)
def export_file() -> Response:
    """The file, a page of rows at a time; who took it stands in the staff log."""
    form = read_form(_form)
    values = form.values
    if form.is_valid and values["last_on"] < values["first_on"]:
        form = form.refuse("last_on", _BACKWARDS)
    if not form.is_valid:
        return _page(form, status=422)
    duty, at = guard.duty(), clock.now()
    program_ref = values.get("program")
    if program_ref:
        editor.find(reads.session(), merchant_id=duty.merchant_id, program_ref=program_ref)
    of = Extract(
        duty.merchant_id,
        _period(values["first_on"], min(values["last_on"], _LAST)),
        parse_ref("prg", program_ref) if program_ref else None,
    )
    with write() as records:
        facts = {"from": str(values["first_on"]), "to": str(values["last_on"])}
        if program_ref:
            facts["program"] = program_ref
        note(records, duty=duty, act="export", target=values["kind"], at=at, **facts)
    name = f"{values['kind']}-{values['first_on']}-{values['last_on']}"
    return sheets.streamed(name, _rows(values["kind"], of))


def _period(first_on: date, last_on: date) -> Period:
    return Period(first_on, last_on, begin_of(first_on), begin_of(last_on + timedelta(days=1)))


def _rows(kind: str, of: Extract) -> Iterator[list[sheets.Cell]]:
    """Heading and rows; between two pages nothing is held."""
    names = Names(reads.session())
    found = KINDS[kind]
    yield [pick(heading) for heading in found.headings]
    after: Any = None
    more: Callable[..., list[Any]] = found.page
    while True:
        with current().read() as session:
            rows = more(session, of=of, after=after)
        for row in rows:
            yield found.cells(row, names)
        if not rows:
            return
        after = rows[-1]


def _page(form: FormState, *, status: int = 200) -> Response:
    records, merchant_id = reads.session(), guard.duty().merchant_id
    presets = _presets()
    html = render_template(
        "portal/exports.html",
        form=form,
        kind=form.value("kind", next(iter(KINDS))),
        kinds=[(key, pick(one.name), pick(one.what)) for key, one in KINDS.items()],
        first_on=form.value("first_on", _asked("first_on", presets[0].first_on)),
        last_on=form.value("last_on", _asked("last_on", presets[0].last_on)),
        programs=[
            (ref("prg", one.id), one.name) for one in editor.page(records, merchant_id=merchant_id)
        ],
        presets=presets,
    )
    return make_response(html, status)


def _asked(name: str, usual: date) -> str:
    """A day that the address names, if it is one."""
    given = request.args.get(name, "")
    return given if _DAY.fullmatch(given) else usual.isoformat()


def _presets() -> list[_Preset]:
    now = today()
    month = now.replace(day=1)
    before = month - timedelta(days=1)
    return [
        _Preset(pick(Text("Questo mese", "This month")), month, now),
        _Preset(pick(Text("Il mese scorso", "Last month")), before.replace(day=1), before),
        _Preset(pick(Text("Quest'anno", "This year")), now.replace(month=1, day=1), now),
    ]
