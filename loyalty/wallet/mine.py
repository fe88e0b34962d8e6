"""My data: what the shop holds about the holder, to see, to put right, to allow or take back."""

from typing import Any

from babel import dates
from flask import Response, make_response, redirect, render_template, request, url_for

from loyalty.cards import confirming
from loyalty.core.db import write
from loyalty.customers import consents, directory, texts
from loyalty.customers.consents import Consent, Purpose
from loyalty.wallet.blueprint import blueprint, device_secret, keep_on_phone
from loyalty.wallet.holder import Holder, here
from loyalty.wallet.opening import WHY, closed
from loyalty.wallet.told import told
from loyalty.web import birthday, guard, reads
from loyalty.web.birthday import WithBirthday
from loyalty.web.fields import NOT_BLANK, Body, Choice, Email, Line
from loyalty.web.forms import FormState, read_form
from loyalty.web.locale import LANGUAGES, gettext, language, shop

_PHONE = r"\+?[0-9][0-9 ()./-]{2,30}"
_NONE = ("", "\u2013")


class _Profile(WithBirthday):
    name = Line((1, 120), pattern=NOT_BLANK)
    email = Email()
    phone = Line((3, 32), pattern=_PHONE)
    language = Choice(*LANGUAGES)


class _Said(Body):
    purpose = Choice(*(purpose.value for purpose in Purpose), required=True)
    given = Choice("yes", "no", required=True)


_profile_form, _said_form = _Profile(), _Said()


@blueprint.get("/c/<card_ref>/me")
@guard.public(WHY)
def my_data(card_ref: str) -> Response:
    """Everything that the shop holds about me."""
    holder = here(card_ref)
    return closed() if holder is None else _page(holder)


@blueprint.post("/c/<card_ref>/me")
@guard.public(WHY)
def correct_my_data(card_ref: str) -> Response:
    """Put right who I am; an empty field takes away what was known."""
    holder = here(card_ref)
    if holder is None:
        return closed()
    form = birthday.joined(read_form(_profile_form))
    if not form.is_valid:
        return _page(holder, form, status=422)
    changes: dict[str, Any] = {
        name: form.values.get(name) for name in ("name", "email", "phone", "birthday")
    }
    if chosen := form.values.get("language"):
        changes["language"] = chosen
    with write() as session:
        merchant_id, who = holder.facts.merchant_id, holder.customer_ref
        before = directory.find(session, merchant_id=merchant_id, customer_ref=who).email
        customer = directory.change(
            session, merchant_id=merchant_id, customer_ref=who, changes=changes
        )
        if customer.email != before:
            of = {"shop_name": _shop_name(), "language": language()}
            confirming.ask(session, customer=customer, at=holder.at, **of)
    return _back(card_ref, "profile")


def _shop_name() -> str:
    here = shop()
    assert here is not None, "a card's page has its shop"
    return here.name


@blueprint.post("/c/<card_ref>/me/consents")
@guard.public(WHY)
def say_consent(card_ref: str) -> Response:
    """Give or take back one consent, in one tap."""
    holder = here(card_ref)
    if holder is None:
        return closed()
    form = read_form(_said_form)
    if not form.is_valid:
        return _page(holder, status=422)
    purpose = Purpose(form.values["purpose"])
    with write() as session:
        said = texts.publish(
            session, merchant_id=holder.facts.merchant_id, shop_name=_shop_name(), at=holder.at
        )
        text_id = said[purpose].named_in(language())
        consent = Consent(purpose, form.values["given"] == "yes", text_id, "card")
        consents.record(
            session,
            duty=holder.duty,
            customer_ref=holder.customer_ref,
            consent=consent,
            at=holder.at,
        )
    return _back(card_ref, "consents")


def _back(card_ref: str, said: str) -> Response:
    return make_response(
        redirect(url_for("wallet.my_data", card_ref=card_ref, said=said, _anchor=said), 303)
    )


def _page(holder: Holder, form: FormState | None = None, status: int = 200) -> Response:
    found = told(reads.session(), holder)
    month, _, day = (found.customer.birthday or "").partition("-")
    page = render_template(
        "wallet/me.html",
        card_ref=holder.facts.ref,
        program=holder.facts.program_name,
        told=found,
        form=form or FormState(),
        known={
            "name": found.customer.name or "",
            "email": found.customer.email or "",
            "phone": found.customer.phone or "",
            "birth_day": day,
            "birth_month": month,
            "language": found.customer.language or "",
        },
        days=[_NONE, *((one, one.lstrip("0")) for one in birthday.DAYS)],
        months=[_NONE, *((f"{one:02d}", name.capitalize()) for one, name in _months())],
        labels=_labels(),
        said=request.args.get("said", ""),
    )
    return keep_on_phone(make_response(page, status), holder.facts.ref, device_secret())


def _months() -> list[tuple[int, str]]:
    return sorted(dates.get_month_names("wide", "stand-alone", locale=language()).items())


def _labels() -> dict[str, str]:
    return {
        "name": gettext("Name"),
        "email": gettext("E-mail"),
        "phone": gettext("Phone"),
        "birth_day": gettext("Birthday"),
        "birth_month": gettext("Month"),
        "language": gettext("Language"),
    }
