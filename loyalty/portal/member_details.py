"""Putting a member's details right, and taking back a consent that they take back by word."""

from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from loyalty.cards import confirming
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import StateConflict, Unknown
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.customers import consents, directory
from loyalty.customers.consents import Consent, Purpose
from loyalty.customers.models import Customer
from loyalty.merchants.acts import note
from loyalty.merchants.roles import Permission
from loyalty.portal import member, member_of
from loyalty.portal.blueprint import blueprint
from loyalty.portal.member_profile import FIELDS, changed
from loyalty.web import birthday, guard, reads, toasts
from loyalty.web.birthday import WithBirthday
from loyalty.web.fields import NOT_BLANK, Choice, Email, Line
from loyalty.web.forms import FormState, read_form
from loyalty.web.locale import LANGUAGES, gettext, shop

_PHONE = r"\+?[0-9][0-9 ()./-]{2,30}"
_TAKEN = Text(
    "Questo riferimento è già di un'altra persona.", "Somebody else has this reference already."
)


class _Details(WithBirthday):
    seen = Line((1, 400), required=True)
    name = Line((1, 120), pattern=NOT_BLANK)
    email = Email()
    phone = Line((3, 32), pattern=_PHONE)
    language = Choice(*LANGUAGES)
    external_ref = Line((1, 120), pattern=NOT_BLANK)
    note = Line((1, directory.NOTE_LETTERS_MAX))


_form = _Details()


@blueprint.post("/portal/members/<member_ref>/details")
@guard.staff(Permission.MEMBERS)
def change_member(member_ref: str) -> Response:
    """Put their details right; what somebody else changed meanwhile is said, and nothing lost."""
    customer = member_of.find(reads.session(), member_ref)
    form = _in_small_letters(birthday.joined(read_form(_form)))
    if not form.is_valid:
        return _again(customer, form, 422)
    changes: dict[str, Any] = {name: form.values.get(name) for name in FIELDS}
    with write() as records:
        now = directory.lock(
            records, merchant_id=customer.merchant_id, customer_ref=ref("cus", customer.id)
        )
        meanwhile = [
            name
            for name in changed(now, form.values["seen"])
            if (getattr(now, name) or None) != changes[name]
        ]
        if not meanwhile:
            try:
                news = _change(records, now, changes)
            except StateConflict:
                return _again(customer, form.refuse("external_ref", _TAKEN), 409)
    if meanwhile:
        return _meanwhile(member_ref, form, meanwhile)
    if news:
        toasts.say(gettext("Saved."))
    return member_of.back(ref("cus", customer.id))


def _change(records: Session, customer: Customer, changes: dict[str, Any]) -> bool:
    """Write what is new; whether anything was."""
    duty, at, who = guard.duty(), clock.now(), ref("cus", customer.id)
    news = sorted(name for name in FIELDS if (getattr(customer, name) or None) != changes[name])
    if not news:
        return False
    shop_id, text = duty.merchant_id, changes.pop("note")
    directory.change(records, merchant_id=shop_id, customer_ref=who, changes=changes)
    if "note" in news:
        directory.write_note(records, merchant_id=shop_id, customer_ref=who, text=text)
    here = shop()
    if "email" in news and here is not None:
        spoken = customer.language or here.language
        confirming.ask(records, customer=customer, shop_name=here.name, language=spoken, at=at)
    note(records, duty=duty, act="customer.change", target=who, at=at, fields=news)
    return True


def _meanwhile(member_ref: str, form: FormState, names: list[str]) -> Response:
    """What was typed stands; each field says what it is by now, and the next save keeps it."""
    records = reads.session()
    records.expire_all()
    now = member_of.find(records, member_ref)
    for name in names:
        there = getattr(now, name) or gettext("nothing")
        said = gettext("Somebody has changed this meanwhile, to: %(there)s. Save again to keep"
                       " what you typed.", there=there)  # fmt: skip
        form = form.refuse("birth_day" if name == "birthday" else name, said)
    return _again(now, form, 409)


def _again(customer: Customer, form: FormState, status: int) -> Response:
    return member.page(customer, member.Forms(profile=form), status)


def _in_small_letters(form: FormState) -> FormState:
    """The address as it is kept: else a capital would pass for a change."""
    if "email" not in form.values:
        return form
    return FormState(form.raw, form.errors, {**form.values, "email": form.values["email"].lower()})


@blueprint.post("/portal/members/<member_ref>/consents/<purpose>/withdraw")
@guard.staff(Permission.MEMBERS)
def withdraw_consent(member_ref: str, purpose: str) -> Response:
    """They said that they want it no more: kept at once, and only they can give it again."""
    if purpose not in set(Purpose):
        raise Unknown("customer")
    customer = member_of.find(reads.session(), member_ref)
    duty, at, who = guard.duty(), clock.now(), ref("cus", customer.id)
    said = Consent(Purpose(purpose), given=False, text_id="withdrawn", source="counter")
    with write() as records:
        now = consents.of(records, merchant_id=duty.merchant_id, customer_ref=who)
        if now[Purpose(purpose)]:
            consents.record(records, duty=duty, customer_ref=who, consent=said, at=at)
            note(records, duty=duty, act="customer.withdraw", target=who, at=at, purpose=purpose)
    toasts.say(gettext("Noted: from now on they do not agree to it."))
    return member_of.back(who)
