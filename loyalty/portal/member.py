"""One member: who they are, what they hold, how they are doing, and their line of time."""

from dataclasses import dataclass, field

from flask import Response, make_response, redirect, render_template, url_for
from sqlalchemy.orm import Session

from loyalty.cards import lookup
from loyalty.cards.tokens import shown as shown_code
from loyalty.core import clock
from loyalty.core.ids import ref
from loyalty.counter import standing
from loyalty.customers import merging, tags
from loyalty.customers.models import Customer
from loyalty.members import doubles, habits, holdings, worth
from loyalty.members.timeline import Whose
from loyalty.merchants.roles import Permission
from loyalty.portal import (
    lost_person,
    member_line,
    member_of,
    member_told,
    member_words,
    members,
)
from loyalty.portal.blueprint import blueprint
from loyalty.portal.member_profile import Profile, profile
from loyalty.web import cardface, guard, reads
from loyalty.web.cardface import Level, Stamps, Voucher
from loyalty.web.forms import FormState
from loyalty.web.locale import pick
from loyalty.web.looks import initials


@dataclass(frozen=True, slots=True)
class Balance:
    """One balance of a card, and why it is what it is."""

    key: str
    label: str
    available: int
    asides: list[str]
    why: str


@dataclass(frozen=True, slots=True)
class CardShown:
    """A card with what is on it."""

    ref: str
    program: str
    code: str
    is_blocked: bool
    level: Level | None
    stamps: Stamps | None
    balances: list[Balance]
    vouchers: list[Voucher]


@dataclass(frozen=True, slots=True)
class Forms:
    """What was typed and refused, by the form it stands in; `of` is whose of several it was."""

    note: FormState = field(default_factory=FormState)
    tag: FormState = field(default_factory=FormState)
    profile: FormState = field(default_factory=FormState)
    adjust: FormState = field(default_factory=FormState)
    card: FormState = field(default_factory=FormState)
    move: FormState = field(default_factory=FormState)
    forget: FormState = field(default_factory=FormState)
    of: str = ""
    refusal: str = ""


@blueprint.get("/portal/members/<member_ref>")
@guard.staff(Permission.MEMBERS)
def member(member_ref: str) -> Response:
    """Everything about one member; who was merged leads to who they are now."""
    customer = member_of.find(reads.session(), member_ref)
    now = ref("cus", customer.id)
    if now != member_ref:
        return make_response(redirect(url_for("portal.member", member_ref=now), 302))
    return page(customer)


def page(customer: Customer, forms: Forms | None = None, status: int = 200) -> Response:
    """The page, with what was typed where something was refused."""
    records, forms = reads.session(), forms or Forms()
    whose = member_of.whose(records, customer)
    scope = members.scope()
    doing = habits.told(
        records, merchant_id=scope.merchant_id, customer_id=customer.id, on=scope.today
    )
    spent = worth.cost(records, merchant_id=scope.merchant_id, card_ids=whose.card_ids)
    tagged = tags.of_many(records, merchant_id=scope.merchant_id, customer_ids=[customer.id]).get(
        customer.id, []
    )
    shown = render_template(
        "portal/member.html",
        customer=customer,
        member_ref=ref("cus", customer.id),
        initials=initials(customer.name),
        state=member_words.state(doing.figures.state),
        source=member_words.SOURCES.get(customer.source or ""),
        cards=cards(records, customer),
        tags=tagged,
        all_tags=tags.of_shop(records, merchant_id=scope.merchant_id),
        line=member_line.line(records, whose),
        figures=member_told.figures(doing, spent),
        usual=member_told.usual(doing),
        rhythm=member_told.rhythm(customer.name, doing),
        why_not=member_told.why_not(doing),
        profile=profile(records, customer),
        doubles=_doubles(records, customer),
        merged=_merged(records, whose),
        loss=lost_person.of_member(records, customer),
        forms=forms,
        labels=Profile.labels(),
    )
    return make_response(shown, status)


def _doubles(records: Session, customer: Customer) -> int:
    return len(doubles.of(records, merchant_id=customer.merchant_id, customer=customer))


def _merged(records: Session, whose: Whose) -> list[str]:
    """Who was merged into this one and can still be parted, by their refs."""
    return merging.undoable(
        records,
        merchant_id=whose.merchant_id,
        survivor_id=whose.customer_ids[0],
        at=clock.now(),
    )


def cards(records: Session, customer: Customer) -> list[CardShown]:
    """Their cards as they stand now, the oldest first."""
    mine = holdings.of_many(
        records, merchant_id=customer.merchant_id, customer_ids=[customer.id]
    ).get(customer.id, [])
    return [_card(records, one) for one in mine]


def _card(records: Session, one: holdings.Holding) -> CardShown:
    facts = lookup.by_id(records, merchant_id=guard.duty().merchant_id, card_id=one.card_id)
    document = standing.rules_of(records, facts).document
    found = standing.card_standing(records, facts=facts, at=clock.now())
    balances = found["balances"]
    return CardShown(
        ref=facts.ref,
        program=facts.program_name,
        code=shown_code(facts.code) if facts.code else "",
        is_blocked=facts.blocked_at is not None,
        level=cardface.level(document, found["tier"]),
        stamps=cardface.stamps(document, balances),
        balances=[
            Balance(
                unit.key,
                pick(unit.label).capitalize(),
                balances[unit.key]["available"],
                cardface.waiting(unit.label, balances[unit.key]),
                pick(balances[unit.key]["why"]),
            )
            for unit in document.units
            if unit.key in balances
        ],
        vouchers=cardface.vouchers(document, found["vouchers"]),
    )
