"""What is on a card, in the words and shapes that the till and the customer's page share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from loyalty.cards.tokens import shown
from loyalty.core.text import Text
from loyalty.programs import expiry, words
from loyalty.programs.document import Reward, VersionDocument
from loyalty.web.locale import gettext, money, number, pick, zone

Facts = Mapping[str, Any]
STAMPS_DRAWN_MAX = 30  # a longer row says less than its number
_VISIT, _VISITS = Text("visita", "visit"), Text("visite", "visits")
_WAITING_SHOWN = 3
_PLAIN = 100  # percent: a level that multiplies by it brings nothing


@dataclass(frozen=True, slots=True)
class Stamps:
    """A stamp card to draw: `size` cells and a gift after them."""

    unit: str
    size: int
    filled: int


@dataclass(frozen=True, slots=True)
class Voucher:
    """A voucher that waits to be used."""

    code: str
    name: str
    until: date | None  # the last day, which counts in full
    ref: str
    reward: str  # its key


@dataclass(frozen=True, slots=True)
class Prize:
    """A reward and how far it is; `unavailable` says why it cannot be had, `act` what to do."""

    key: str
    name: str
    cost: str
    ready: bool
    distance: str
    progress: str
    needed: int
    have: int
    is_enough: bool  # whether the units are there, whatever else is in the way
    unavailable: str
    act: str


@dataclass(frozen=True, slots=True)
class Level:
    """The level held, what it brings, and how far the next one is; `needed` is 0 at the top.

    `why` says what keeps it, or what is missing to the next.
    """

    name: str
    bonus: str
    progress: str
    distance: str
    needed: int
    have: int
    why: str


def label_of(document: VersionDocument, unit: str) -> Text:
    """What the unit is called; one that the rules no longer name keeps its key."""
    found = document.unit(unit)
    return found.label if found else Text(unit, unit)


def counted(document: VersionDocument, units: Mapping[str, int]) -> str:
    """Some units in words: "12 punti e 1 timbro"."""
    parts = [_count(many, label_of(document, unit)) for unit, many in units.items()]
    return gettext(" and ").join(parts)


def _count(many: int, label: Text) -> str:
    return f"{number(many)} {pick(words.singular(label) if abs(many) == 1 else label)}"


def gain(document: VersionDocument, earned: Mapping[str, int]) -> str:
    """What a visit gave: "+12 punti"; nothing where nothing was earned."""
    some = {unit: many for unit, many in earned.items() if many}
    return f"+{counted(document, some)}" if some else ""


def stamps(document: VersionDocument, balances: Facts) -> Stamps | None:
    """The stamp card to draw, if the program has one of a size that can be drawn."""
    card = document.stamps
    if card is None or card.size > STAMPS_DRAWN_MAX:
        return None
    return Stamps(card.unit, card.size, min(available(balances, card.unit), card.size))


def available(balances: Facts, unit: str) -> int:
    """How many of a unit could be spent now."""
    held: int = balances.get(unit, {}).get("available", 0)
    return held


def prizes(document: VersionDocument, standing: Facts) -> list[Prize]:
    """Every reward with its distance: those within reach first, then the nearest."""
    found = [_prize(document, standing["balances"], facts) for facts in standing["rewards"]]
    return sorted(
        found,
        key=lambda prize: (not prize.ready, bool(prize.unavailable), prize.needed - prize.have),
    )


def _prize(document: VersionDocument, balances: Facts, facts: Facts) -> Prize:
    cost: Mapping[str, int] = facts["cost"]
    unit, needed = next(iter(cost.items()), ("", 0))
    held, missing = available(balances, unit), facts["missing"]
    return Prize(
        key=facts["key"],
        name=pick(facts["name"]),
        cost=counted(document, cost),
        ready=not missing and not facts["unavailable"],
        distance=(
            gettext("%(units)s to go", units=counted(document, missing))
            if missing
            else gettext("Ready")
        ),
        progress=f"{number(held)} / {number(needed)}",
        needed=needed,
        have=min(held, needed),
        is_enough=not missing,
        unavailable=pick(facts["unavailable"]),
        act=act(document, document.reward(facts["key"])),
    )


def act(document: VersionDocument, reward: Reward | None) -> str:
    """What to do beside handing it over: an amount to take off, whom a donation goes to."""
    if reward is None:
        return ""
    if reward.kind == "amount_off":
        return gettext("Take %(money)s off the bill", money=money(reward.value_minor))
    if reward.kind == "percent_off" and reward.percent:
        share = pick(words.share((reward.percent, 100)))
        return gettext("Take %(share)s off the bill", share=share)
    if reward.kind == "donation" and document.cause:
        return gettext(
            "For %(name)s: %(money)s",
            money=money(reward.value_minor),
            name=document.cause.beneficiary,
        )
    return ""


def level(document: VersionDocument, found: Facts | None) -> Level | None:
    """The level of a standing or a receipt; None in a program without levels."""
    if found is None or document.tiers is None:
        return None
    held, missing = document.tiers.level(found["key"]), found["missing"]
    needed = found["measured"] + missing if missing is not None else 0
    percent = held.multiply_percent if held else None
    return Level(
        name=pick(found["name"]),
        bonus=pick(words.multiplied_all(percent)) if percent and percent != _PLAIN else "",
        progress=_of(document, found["measured"], needed) if needed else "",
        distance=_distance(document, found) if needed else "",
        needed=needed,
        have=found["measured"] if needed else 0,
        why=pick(found["why"]),
    )


def _of(document: VersionDocument, measured: int, needed: int) -> str:
    if document.tiers and document.tiers.measure == "spend":
        return f"{money(measured)} / {money(needed)}"
    return f"{number(measured)} / {number(needed)}"


def _distance(document: VersionDocument, found: Facts) -> str:
    """How far the next level is, where `why` speaks of keeping this one."""
    if found["keep_missing"] is None:
        return ""
    return gettext(
        "%(measure)s to %(level)s",
        measure=_measured(document, found["missing"]),
        level=pick(found["next_name"]),
    )


def _measured(document: VersionDocument, count: int) -> str:
    tiers = document.tiers
    if tiers is None or tiers.measure == "spend":
        return money(count)
    if tiers.measure == "visits":
        return f"{number(count)} {pick(_VISIT if count == 1 else _VISITS)}"
    return _count(count, label_of(document, tiers.unit or ""))


def last_day(ends_at: datetime) -> date:
    """The last day in the shop on which something that ends at that moment is good."""
    return expiry.last_day(ends_at, zone().key)


def waiting(label: Text, balance: Facts) -> list[str]:
    """What cannot be used yet, and from when on it can: "+12 punti dal 3 dicembre 2026"."""
    return [_waiting(label, one) for one in balance["waiting"][:_WAITING_SHOWN]]


def _waiting(label: Text, facts: Facts) -> str:
    units = words.count(facts["units"], label)
    since = words.since(datetime.fromisoformat(facts["at"]).astimezone(zone()).date())
    return pick(Text(f"+{units.it} {since.it}", f"+{units.en} {since.en}"))


def vouchers(document: VersionDocument, found: Sequence[Facts]) -> list[Voucher]:
    """The vouchers of a receipt or a standing, with their rewards by name."""
    return [_voucher(document, facts) for facts in found]


def _voucher(document: VersionDocument, facts: Facts) -> Voucher:
    reward = document.reward(facts["reward"])
    until = facts["until"]
    return Voucher(
        code=shown(facts["code"]),
        name=pick(facts.get("name") or (reward.name if reward else facts["reward"])),
        until=last_day(datetime.fromisoformat(until)) if until else None,
        ref=facts["redemption"],
        reward=facts["reward"],
    )
