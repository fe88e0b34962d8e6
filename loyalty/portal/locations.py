"""The shop's places: open one, say where and when it is open, set its own rules, close it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Response, make_response, redirect, render_template, url_for
from sqlalchemy.orm import Session

from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Invalid
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.counter.rollups.models import ShopDay
from loyalty.merchants import devices, hours, places
from loyalty.merchants.hours import DAYS, SPANS, Hours, NotHours
from loyalty.merchants.models import Location
from loyalty.merchants.places import ChangedMeanwhile, Place, StillInUse
from loyalty.merchants.roles import Permission
from loyalty.portal import location_staff
from loyalty.portal.blueprint import blueprint
from loyalty.web import guard, reads, sheets, shopfront, toasts
from loyalty.web.fields import Body, Choice, Line
from loyalty.web.forms import FormState, Tick, TypedAmount, read_form
from loyalty.web.locale import gettext, language, money, pick, shop
from loyalty.web.visitrows import today

_DAYS_COUNTED = 30
_NOTHING = "\N{EN DASH}"
_TIMES = [[f"h{day}{place}" for place in range(SPANS * 2)] for day in range(DAYS)]
_SAVED = Text("Salvato.", "Saved.")
_CLOSED = Text("La sede è chiusa. Quello che è successo lì resta.",
               "The place is closed. What happened there stays.")  # fmt: skip
_REOPENED = Text("La sede è di nuovo aperta.", "The place is open again.")


class _New(Body):
    name = Line((1, 120), required=True)


class _Edit(Body):
    name = Line((1, 120), required=True)
    address = Line((1, 200))
    language = Choice("it", "en")
    is_earning = Tick()
    amount_max = TypedAmount(1)
    seen = Line((1, 40), required=True)


_new = _New()
_edit = _Edit.from_dict({name: Line((1, 8)) for day in _TIMES for name in day})()


@dataclass(frozen=True, slots=True)
class _Row:
    """A place in the list."""

    ref: str
    name: str
    address: str
    hours: list[tuple[str, str]]
    closed_at: datetime | None
    visits: int
    tills: int
    rule: str


@blueprint.get("/portal/locations")
@guard.staff(Permission.SETTINGS)
def locations() -> Response:
    """Every place, with its visits of thirty days."""
    return _list(FormState())


@blueprint.post("/portal/locations")
@guard.staff(Permission.SETTINGS)
def add_location() -> Response:
    """Open a place."""
    form = read_form(_new)
    if not form.is_valid:
        return _list(form, status=422)
    try:
        with write() as records:
            added = places.add(records, duty=guard.duty(), name=form.values["name"], at=clock.now())
    except Invalid as error:
        return _list(form.refuse_all(error.facts_in(language())["fields"]), status=422)
    return make_response(redirect(url_for("portal.location", location_ref=added), 303))


@blueprint.get("/portal/locations/<location_ref>")
@guard.staff(Permission.SETTINGS)
def location(location_ref: str) -> Response:
    """One place, to change it."""
    return _page(location_ref, FormState())


@blueprint.post("/portal/locations/<location_ref>")
@guard.staff(Permission.SETTINGS)
def change_location(location_ref: str) -> Response:
    """Change a place; two people who do it at once hear of each other."""
    form = read_form(_edit)
    opening, form = _hours(form)
    if not form.is_valid:
        return _page(location_ref, form, status=422)
    values = form.values
    wanted = Place(
        name=values["name"],
        address=values.get("address"),
        hours=opening,
        language=values.get("language"),
        is_earning=values["is_earning"],
        largest_minor=values.get("amount_max"),
    )
    try:
        with write() as records:
            places.change(
                records, duty=guard.duty(), location_ref=location_ref, wanted=wanted,
                seen=values["seen"], at=clock.now(),
            )  # fmt: skip
    except Invalid as error:
        found = error.facts_in(language())["fields"]
        return _page(location_ref, form.refuse_all(found), status=422)
    except ChangedMeanwhile as changed:
        return _page(location_ref, form, refusal=pick(changed.sentence), status=409)
    toasts.say(_SAVED)
    return make_response(redirect(url_for("portal.locations"), 303))


@blueprint.post("/portal/locations/<location_ref>/close")
@guard.staff(Permission.SETTINGS)
def close_location(location_ref: str) -> Response:
    """Nobody sells there any more."""
    try:
        with write() as records:
            places.close(records, duty=guard.duty(), location_ref=location_ref, at=clock.now())
    except StillInUse as refusal:
        said = pick(refusal.sentence).format(**refusal.facts)
        return _page(location_ref, FormState(), refusal=said, status=409)
    toasts.say(_CLOSED, undo=url_for("portal.reopen_location", location_ref=location_ref))
    return make_response(redirect(url_for("portal.locations"), 303))


@blueprint.post("/portal/locations/<location_ref>/reopen")
@guard.staff(Permission.SETTINGS)
def reopen_location(location_ref: str) -> Response:
    """It is open again."""
    with write() as records:
        places.reopen(records, duty=guard.duty(), location_ref=location_ref, at=clock.now())
    toasts.say(_REOPENED)
    return make_response(redirect(url_for("portal.locations"), 303))


def _hours(form: FormState) -> tuple[Hours | None, FormState]:
    typed = [[form.value(name) for name in day] for day in _TIMES]
    try:
        return hours.read(typed), form
    except NotHours as error:
        day = shopfront.day_name(error.day)
        return None, form.refuse(_TIMES[error.day][0], f"{day}: {pick(error.reason)}")


def _list(form: FormState, *, status: int = 200) -> Response:
    records, merchant_id = reads.session(), guard.duty().merchant_id
    visits, tills = _visits(records), _tills(records)
    rows = [
        _Row(
            ref=ref("loc", row.id),
            name=row.name,
            address=row.address or "",
            hours=shopfront.said(row.hours),
            closed_at=row.closed_at,
            visits=visits.get(row.id, 0),
            tills=len(tills.get(row.id, ())),
            rule=_rule(row),
        )
        for row in places.list_locations(records, merchant_id=merchant_id)
    ]
    rows.sort(key=lambda row: row.closed_at is not None)
    return make_response(render_template("portal/locations.html", rows=rows, form=form), status)


def _rule(row: Location) -> str:
    if not row.is_earning:
        return gettext("nothing is collected here")
    if row.largest_minor is not None:
        return gettext("up to %(money)s a visit", money=money(row.largest_minor))
    return ""


def _visits(records: Session) -> Mapping[Any, int]:
    """The living visits of thirty days, by place."""
    since = today() - timedelta(days=_DAYS_COUNTED - 1)
    query = (
        sa.select(ShopDay.location_id, sa.func.sum(ShopDay.visits))
        .where(ShopDay.merchant_id == guard.duty().merchant_id, ShopDay.local_on >= since)
        .group_by(ShopDay.location_id)
    )
    return {row[0]: row[1] for row in records.execute(query)}


def _tills(records: Session) -> Mapping[Any, list[str]]:
    """The names of the tills at each place."""
    found: dict[Any, list[str]] = {}
    for till in devices.list_devices(records, merchant_id=guard.duty().merchant_id):
        found.setdefault(till.location_id, []).append(till.name)
    return found


def _page(location_ref: str, form: FormState, *, refusal: str = "", status: int = 200) -> Response:
    records = reads.session()
    records.expire_all()
    row = places.find(records, merchant_id=guard.duty().merchant_id, location_ref=location_ref)
    kept = _as_typed(row)
    html = render_template(
        "portal/location.html",
        row=row,
        location_ref=location_ref,
        form=form,
        kept=kept,
        typed=form.raw or kept,
        is_earning=bool(form.raw.get("is_earning")) if form.raw else row.is_earning,
        days=[(shopfront.day_name(day), _TIMES[day]) for day in range(DAYS)],
        seen=places.edition(row),
        now=_now(row, form) if refusal and form.raw else [],
        tills=_tills(records).get(row.id, []),
        visits=_visits(records).get(row.id, 0),
        workers=location_staff.workers(row),
        has_others=_has_others(records, row),
        refusal=refusal,
    )
    return make_response(html, status)


def _has_others(records: Session, row: Location) -> bool:
    every = places.list_locations(records, merchant_id=row.merchant_id)
    return any(each.id != row.id and each.closed_at is None for each in every)


def _as_typed(row: Location) -> dict[str, str]:
    """What stands in the fields."""
    here = shop()
    limit = sheets.amount(row.largest_minor, here.currency if here else "EUR")
    found = {
        "name": row.name,
        "address": row.address or "",
        "language": row.language or "",
        "amount_max": limit,
    }
    for day, spans in enumerate(row.hours or []):
        times = [time for span in spans for time in span]
        found.update(dict(zip(_TIMES[day], times, strict=False)))
    return found


def _now(row: Location, form: FormState) -> list[tuple[str, str]]:
    """What somebody else has saved meanwhile, where it is not what was typed."""
    labels = {
        "name": gettext("Name"), "address": gettext("Address"), "language": gettext("Language"),
        "amount_max": gettext("Largest visit"),
    }  # fmt: skip
    kept = _as_typed(row)
    changed = [(label, kept[name] or _NOTHING) for name, label in labels.items()
               if kept[name] != form.value(name)]  # fmt: skip
    opening = ", ".join(f"{days} {times}" for days, times in shopfront.said(row.hours))
    is_same = all(kept.get(name, "") == form.value(name) for day in _TIMES for name in day)
    return changed if is_same else [*changed, (gettext("Opening hours"), opening or _NOTHING)]
