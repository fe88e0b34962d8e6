"""The face of a card: what stands on the pass and right under it."""

from dataclasses import dataclass
from datetime import datetime

from loyalty.cards.lookup import CardFacts
from loyalty.cards.tokens import shown
from loyalty.core.text import Text
from loyalty.programs import words
from loyalty.programs.document import Unit, VersionDocument
from loyalty.programs.expiry import last_day
from loyalty.web import cardface
from loyalty.web.cardface import Facts, Prize, Stamps, Voucher
from loyalty.web.locale import day, gettext, money, number, pick

_COFFEE = frozenset({"coffee", "caffè", "caffe", "espresso", "cappuccino"})


@dataclass(frozen=True, slots=True)
class Balance:
    """A unit's name and how much of it there is."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something good to know, with its sign."""

    sign: str
    text: str


@dataclass(frozen=True, slots=True)
class Face:
    """Everything that the page draws."""

    first_name: str
    program: str
    code: str
    blocked: str
    stamps: Stamps | None
    is_coffee: bool
    headline: Balance | None
    also: list[Balance]
    vouchers: list[Voucher]
    goals: list[Prize]
    notes: list[Note]
    terms: str


def face(facts: CardFacts, document: VersionDocument, found: Facts) -> Face:
    """The card as its holder sees it."""
    balances, drawn = found["balances"], cardface.stamps(document, found["balances"])
    shown_units = [_balance(unit, balances, drawn) for unit in document.units]
    name = (facts.customer_name or "").split(maxsplit=1)
    return Face(
        first_name=name[0] if name else "",
        program=facts.program_name,
        code=shown(facts.code or ""),
        blocked=_blocked(facts),
        stamps=drawn,
        is_coffee=any(rule.when.categories & _COFFEE for rule in document.earn),
        headline=shown_units[0] if shown_units else None,
        also=shown_units[1:],
        vouchers=cardface.vouchers(document, found["vouchers"]),
        goals=cardface.prizes(document, found),
        notes=[note for unit in document.units for note in _notes(facts, unit, balances)],
        terms=pick(found["terms"]),
    )


def _balance(unit: Unit, balances: Facts, drawn: Stamps | None) -> Balance:
    held = number(cardface.available(balances, unit.key))
    if drawn and drawn.unit == unit.key:
        return Balance(pick(unit.label), f"{held} / {drawn.size}")
    return Balance(pick(unit.label), held)


def _blocked(facts: CardFacts) -> str:
    if facts.blocked_at is None:
        return ""
    return gettext(
        "This card has been blocked since %(day)s. What is on it is not lost: ask in the shop.",
        day=day(facts.blocked_at, "long"),
    )


def _notes(facts: CardFacts, unit: Unit, balances: Facts) -> list[Note]:
    balance = balances.get(unit.key)
    if balance is None:
        return []
    notes = []
    if balance["debt"]:
        notes.append(Note("info", _owed(unit, balance["debt"])))
    if balance["carried_minor"]:
        notes.append(Note("hand-coins", _carried(unit, balance)))
    if balance["expiring"]:
        notes.append(Note("hourglass", _expiring(unit, balance["expiring"][0], facts.timezone)))
    return notes


def _owed(unit: Unit, debt: int) -> str:
    owed = words.count(debt, unit.label)
    return pick(
        Text(
            f"{owed.it} da recuperare dopo un rimborso: i prossimi contano per questo.",
            f"{owed.en} to make up after a refund: the next ones count for that.",
        )
    )


def _expiring(unit: Unit, soonest: Facts, timezone: str) -> str:
    units = words.count(soonest["units"], unit.label)
    until = words.day(last_day(datetime.fromisoformat(soonest["at"]), timezone))
    return pick(
        Text(f"{units.it}: da usare entro il {until.it}.", f"{units.en}: use by {until.en}.")
    )


def _carried(unit: Unit, balance: Facts) -> str:
    one = words.singular(unit.label)
    aside, missing = money(balance["carried_minor"]), money(balance["to_next_minor"])
    return pick(
        Text(
            f"{aside} messi da parte, {missing} al prossimo {one.it}.",
            f"{aside} put aside, {missing} to the next {one.en}.",
        )
    )
