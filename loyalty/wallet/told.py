"""What a shop holds of the holder, in plain words, for the page "My data"."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from loyalty.core.money import Money
from loyalty.customers import consent_words, consents
from loyalty.customers.consents import Purpose
from loyalty.customers.models import ConsentEvent, Customer
from loyalty.feedback.remarks import KINDS
from loyalty.persons import export, rows
from loyalty.persons.words import TABLES
from loyalty.wallet.holder import Holder
from loyalty.web.locale import day, gettext, language, money, number, pick

_SHOWN = 20  # remarks and favourites; the file to take along has them all
Rows = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is known, and what it says."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A consent: what it is called, its exact text, and how it stands."""

    purpose: str
    name: str
    text: str
    state: str
    given: bool


@dataclass(frozen=True, slots=True)
class Told:
    """All of the page's words; `tables` says how many entries of which kind there are."""

    customer: Customer
    lines: list[Line]
    consents: list[Asked]
    tables: list[Line]


def told(session: Session, holder: Holder) -> Told:
    """Everything that is known of the holder."""
    merchant_id = holder.facts.merchant_id
    customer = session.get_one(Customer, (merchant_id, holder.facts.customer_id))
    who = rows.person(session, merchant_id=merchant_id, customer_ref=holder.customer_ref)
    found = export.everything(session, who)
    log = consents.log(session, merchant_id=merchant_id, customer_id=customer.id)
    return Told(
        customer=customer,
        lines=[line for line in _lines(holder, customer, found) if line.text],
        consents=[_asked(purpose, consents.latest(log).get(purpose)) for purpose in Purpose],
        tables=[Line(pick(TABLES[name]), number(len(mine))) for name, mine in found.items()],
    )


def _lines(holder: Holder, customer: Customer, found: Rows) -> list[Line]:
    return [
        Line(gettext("Customer since"), day(customer.created_at, "long")),
        Line(gettext("Visits"), _visits(holder, found.get("member_stats", ()))),
        Line(gettext("What you buy most often"), _favourites(found.get("member_product", ()))),
        Line(gettext("Note for whoever stands at the till"), customer.note or ""),
        Line(gettext("The shop's own number for you"), customer.external_ref or ""),
        *_remarks(found.get("remark", ())),
        Line(gettext("Messages written to you"), _mails(found.get("mail", ()))),
        Line(gettext("Phones on which your card is open"), _phones(found.get("card_device", ()))),
    ]


def _visits(holder: Holder, stats: Sequence[Mapping[str, Any]]) -> str:
    if not stats:
        return ""
    mine = stats[0]
    return gettext(
        "%(visits)s, from %(first)s to %(last)s, %(money)s in all",
        visits=number(mine["visits"]),
        first=day(date.fromisoformat(mine["first_on"]), "long"),
        last=day(date.fromisoformat(mine["last_on"]), "long"),
        money=money(Money(mine["spend_minor"], holder.facts.currency)),
    )


def _favourites(products: Sequence[Mapping[str, Any]]) -> str:
    most = sorted(products, key=lambda each: (-each["visits"], each["product"]))[:_SHOWN]
    return ", ".join(f"{each['product']} ({number(each['visits'])})" for each in most)


def _remarks(said: Sequence[Mapping[str, Any]]) -> list[Line]:
    return [
        Line(
            gettext("Said at the counter on %(day)s", day=_on(each["written_at"])),
            " · ".join(filter(None, (pick(KINDS[each["kind"]]), each["words"], each["outcome"]))),
        )
        for each in said[-_SHOWN:]
    ]


def _mails(sent: Sequence[Mapping[str, Any]]) -> str:
    if not sent:
        return ""
    return gettext(
        "%(count)s, the last on %(day)s",
        count=number(len(sent)),
        day=_on(max(each["created_at"] for each in sent)),
    )


def _phones(devices: Sequence[Mapping[str, Any]]) -> str:
    return number(sum(each["revoked_at"] is None for each in devices))


def _on(moment: str) -> str:
    return day(datetime.fromisoformat(moment), "long")


def _asked(purpose: Purpose, event: ConsentEvent | None) -> Asked:
    today = pick(consent_words.TEXTS[purpose])
    exact = consent_words.known_text(purpose, event.text_id) if event else None
    return Asked(
        purpose=purpose.value,
        name=pick(consent_words.NAMES[purpose]),
        text=(exact or today) if event and event.given else today,
        state=_state(event, is_known=exact is not None),
        given=bool(event and event.given),
    )


def _state(event: ConsentEvent | None, *, is_known: bool) -> str:
    if event is None:
        return gettext("Never asked.")
    on = day(event.at, "long")
    if not event.given:
        return gettext("Not given, since %(day)s.", day=on)
    if is_known:
        return gettext("Given on %(day)s.", day=on)
    return gettext("Given on %(day)s, under the text “%(name)s”.", day=on, name=event.text_id)


def text_now(purpose: Purpose) -> str:
    """The id of the text that is on the page in this language."""
    return consent_words.text_id(purpose, language())
