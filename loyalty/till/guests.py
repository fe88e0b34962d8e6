"""Who stands at the counter: a card as the cashier sees it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from loyalty.cards.lookup import CardFacts
from loyalty.counter import standing
from loyalty.programs.document import VersionDocument
from loyalty.web import cardface
from loyalty.web.cardface import Facts, Level, Prize, Stamps, Voucher
from loyalty.web.locale import gettext, money, pick
from loyalty.web.looks import initials


@dataclass(frozen=True, slots=True)
class Tile:
    """One balance, what is to know beside it, and why it is what it is."""

    label: str
    available: int
    asides: list[str]
    why: str


@dataclass(frozen=True, slots=True)
class Guest:
    """The customer and what their card can do now."""

    ref: str
    name: str | None
    initials: str
    level: Level | None
    summary: str
    is_ready: bool
    blocked: bool
    stamps: Stamps | None
    stamps_why: str
    asides: list[str]  # beside the stamps
    tiles: list[Tile]
    vouchers: list[Voucher]
    rewards: list[Prize]
    terms: str
    document: VersionDocument


def guest(session: Session, facts: CardFacts, *, at: datetime) -> Guest:
    """The card as it stands now."""
    document = standing.rules_of(session, facts).document
    found = standing.card_standing(session, facts=facts, at=at)
    balances = found["balances"]
    rewards = cardface.prizes(document, found)
    open_vouchers = cardface.vouchers(document, found["vouchers"])
    drawn = cardface.stamps(document, balances)
    tiles = {
        unit.key: _tile(document, unit.key, balances[unit.key])
        for unit in document.units
        if unit.key in balances
    }
    beside = tiles.pop(drawn.unit, None) if drawn else None
    return Guest(
        ref=facts.ref,
        name=facts.customer_name,
        initials=initials(facts.customer_name),
        level=cardface.level(document, found["tier"]),
        summary=_summary(document, balances, drawn),
        is_ready=bool(open_vouchers) or any(prize.ready for prize in rewards),
        blocked=facts.blocked_at is not None or facts.revoked_at is not None,
        stamps=drawn,
        stamps_why=beside.why if beside else "",
        asides=beside.asides if beside else [],
        tiles=list(tiles.values()),
        vouchers=open_vouchers,
        rewards=rewards,
        terms=pick(found["terms"]),
        document=document,
    )


def _summary(document: VersionDocument, balances: Facts, drawn: Stamps | None) -> str:
    parts = []
    if drawn:
        parts.append(gettext("%(filled)s of %(size)s stamps", filled=drawn.filled, size=drawn.size))
    rest = {
        unit.key: cardface.available(balances, unit.key)
        for unit in document.units
        if not (drawn and drawn.unit == unit.key)
    }
    parts += [cardface.counted(document, {unit: many}) for unit, many in rest.items()]
    return " · ".join(parts)


def _tile(document: VersionDocument, unit: str, balance: Facts) -> Tile:
    label = pick(cardface.label_of(document, unit)).capitalize()
    asides = _asides(document, unit, balance)
    return Tile(label, balance["available"], asides, why=pick(balance["why"]))


def _asides(document: VersionDocument, unit: str, balance: Facts) -> list[str]:
    """What waits, and what is owed or how little is missing to the next one."""
    asides = cardface.waiting(cardface.label_of(document, unit), balance)[:1]  # `why` tells all
    if balance["debt"]:
        owed = cardface.counted(document, {unit: balance["debt"]})
        asides.append(gettext("%(units)s still to make up", units=owed))
    elif balance["carried_minor"]:
        asides.append(gettext("%(money)s to the next one", money=money(balance["to_next_minor"])))
    return asides
