"""What customers said at the counter: what waits for an answer, and what came of the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Refused
from loyalty.core.ids import parse_ref, ref
from loyalty.core.money import Money
from loyalty.core.text import Text
from loyalty.counter import history
from loyalty.counter.history import Brief
from loyalty.customers import living
from loyalty.feedback import remarks as domain
from loyalty.feedback.models import Remark
from loyalty.feedback.remarks import DONE, KINDS, LETTERS_MAX, OPEN, DoneAlready
from loyalty.merchants import accounts
from loyalty.merchants.acts import note
from loyalty.merchants.roles import Permission
from loyalty.portal import making_up
from loyalty.portal.blueprint import blueprint
from loyalty.web import guard, reads, toasts
from loyalty.web.fields import Body, Paragraph
from loyalty.web.forms import FormState, TypedWhole, read_form
from loyalty.web.locale import day, gettext, money, pick
from loyalty.web.looks import initials

_SHOWN = 20
_CLOSED = Text("Segnata come fatta.", "Marked as done.")


class _Close(Body):
    outcome = Paragraph((1, LETTERS_MAX))
    units = TypedWhole(1, making_up.UNITS_MAX)


_close_form = _Close()


@dataclass(frozen=True, slots=True)
class _Shown:
    """A remark as the owner reads it."""

    ref: str
    about: str
    words: str
    name: str | None
    initials: str
    written_at: datetime
    written_by: str
    visit: str
    done_at: datetime | None
    done_by: str
    outcome: str
    unit: str  # what could be given to make up for it; nothing where that cannot be
    given: str
    form: FormState


@blueprint.get("/portal/remarks")
@guard.staff(Permission.REPORTS)
def remarks() -> Response:
    """Those that wait, or those that are done, the newest first."""
    return _page(request.args.get("state", OPEN))


@blueprint.post("/portal/remarks/<remark_ref>/done")
@guard.staff(Permission.REPORTS)
def close_remark(remark_ref: str) -> Response:
    """It is done; what was done stands beside it."""
    form, at = read_form(_close_form), clock.now()
    if not form.is_valid:
        return _page(OPEN, form, remark_ref, status=422)
    try:
        with write() as records:
            _close(records, remark_ref, form.values, at=at)
    except DoneAlready as error:
        return _page(DONE, refusal=pick(error.sentence), status=409)
    except Refused as error:
        return _page(OPEN, form.refuse("units", error.sentence), remark_ref, status=409)
    way_back = "" if form.values.get("units") else url_for(".reopen_remark", remark_ref=remark_ref)
    toasts.say(_CLOSED, undo=way_back)  # what was given stays on the card
    return make_response(redirect(url_for("portal.remarks"), 303))


def _close(records: Session, remark_ref: str, values: Mapping[str, Any], *, at: datetime) -> None:
    """Close it and make up for it in one write, once: a second tap finds it closed."""
    duty, outcome = guard.duty(), values.get("outcome")
    is_news = domain.close(
        records,
        merchant_id=duty.merchant_id,
        remark_ref=remark_ref,
        actor=duty.actor,
        outcome=outcome,
        at=at,
    )
    if not is_news:
        return
    facts = {}
    if values.get("units"):
        facts["adjustment"] = making_up.give(
            records, remark_ref=remark_ref, units=values["units"], reason=outcome, at=at
        )
    note(records, duty=duty, act="remark.done", target=remark_ref, at=at, **facts)


@blueprint.post("/portal/remarks/<remark_ref>/reopen")
@guard.staff(Permission.REPORTS)
def reopen_remark(remark_ref: str) -> Response:
    """It is not done after all: it waits again, where it stood."""
    duty, at = guard.duty(), clock.now()
    with write() as records:
        is_news = domain.reopen(records, merchant_id=duty.merchant_id, remark_ref=remark_ref)
        if is_news:
            note(records, duty=duty, act="remark.reopen", target=remark_ref, at=at)
    return make_response(redirect(url_for("portal.remarks", state=DONE), 303))


def _page(
    state: str,
    form: FormState | None = None,
    of: str = "",
    *,
    refusal: str = "",
    status: int = 200,
) -> Response:
    records, merchant_id = reads.session(), guard.duty().merchant_id
    state = DONE if state == DONE else OPEN
    found = domain.page(
        records,
        merchant_id=merchant_id,
        state=state,
        before=parse_ref("rem", request.args.get("before", "")),
        limit=_SHOWN + 1,
    )
    shown = found[:_SHOWN]
    page = render_template(
        "portal/remarks.html",
        remarks=_told(records, shown, {of: form or FormState()}),
        state=state,
        waiting=domain.count_open(records, merchant_id=merchant_id),
        earlier=ref("rem", shown[-1].id) if len(found) > _SHOWN else "",
        is_first="before" not in request.args,
        refusal=refusal,
    )
    return make_response(page, status)


def _told(records: Session, found: Sequence[Remark], forms: dict[str, FormState]) -> list[_Shown]:
    """A page of them with its people and visits, in one statement for each kind."""
    if not found:
        return []
    merchant_id = guard.duty().merchant_id
    people = living.people(
        records, merchant_id=merchant_id, customer_ids={one.customer_id for one in found}
    )
    visits = history.briefs(
        records,
        merchant_id=merchant_id,
        visit_ids=[one.visit_id for one in found if one.visit_id is not None],
    )
    staff = {
        accounts.staff_ref(person): person.name
        for person in accounts.list_staff(records, merchant_id=merchant_id)
    }
    units = making_up.units_of(records, card_ids={one.card_id for one in found})
    given = making_up.given(records, [one.recovery_id for one in found if one.recovery_id])
    return [
        replace(
            _shown(one, people[one.customer_id].name, staff),
            visit=_visit(visits[one.visit_id]) if one.visit_id else "",
            unit=units.get(one.card_id, ""),
            given=given.get(one.recovery_id, "") if one.recovery_id else "",
            form=forms.get(ref("rem", one.id), FormState()),
        )
        for one in found
    ]


def _shown(remark: Remark, name: str | None, staff: dict[str, str]) -> _Shown:
    return _Shown(
        ref=ref("rem", remark.id),
        about=pick(KINDS[remark.kind]),
        words=remark.words or "",
        name=name,
        initials=initials(name),
        written_at=remark.written_at,
        written_by=staff.get(remark.actor, ""),
        visit="",
        done_at=remark.done_at,
        done_by=staff.get(remark.done_by or "", ""),
        outcome=remark.outcome or "",
        unit="",
        given="",
        form=FormState(),
    )


def _visit(visit: Brief) -> str:
    on = day(visit.occurred_at)
    if visit.amount_minor is None:
        return gettext("about the visit of %(day)s", day=on)
    paid = money(Money(visit.amount_minor, visit.currency))
    return gettext("about the visit of %(day)s, %(money)s", day=on, money=paid)
