"""The rows behind a figure of the checks, as a page and as a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Response, render_template

from loyalty.cards.tokens import shown as shown_code
from loyalty.core.errors import Unknown
from loyalty.core.ids import ref
from loyalty.counter.evidence import gathering, rows
from loyalty.counter.evidence.measures import MEASURES
from loyalty.counter.evidence.rows import Holder, Row
from loyalty.counter.evidence.tallies import Tally
from loyalty.merchants.roles import Permission
from loyalty.portal import checkwords
from loyalty.portal.blueprint import blueprint
from loyalty.portal.evidence import Units, days, names, period, unit_names
from loyalty.web import guard, reads, sheets
from loyalty.web.locale import gettext, money, pick, shop, zone
from loyalty.web.visitrows import today

_SHOWN = 100
Holders = Mapping[UUID, Holder]
_NOBODY = Holder(None, None)


@dataclass(frozen=True, slots=True)
class _Line:
    """One row behind a figure, as the page shows it."""

    at: datetime
    what: str
    who: str
    code: str
    amount: str
    detail: str


@blueprint.get("/portal/evidence/<staff_ref>/<measure>")
@guard.staff(Permission.STAFF)
def evidence_rows(staff_ref: str, measure: str) -> str:
    """The rows behind one figure, the latest first."""
    found = _behind(staff_ref, measure)
    shown = found[:_SHOWN]
    holders, units = _holders(shown), unit_names(reads.session())
    return render_template(
        "portal/evidence_rows.html",
        staff_ref=staff_ref,
        name=names(reads.session())[staff_ref],
        measure=measure,
        label=checkwords.label(measure),
        why=checkwords.why(measure),
        lines=[_line(row, holders, units) for row in shown],
        count=len(found),
        days=days(),
    )


@blueprint.get("/portal/evidence/<staff_ref>/<measure>.csv")
@guard.staff(Permission.STAFF, fresh=True)
def evidence_file(staff_ref: str, measure: str) -> Response:
    """All of these rows as a file."""
    found = _behind(staff_ref, measure)
    holders, units = _holders(found), unit_names(reads.session())
    name = names(reads.session())[staff_ref]
    body = [_cells(name, row, holders, units) for row in found]
    return sheets.answer(f"{measure}-{today().isoformat()}", [checkwords.heading(), *body])


def _behind(staff_ref: str, measure: str) -> list[Row]:
    """Raises Unknown("staff"), also for a measure that does not exist."""
    records, merchant_id = reads.session(), guard.duty().merchant_id
    if staff_ref not in names(records) or measure not in (*MEASURES, "visits"):
        raise Unknown("staff")
    deeds = gathering.deeds(records, merchant_id=merchant_id, period=period())
    mine = (tally for tally in deeds.tallies if tally.actor == staff_ref)
    tally = next(mine, Tally(staff_ref))
    return rows.behind(
        records, merchant_id=merchant_id, period=period(), tally=tally, measure=measure
    )


def _holders(found: list[Row]) -> Holders:
    return rows.holders(
        reads.session(),
        merchant_id=guard.duty().merchant_id,
        card_ids=(row.card_id for row in found),
    )


def _holder(row: Row, holders: Holders) -> Holder:
    return _NOBODY if row.card_id is None else holders.get(row.card_id, _NOBODY)


def _code(holder: Holder) -> str:
    return shown_code(holder.code) if holder.code else ""


def _line(row: Row, holders: Holders, units: Units) -> _Line:
    holder = _holder(row, holders)
    moved = "" if row.units is None else checkwords.signed(row.units, row.unit, units)
    return _Line(
        at=row.at,
        what=checkwords.what(row),
        who=(holder.name or gettext("No name")) if row.card_id else "",
        code=_code(holder),
        amount=moved or money(row.amount_minor),
        detail=checkwords.detail(row),
    )


def _cells(name: str, row: Row, holders: Holders, units: Units) -> list[sheets.Cell]:
    here = shop()
    currency = here.currency if here and row.amount_minor is not None else ""
    return [
        row.at.astimezone(zone()).strftime("%Y-%m-%d %H:%M:%S"),
        name,
        checkwords.what(row),
        _code(_holder(row, holders)),
        ref("crd", row.card_id) if row.card_id else "",
        sheets.amount(row.amount_minor, currency),
        currency,
        row.units,
        pick(units.get(row.unit, row.unit)),
        checkwords.detail(row),
    ]
