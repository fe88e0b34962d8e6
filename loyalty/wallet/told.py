"""What a shop holds of the holder, in plain words, for the page "My data"."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.core.money import Money
from loyalty.customers import consents, texts
from loyalty.customers.consents import Purpose
from loyalty.customers.models import ConsentEvent, Customer
from loyalty.customers.texts import Said
from loyalty.feedback.remarks import KINDS
from loyalty.persons import export, rows
from loyalty.persons.words import TABLES
from loyalty.wallet.holder import Holder
from loyalty.web.locale import day, gettext, language, money, number, pick, shop

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
        consents=_consents(session, merchant_id, consents.latest(log)),
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


def _consents(
    session: Session, merchant_id: UUID, said: Mapping[Purpose, ConsentEvent]
) -> list[Asked]:
    here = shop()
    assert here is not None, "a card's page has its shop"
    today = texts.in_force(session, merchant_id=merchant_id, shop_name=here.name)
    kept = {text.id: text for text in texts.published(session, merchant_id=merchant_id)}
    return [_asked(today[purpose], said.get(purpose), kept) for purpose in Purpose]


def _asked(today: Said, event: ConsentEvent | None, kept: Mapping[str, Said]) -> Asked:
    """What was given stands under the words that were read then; all else is asked as of today."""
    name, _, read_in = event.text_id.partition("/") if event else ("", "", "")
    exact = kept.get(name)
    words = pick(today.words)
    if exact and event and event.given:
        words = exact.words.pick(read_in or language())
    title, _, text = words.partition("\n")
    return Asked(
        purpose=today.purpose.value,
        name=title,
        text=text,
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
