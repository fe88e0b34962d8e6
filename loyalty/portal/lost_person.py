"""The file of a lost customer: since when, what was usual, what was said, and why."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Response, make_response, redirect, render_template, url_for
from sqlalchemy.orm import Session

from loyalty.analytics import losing, spoken
from loyalty.analytics.losing import Gone
from loyalty.automations import asking
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.customers.models import Customer
from loyalty.feedback import losses, remarks
from loyalty.feedback.losses import LETTERS_MAX, Said
from loyalty.merchants import accounts
from loyalty.merchants.acts import note
from loyalty.merchants.roles import Permission
from loyalty.portal import lost, member_of, member_words
from loyalty.portal.blueprint import blueprint
from loyalty.web import guard, reads, toasts
from loyalty.web.fields import Body, Choice, Paragraph
from loyalty.web.forms import FormState, read_form
from loyalty.web.locale import gettext, pick
from loyalty.web.visitrows import today

_SAVED = Text("Annotato.", "Noted.")
_OF_THEM = Text("l'ha detto nella risposta a una lettera", "said so in answer to a letter")


class _Note(Body):
    reason = Choice(*losses.REASONS, required=True)
    words = Paragraph((1, LETTERS_MAX))


_form = _Note()


@dataclass(frozen=True, slots=True)
class Known:
    """One thing that is known of why, and by whom."""

    reason: str
    words: str
    by: str
    at: datetime


@blueprint.get("/portal/lost/<member_ref>")
@guard.staff(Permission.MEMBERS)
def lost_person(member_ref: str) -> Response:
    """Everything about why somebody stays away."""
    return _page(member_of.find(reads.session(), member_ref), FormState())


@blueprint.post("/portal/lost/<member_ref>")
@guard.staff(Permission.MEMBERS)
def note_loss(member_ref: str) -> Response:
    """Note why, as far as the staff know; the same again changes nothing."""
    customer, form, at = member_of.find(reads.session(), member_ref), read_form(_form), clock.now()
    if not form.is_valid:
        return _page(customer, form, status=422)
    said, duty = Said(form.values["reason"], form.values.get("words")), guard.duty()
    who = ref("cus", customer.id)
    with write() as records:
        is_news = losses.note(
            records,
            merchant_id=duty.merchant_id,
            customer_id=customer.id,
            said=said,
            actor=duty.actor,
            at=at,
        )
        if is_news:
            note(records, duty=duty, act="loss.note", target=who, at=at, reason=said.reason)
    toasts.say(_SAVED)
    return make_response(redirect(url_for("portal.lost_person", member_ref=who), 303))


def _page(customer: Customer, form: FormState, status: int = 200) -> Response:
    records = reads.session()
    found = losing.of(
        records, merchant_id=customer.merchant_id, on=today(), customer_id=customer.id
    )
    page = render_template(
        "portal/lost_person.html",
        customer=customer,
        member_ref=ref("cus", customer.id),
        gone=found,
        state=member_words.STATES.get(found.state) if found else None,
        sentence=pick(_sentence(customer.name, found)) if found else "",
        known=known(records, customer),
        said=_remarks(records, customer),
        reasons=[(key, pick(name)) for key, name in losses.NAMES.items()],
        form=form,
        labels={"reason": gettext("Why"), "words": gettext("In a few words")},
    )
    return make_response(page, status)


def _sentence(name: str | None, one: Gone) -> Text:
    silence = (today() - one.last_on).days
    return spoken.sentence(name, usual=one.usual, silence=silence)


def known(records: Session, customer: Customer) -> list[Known]:
    """Everything that is known of why they stay away, the latest first."""
    whose = member_of.whose(records, customer)
    found = losses.of(records, merchant_id=customer.merchant_id, customer_ids=whose.customer_ids)
    staff = {
        accounts.staff_ref(person): person.name
        for person in accounts.list_staff(records, merchant_id=customer.merchant_id)
    } if found else {}  # fmt: skip
    return [
        Known(
            pick(losses.NAMES[one.reason]),
            one.words or "",
            pick(_OF_THEM) if one.actor == asking.BY_MAIL else staff.get(one.actor, ""),
            one.noted_at,
        )
        for one in found
    ]


def _remarks(records: Session, customer: Customer) -> list[dict[str, Any]]:
    """What they said at the counter, the latest first."""
    whose = member_of.whose(records, customer)
    found = remarks.of_customers(
        records, merchant_id=customer.merchant_id, customer_ids=whose.customer_ids, limit=5
    )
    return [
        {
            "about": pick(remarks.KINDS[one.kind]),
            "words": one.words or "",
            "outcome": one.outcome or "",
            "at": one.written_at,
            "is_open": one.state == remarks.OPEN,
        }
        for one in found
    ]


def of_member(records: Session, customer: Customer) -> dict[str, Any] | None:
    """What stands on a member's page: why they stay away, or that nobody knows; None if neither."""
    found = losing.of(
        records, merchant_id=customer.merchant_id, on=today(), customer_id=customer.id
    )
    told = known(records, customer)[:1]
    is_gone = found is not None and found.state in losing.STATES
    if not told and not is_gone:
        return None
    since: date | None = found.lapsed_on if found is not None and is_gone else None
    return {"since": since, "known": told, "unknown": pick(lost.NOT_KNOWN)}
