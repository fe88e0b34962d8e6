"""Who would change level, and whose rewards would move, if rules were published now.

It has each card do in memory what `chores.adopt` has it do after publishing; nothing is written.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.cards import holders
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.counter import chores, due, offers
from loyalty.counter import desk as desks
from loyalty.counter.desk import Desk, Place
from loyalty.counter.dossier import families_of, steps_of
from loyalty.counter.due import Shop
from loyalty.counter.simulation import Progress, silent
from loyalty.ledger import store
from loyalty.programs import catalogue, tiers
from loyalty.programs.catalogue import PublishedVersion
from loyalty.programs.document import Reward, Tiers, VersionDocument

PEOPLE_MAX = 12  # of each kind; their names are looked up when they are shown
_A_LOOK = 500  # cards
Found = dict[str, Any]


def matters(before: VersionDocument, after: VersionDocument) -> bool:
    """Whether it could change anything for a card as it stands."""
    return before.tiers != after.tiers or before.rewards != after.rewards


@dataclass(slots=True)
class Outlook:
    """What was found so far.

    `levels` counts cards by level before, level after and direction; `below` those at each level
    that the new limits would not give them today; `came` and `went` rewards by key. The lists name
    some cards.
    """

    cards: int = 0
    levels: Counter[tuple[str | None, str | None, str]] = field(default_factory=Counter)
    below: Counter[str] = field(default_factory=Counter)
    came: Counter[str] = field(default_factory=Counter)
    went: Counter[str] = field(default_factory=Counter)
    moved: list[list[Any]] = field(default_factory=list)
    reached: list[list[Any]] = field(default_factory=list)
    lost: list[list[Any]] = field(default_factory=list)

    def as_dict(self) -> Found:
        """Lists and numbers, as a trial keeps them."""
        return {
            "cards": self.cards,
            "levels": [[*key, many] for key, many in sorted(self.levels.items(), key=str)],
            "below": dict(self.below),
            "came": dict(self.came),
            "went": dict(self.went),
            "moved": self.moved,
            "reached": self.reached,
            "lost": self.lost,
        }


def look(
    session: Session,
    *,
    shop: Shop,
    document: VersionDocument,
    at: datetime,
    progress: Progress = silent,
) -> Found:
    """Every card of the program under `document` instead of the version of `shop`.

    A few milliseconds a card. Stock, and how often somebody may have a reward, are left out.
    """
    found, mark = Outlook(), None
    which = {"merchant_id": shop.merchant_id, "program_id": shop.program_id}
    total = holders.count(session, **which)
    now = catalogue.version(session, **which, number=shop.version)
    then = PublishedVersion(**which, number=shop.version + 1, document=document,
                            terms=Text("", ""), published_at=at)  # fmt: skip
    while True:
        some = due.cards(session, shop=shop, after=mark, limit=_A_LOOK)
        for desk in _desks(session, shop, now, some.card_ids, at):
            _foresee(found, desk, then)
        progress(found.cards, total)
        if some.mark is None:
            return found.as_dict()
        mark = some.mark


def _desks(
    session: Session, shop: Shop, version: PublishedVersion, card_ids: list[UUID], at: datetime
) -> Iterator[Desk]:
    merchant_id = shop.merchant_id
    book = store.look_at_book(
        session, merchant_id=merchant_id, card_ids=card_ids, timezone=shop.timezone
    )
    steps = steps_of(session, merchant_id=merchant_id, card_ids=card_ids)
    families = families_of(session, merchant_id=merchant_id, card_ids=card_ids)
    for card_id in card_ids:
        place = Place(merchant_id, card_id, shop.program_id, shop.currency, shop.timezone)
        desk = desks.desk_on(session, place, version, book, at)
        desk.ranks.dossier.know(steps[card_id])
        desk.ranks.dossier.know_cards(families[card_id])
        yield desk


def _foresee(found: Outlook, desk: Desk, then: PublishedVersion) -> None:
    """First what time has done to the card in any case, then what the new rules do to it."""
    old, new = desk.version.document, then.document
    desks.catch_up(desk)
    level_before, had = _held(desk), _in_reach(desk, old.rewards)
    ahead = _under(desk, then)
    chores.go_over(ahead, old.tiers)
    level, has = _held(ahead), _in_reach(ahead, new.rewards)
    card = ref("crd", desk.place.card_id)
    way = direction(old.tiers, new.tiers, level_before, level)
    found.cards += 1
    found.levels[level_before, level, way] += 1
    if way != "kept":
        _name(found.moved, [card, level_before, level, way])
    if level is not None and _is_below(ahead):
        found.below[level] += 1
    _count(found.came, found.reached, card, has - had)
    _count(found.went, found.lost, card, had - has)


def _under(desk: Desk, then: PublishedVersion) -> Desk:
    """The same card under rules that no version has yet."""
    known = desk.ranks.rules_of
    desk.ranks.rules_of = lambda number: then.document if number == then.number else known(number)
    return replace(desk, version=then)


def _held(desk: Desk) -> str | None:
    return desk.ranks.held_on(desk.version, desk.place.day(desk.at))


def _is_below(desk: Desk) -> bool:
    """Whether what counts today would not bring the level that is held."""
    rules = desk.version.document.tiers
    if rules is None:
        return False
    standing, on = desk.ranks.standing(rules), desk.place.day(desk.at)
    level = rules.level(standing.level)
    if level is None or level.starts <= 0:
        return False
    return desk.ranks.dossier.qualifying(rules, *tiers.window(rules, on)) < level.starts


def _in_reach(desk: Desk, rewards: Iterable[Reward]) -> set[str]:
    """The rewards that could be asked for now, by what is on the card, its level and their days."""
    held, rules = _held(desk), desk.version.document.tiers
    return {
        reward.key
        for reward in rewards
        if _can_pay(desk, reward)
        and offers.not_for_level(reward, rules, held) is None
        and offers.out_of_season(reward, desk.at, desk.place.timezone) is None
    }


def _can_pay(desk: Desk, reward: Reward) -> bool:
    accounts = desk.accounts
    return all(
        unit in accounts and accounts[unit].available(desk.at) >= units
        for unit, units in reward.cost.items()
    )


def direction(old: Tiers | None, new: Tiers | None, before: str | None, after: str | None) -> str:
    """Of a change of level "up" or "down", "other" where nothing tells; "kept" without one (pure).

    Where levels are new, everybody begins at the lowest: that is no rise.
    """
    if before == after or (old is None and new is not None and after == tiers.entry(new).level):
        return "kept"
    for rules in (new, old):
        ranks = {level.key: rank for rank, level in enumerate(rules.levels)} if rules else {}
        places = [ranks.get(key) if key else -1 for key in (before, after)]
        if rules and places[0] is not None and places[1] is not None:
            return "up" if places[1] > places[0] else "down"
    return _by_limits(old, new, before, after)


def _by_limits(old: Tiers | None, new: Tiers | None, before: str | None, after: str | None) -> str:
    """Between a level that goes and one that is new: by what they ask, if it is the same thing."""
    one = old.level(before) if old else None
    other = new.level(after) if new else None
    if old is None or new is None or one is None or other is None:
        return "other"
    if (old.measure, old.unit) != (new.measure, new.unit) or one.starts == other.starts:
        return "other"
    return "up" if other.starts > one.starts else "down"


def _count(counts: Counter[str], named: list[list[Any]], card: str, keys: set[str]) -> None:
    counts.update(keys)
    for key in sorted(keys):
        _name(named, [card, key])


def _name(named: list[list[Any]], one: list[Any]) -> None:
    if len(named) < PEOPLE_MAX:
        named.append(one)
