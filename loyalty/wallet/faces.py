"""The face of a card: what stands on the pass and right under it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from loyalty.cards.lookup import CardFacts
from loyalty.cards.tokens import shown
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.programs import words
from loyalty.programs.document import Unit, VersionDocument
from loyalty.web import cardface, passface
from loyalty.web.cardface import Facts, Level, Prize, Voucher
from loyalty.web.locale import day, gettext, money, pick
from loyalty.web.passface import Front

_ENDS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Note:
    """Something good to know, with its sign."""

    sign: str
    text: str


@dataclass(frozen=True, slots=True)
class Face:
    """Everything that the page draws."""

    front: Front
    program: str
    program_ref: str
    blocked: str
    level: Level | None
    vouchers: list[Voucher]
    goals: list[Prize]
    notes: list[Note]
    terms: str
    gives: bool  # to a cause


def face(
    facts: CardFacts, document: VersionDocument, found: Facts, given: Mapping[str, str]
) -> Face:
    """The card as its holder sees it; `given` names whom its purchases have given to, by cause."""
    balances = found["balances"]
    level = cardface.level(document, found["tier"])
    return Face(
        front=passface.front(
            document,
            balances,
            name=facts.customer_name or "",
            code=shown(facts.code or ""),
            level=level.name if level else "",
        ),
        program=facts.program_name,
        program_ref=ref("prg", facts.program_id),
        blocked=_blocked(facts),
        level=level,
        vouchers=cardface.vouchers(document, found["vouchers"]),
        goals=cardface.prizes(document, found),
        notes=[
            *(note for unit in document.units for note in _notes(unit, balances)),
            *(_given(given.get(key, key), minor) for key, minor in found["impact"].items()),
        ],
        terms=pick(found["terms"]),
        gives=document.cause is not None,
    )


def _blocked(facts: CardFacts) -> str:
    if facts.blocked_at is None:
        return ""
    return gettext(
        "This card has been blocked since %(day)s. What is on it is not lost: ask in the shop.",
        day=day(facts.blocked_at, "long"),
    )


def _notes(unit: Unit, balances: Facts) -> list[Note]:
    balance = balances.get(unit.key)
    if balance is None:
        return []
    notes = [Note("info", pick(balance["why"]))]
    soon = balance["expiring"][:_ENDS_SHOWN]
    return [*notes, *(Note("hourglass", _expiring(unit, each)) for each in soon)]


def _expiring(unit: Unit, soonest: Facts) -> str:
    units = words.count(soonest["units"], unit.label)
    last = cardface.last_day(datetime.fromisoformat(soonest["at"]))
    until, day_on = words.until(last), words.day(last)
    return pick(Text(f"{units.it}: da usare {until.it}.", f"{units.en}: use by {day_on.en}."))


def _given(beneficiary: str, minor: int) -> Note:
    return Note(
        "heart",
        gettext(
            "With your purchases: %(money)s for %(name)s.", money=money(minor), name=beneficiary
        ),
    )
