"""Two members who are one person: side by side, what adds up, merged, and parted again."""

from dataclasses import dataclass

from flask import Response, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Refused, Unknown
from loyalty.core.ids import ref
from loyalty.counter import merging, parting
from loyalty.counter.rollups import reading
from loyalty.customers import consents, directory, tags
from loyalty.customers.consents import Purpose, strictest
from loyalty.customers.models import Customer
from loyalty.members import doubles
from loyalty.merchants.roles import Permission
from loyalty.portal import member, member_of, member_words
from loyalty.portal.blueprint import blueprint
from loyalty.portal.member import CardShown
from loyalty.portal.members import WORDS_MAX, WORDS_MIN
from loyalty.web import birthday, guard, reads, toasts
from loyalty.web.fields import Body, Line
from loyalty.web.forms import FormState, read_form
from loyalty.web.locale import gettext, money, number, pick
from loyalty.web.looks import initials

_SHOWN = 20


class _Search(Body):
    q = Line((1, WORDS_MAX))


_form = _Search()


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may be the same person."""

    ref: str
    name: str | None
    initials: str
    contact: str


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two, as they stand side by side."""

    ref: str
    customer: Customer
    initials: str
    visits: str
    spend: str
    cards: list[CardShown]
    tags: list[str]
    consents: dict[str, bool | None]


_LANGUAGES = {"it": "Italiano", "en": "English"}


@blueprint.route("/portal/members/<member_ref>/merge", methods=["GET", "POST"])
@guard.staff(Permission.MERGE)
def find_double(member_ref: str) -> Response:
    """Who is it the same as: those who look alike, or whoever one looks for."""
    records = reads.session()
    customer = member_of.find(records, member_ref)
    form = read_form(_form) if request.method == "POST" else FormState()
    typed = form.values.get("q", "") if form.is_valid else ""
    if typed and len(typed) < WORDS_MIN:
        form, typed = form.refuse("q", gettext("Write at least two letters.")), ""
    merchant_id = customer.merchant_id
    if typed:
        found = directory.search(records, merchant_id=merchant_id, text=typed, limit=_SHOWN)
    else:
        found = doubles.of(records, merchant_id=merchant_id, customer=customer)
    page = render_template(
        "portal/merge_find.html",
        customer=customer,
        member_ref=ref("cus", customer.id),
        found=[_candidate(one) for one in found if one.id != customer.id],
        typed=typed,
        form=form,
    )
    return make_response(page, 422 if form.errors else 200)


def _candidate(one: Customer) -> Candidate:
    contact = " · ".join(filter(None, (one.email, one.phone)))
    return Candidate(ref("cus", one.id), one.name, initials(one.name), contact)


@blueprint.get("/portal/members/<member_ref>/merge/<other_ref>")
@guard.staff(Permission.MERGE)
def review_merge(member_ref: str, other_ref: str) -> Response:
    """Both side by side, and what they will be together; `member_ref` is the one that stays."""
    return _review(member_ref, other_ref)


def _review(member_ref: str, other_ref: str, refusal: str = "", status: int = 200) -> Response:
    records = reads.session()
    stays, goes = member_of.find(records, member_ref), member_of.find(records, other_ref)
    if stays.id == goes.id:
        raise Unknown("customer")
    kept, given = _side(records, stays), _side(records, goes)
    page = render_template(
        "portal/merge_review.html",
        stays=kept,
        goes=given,
        fields=_fields(stays, goes),
        consents=_together(kept, given),
        sums=_sums(records, stays, goes),
        refusal=refusal,
    )
    return make_response(page, status)


def _side(records: Session, customer: Customer) -> Side:
    merchant_id, who = customer.merchant_id, ref("cus", customer.id)
    found = reading.member(records, merchant_id=merchant_id, customer_id=customer.id)
    tagged = tags.of_many(records, merchant_id=merchant_id, customer_ids=[customer.id])
    state = consents.of(records, merchant_id=merchant_id, customer_ref=who)
    return Side(
        ref=who,
        customer=customer,
        initials=initials(customer.name),
        visits=number(found.visits if found else 0),
        spend=money(found.spend_minor if found else 0),
        cards=member.cards(records, customer),
        tags=[tag.name for tag in tagged.get(customer.id, [])],
        consents={purpose.value: state[purpose] for purpose in Purpose},
    )


def _fields(stays: Customer, goes: Customer) -> list[tuple[str, str, str, str]]:
    """Name of the field, what each has, and what stays: the other's only where there is none."""
    names = {
        "name": gettext("Name"),
        "email": gettext("E-mail"),
        "phone": gettext("Phone"),
        "birthday": gettext("Birthday"),
        "language": gettext("Language"),
        "note": gettext("Note for the till"),
    }
    rows = []
    for name, label in names.items():
        mine, theirs = (_shown(name, getattr(one, name) or "") for one in (stays, goes))
        if mine or theirs:
            rows.append((label, mine, theirs, mine or theirs))
    return rows


def _shown(field: str, value: str) -> str:
    if value and field == "birthday":
        return birthday.said(value)
    return _LANGUAGES.get(value, value) if field == "language" else value


def _together(kept: Side, given: Side) -> list[tuple[str, bool | None, bool | None, bool | None]]:
    """Each consent of both, and what holds afterwards: only what both gave."""
    return [
        (
            pick(member_words.CONSENTS[purpose]),
            mine,
            given.consents[purpose],
            strictest(mine, given.consents[purpose]),
        )
        for purpose, mine in kept.consents.items()
    ]


def _sums(records: Session, stays: Customer, goes: Customer) -> tuple[str, str]:
    both = [
        reading.member(records, merchant_id=one.merchant_id, customer_id=one.id)
        for one in (stays, goes)
    ]
    visits = sum(one.visits for one in both if one)
    return number(visits), money(sum(one.spend_minor for one in both if one))


@blueprint.post("/portal/members/<member_ref>/merge/<other_ref>")
@guard.staff(Permission.MERGE)
def merge_members(member_ref: str, other_ref: str) -> Response:
    """The other lives on as this one; for 30 days both can be parted again."""
    at = clock.now()
    try:
        with write() as records:
            merging.merge(
                records, duty=guard.duty(), customer_ref=other_ref, into_ref=member_ref, at=at
            )
    except Refused as error:
        return _review(member_ref, other_ref, pick(error.sentence), 409)
    undo = url_for("portal.part_members", member_ref=member_ref, other_ref=other_ref)
    toasts.say(gettext("They are one member now. For 30 days you can part them."), undo=undo)
    return make_response(redirect(url_for("portal.member", member_ref=member_ref), 303))


@blueprint.post("/portal/members/<member_ref>/part/<other_ref>")
@guard.staff(Permission.MERGE)
def part_members(member_ref: str, other_ref: str) -> Response:
    """They were two after all: each gets their own back."""
    member_of.find(reads.session(), member_ref)
    try:
        with write() as records:
            parting.unmerge(records, duty=guard.duty(), customer_ref=other_ref, at=clock.now())
    except Refused as error:
        customer = member_of.find(reads.session(), member_ref)
        return member.page(customer, member.Forms(refusal=pick(error.sentence)), 409)
    toasts.say(gettext("They are two members again."))
    return make_response(redirect(url_for("portal.member", member_ref=member_ref), 303))
