"""What is known of a member, and what they agreed to."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass

from babel import dates
from sqlalchemy.orm import Session

from loyalty.core.ids import ref
from loyalty.core.signing import digest
from loyalty.customers import consents
from loyalty.customers.consents import Purpose
from loyalty.customers.models import Customer
from loyalty.portal import member_words
from loyalty.web import birthday
from loyalty.web.locale import gettext, language, pick

FIELDS = ("name", "email", "phone", "birthday", "language", "external_ref", "note")
_SEEN_LETTERS = 22


@dataclass(frozen=True, slots=True)
class ConsentShown:
    """A consent as it stands: given, refused, or never asked."""

    purpose: str
    name: str
    given: bool | None


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known, and `seen`: what it was when the page was made."""

    known: Mapping[str, str]
    seen: str
    consents: list[ConsentShown]
    days: list[str]
    months: list[tuple[str, str]]

    @staticmethod
    def labels() -> dict[str, str]:
        """What each field is called."""
        return {
            "name": gettext("Name"),
            "email": gettext("E-mail"),
            "phone": gettext("Phone"),
            "birth_day": gettext("Birthday"),
            "birthday": gettext("Birthday"),
            "language": gettext("Language"),
            "external_ref": gettext("Own reference"),
            "note": gettext("Note for the till"),
        }


def profile(records: Session, customer: Customer) -> Profile:
    """Their details as they stand now."""
    month, _, day = (customer.birthday or "").partition("-")
    known = {name: getattr(customer, name) or "" for name in FIELDS}
    state = consents.of(
        records, merchant_id=customer.merchant_id, customer_ref=ref("cus", customer.id)
    )
    names = dates.get_month_names("wide", "stand-alone", locale=language())
    return Profile(
        known={**known, "birth_day": day, "birth_month": month},
        seen=_seen(customer),
        consents=[
            ConsentShown(purpose.value, pick(member_words.CONSENTS[purpose.value]), state[purpose])
            for purpose in Purpose
        ],
        days=list(birthday.DAYS),
        months=[(birthday.MONTHS[number - 1], str(names[number])) for number in range(1, 13)],
    )


def _seen(customer: Customer) -> str:
    """What every field was, as digests: the page need not say it twice."""
    return ".".join(_mark(name, getattr(customer, name)) for name in FIELDS)


def _mark(name: str, value: str | None) -> str:
    return base64.urlsafe_b64encode(digest(f"{name}:{value or ''}"))[:_SEEN_LETTERS].decode()


def changed(customer: Customer, seen: str) -> list[str]:
    """The fields that somebody has changed since the page was made."""
    then, now = seen.split("."), _seen(customer).split(".")
    if len(then) != len(now):
        return list(FIELDS)
    return [name for name, was, is_now in zip(FIELDS, then, now, strict=True) if was != is_now]
