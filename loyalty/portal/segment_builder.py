"""A segment put together by a form: conditions in rows, who that would be, and why each of them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for

from loyalty.analytics import audience, saved
from loyalty.analytics.builtin import BUILTIN
from loyalty.analytics.models import Segment
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Invalid, StateConflict, Unknown
from loyalty.core.ids import ref
from loyalty.members import listing
from loyalty.merchants.places import ChangedMeanwhile
from loyalty.merchants.roles import Permission
from loyalty.portal import members, segment_fields, segment_rows, segment_said
from loyalty.portal.blueprint import blueprint
from loyalty.portal.segment_fields import OP_WORDS, Field
from loyalty.portal.segment_rows import PARTS, Row, Rows, Written
from loyalty.web import guard, reads, toasts
from loyalty.web.locale import gettext, language, pick, shop
from loyalty.web.looks import initials
from loyalty.web.visitrows import today

SAMPLE = 8
_SAVE, _ADD, _DROP = "save", "add-", "drop-"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who would be in it, and why."""

    ref: str
    name: str | None
    initials: str
    why: str


@dataclass(frozen=True, slots=True)
class Found:
    """Who would be in it; None counted: something is to be mended first."""

    members: int | None = None
    people: list[Person] = field(default_factory=list)
    is_behaviour: bool = False


@dataclass
class Draft:
    """What the form holds: a name, rows, and what is wrong with them."""

    name: str
    rows: Rows
    errors: dict[str, list[str]] = field(default_factory=dict)
    faults: dict[tuple[str, int], list[str]] = field(default_factory=dict)
    refusal: str = ""
    now: list[tuple[str, str]] = field(default_factory=list)
    status: int = 200


@blueprint.get("/portal/segments/new")
@guard.staff(Permission.MEMBERS)
def new_segment() -> Response:
    """An empty form, or one that begins with a segment of the house."""
    key = request.args.get("segment", "")
    first = Row("segment", "in", chosen=(key,)) if key in BUILTIN else Row("")
    return _page(Draft("", {"all": [first], "any": [], "none": []}), None)


@blueprint.post("/portal/segments/new")
@guard.staff(Permission.MEMBERS)
def make_segment() -> Response:
    """Look who would be in it, add and take rows, or keep it."""
    return _submitted(None)


@blueprint.get("/portal/segments/<segment_key>")
@guard.staff(Permission.MEMBERS)
def segment(segment_key: str) -> Response:
    """One of the shop's own, to be changed."""
    found = _find(segment_key)
    rows = segment_rows.rows_of(found.audience, _known(), **_spoken())
    if rows is None:
        return _page(Draft(found.name, {part: [] for part in PARTS}), found, is_foreign=True)
    return _page(Draft(found.name, rows), found)


@blueprint.post("/portal/segments/<segment_key>")
@guard.staff(Permission.MEMBERS)
def change_segment(segment_key: str) -> Response:
    """The same for one that is kept already."""
    return _submitted(_find(segment_key))


def _find(key: str) -> Segment:
    records = reads.session()
    records.expire_all()
    return saved.find(records, merchant_id=guard.duty().merchant_id, key=key)


def _known() -> dict[str, Field]:
    return segment_fields.fields(reads.session())


def _spoken() -> dict[str, str]:
    here = shop()
    assert here is not None, "the guard has said whose page this is"
    return {"currency": here.currency, "language": language()}


def _submitted(kept: Segment | None) -> Response:
    known, deed = _known(), request.form.get("deed", "")
    is_foreign = request.form.get("foreign") == "1" and kept is not None
    draft = Draft(request.form.get("name", "").strip(), segment_rows.read(request.form))
    draft.rows = segment_rows.fitting(_edited(draft.rows, deed), known)
    if deed != _SAVE:
        return _page(draft, kept, is_foreign=is_foreign)
    written = segment_rows.write(draft.rows, known, **_spoken())
    wanted = dict(kept.audience) if kept and is_foreign else written.audience
    if written.faults or not wanted:
        return _refused(draft, kept, written)
    try:
        key = _keep(kept, draft.name, wanted, clock.now())
    except Invalid as error:
        _blame(draft, written, error)
        draft.status = 422
        return _page(draft, kept, is_foreign=is_foreign)
    except ChangedMeanwhile as changed:
        return _changed(draft, kept, changed)
    toasts.say(gettext("The segment is saved."))
    return make_response(redirect(url_for("portal.segments", _anchor=key), 303))


def _edited(rows: Rows, deed: str) -> Rows:
    """With one row more or less, as the button says."""
    for part in PARTS:
        if deed == f"{_ADD}{part}" and len(rows[part]) < segment_rows.ROWS_MAX:
            return {**rows, part: [*rows[part], Row("")]}
        for number in range(len(rows[part])):
            if deed == f"{_DROP}{part}-{number}":
                return {**rows, part: rows[part][:number] + rows[part][number + 1 :]}
    return rows


def _keep(kept: Segment | None, name: str, wanted: dict[str, Any], at: datetime) -> str:
    """Write it; the same twice is one."""
    duty = guard.duty()
    with write() as records:
        if kept is not None:
            seen = request.form.get("seen", "")
            saved.change(
                records, duty=duty, key=kept.key, name=name, audience=wanted, seen=seen, at=at
            )
            return kept.key
        for one in saved.every(records, merchant_id=duty.merchant_id):
            if one.name == name and one.audience == wanted:
                return one.key
        try:
            return saved.save(records, duty=duty, name=name, audience=wanted, at=at).key
        except StateConflict:  # somebody was faster: under another key it is another one
            return saved.save(records, duty=duty, name=f"{name} 2", audience=wanted, at=at).key


def _refused(draft: Draft, kept: Segment | None, written: Written) -> Response:
    draft.faults = {place: [pick(one) for one in said] for place, said in written.faults.items()}
    for (part, number), said in draft.faults.items():
        draft.errors[f"{part}-{number}-field"] = said
    if not draft.errors:
        draft.errors["all-0-field"] = [gettext("Choose at least one condition.")]
    draft.status = 422
    return _page(draft, kept)


def _blame(draft: Draft, written: Written, error: Invalid) -> None:
    """What the domain refuses stands at its row, or at the name."""
    for place, said in error.facts["fields"].items():
        if place == "name":
            draft.errors["name"] = [pick(one) for one in said]
        elif not written.blame(place, said):
            draft.errors.setdefault("all-0-field", []).extend(pick(one) for one in said)
    for (part, number), said in written.faults.items():
        draft.faults[part, number] = draft.errors[f"{part}-{number}-field"] = [
            pick(one) for one in said
        ]


def _changed(draft: Draft, kept: Segment | None, changed: ChangedMeanwhile) -> Response:
    assert kept is not None, "only what is there can have been changed"
    now = _find(kept.key)
    draft.refusal, draft.status = pick(changed.sentence), 409
    draft.now = [
        (gettext("Name"), now.name),
        (gettext("Conditions"), segment_said.audience(reads.session(), now.audience)),
    ]
    return _page(draft, now)


def _page(draft: Draft, kept: Segment | None, *, is_foreign: bool = False) -> Response:
    known = _known()
    for part in PARTS:
        draft.rows.setdefault(part, [])
    if not any(draft.rows.values()) and not is_foreign:
        draft.rows["all"] = [Row("")]
    wanted = kept.audience if kept and is_foreign else None
    html = render_template(
        "portal/segment.html",
        draft=draft,
        kept=kept,
        seen=saved.edition(kept) if kept else "",
        known=known,
        groups=_groups(known),
        op_words={key: pick(text) for key, text in OP_WORDS.items()},
        found=_found(wanted or segment_rows.write(draft.rows, known, **_spoken()).audience),
        is_foreign=is_foreign,
        foreign_said=_said(kept) if is_foreign else "",
        most=segment_rows.ROWS_MAX,
        sample=SAMPLE,
    )
    return make_response(html, draft.status)


def _said(kept: Segment | None) -> str:
    return segment_said.audience(reads.session(), kept.audience) if kept else ""


def _groups(known: dict[str, Field]) -> list[tuple[str, list[Field]]]:
    found: dict[str, list[Field]] = {}
    for one in known.values():
        found.setdefault(one.group, []).append(one)
    return list(found.items())


def _found(wanted: dict[str, Any]) -> Found:
    """Who that would be today: what can be counted already is."""
    if not wanted:
        return Found()
    records, scope = reads.session(), members.scope()
    merchant_id, on = scope.merchant_id, today()
    try:
        parsed = audience.parse(wanted)
        total = audience.count(records, merchant_id=merchant_id, audience=parsed, on=on)
        some = audience.page(records, merchant_id=merchant_id, audience=parsed, on=on, limit=SAMPLE)
    except (Invalid, Unknown):
        return Found()
    rows = listing.named(records, scope=scope, ids=[one.customer_id for one in some])
    names = {one.id: one.name for one in rows}
    people = [
        Person(
            ref("cus", one.customer_id),
            names.get(one.customer_id),
            initials(names.get(one.customer_id)),
            pick(one.why),
        )
        for one in some
    ]
    return Found(total, people, audience.uses_behaviour(parsed))
