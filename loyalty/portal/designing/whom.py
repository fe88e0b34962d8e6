"""Whom a draft reaches: who would change level, and for whom a reward moves, before publishing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Response, make_response, redirect, url_for
from sqlalchemy.orm import Session

from loyalty.cards import holders
from loyalty.cards.holders import Holder
from loyalty.core import clock
from loyalty.core.db import read, write
from loyalty.core.ids import parse_ref, ref
from loyalty.core.text import Text
from loyalty.counter import due, foreseen, trials
from loyalty.counter.trials import Trial
from loyalty.merchants.roles import Permission
from loyalty.portal.blueprint import blueprint
from loyalty.portal.designing.form import found
from loyalty.portal.designing.judging import judge_document
from loyalty.programs.document import VersionDocument
from loyalty.programs.drafts import Newest
from loyalty.programs.models import Program
from loyalty.web import guard, reads
from loyalty.web.locale import gettext, pick

AT_ONCE = 30  # cards: about a tenth of a second; more are seen to by the worker
_NO_LEVEL = Text("nessun livello", "no level")


@dataclass(frozen=True, slots=True)
class Level:
    """How many cards are at a level, and would be."""

    name: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody for whom something changes, and what; no address where it is not to be seen."""

    name: str
    address: str
    what: str


@dataclass(frozen=True, slots=True)
class Reach:
    """For how many a reward comes into reach, and for how many it goes out of it."""

    name: str
    came: int
    went: int


@dataclass(frozen=True, slots=True)
class Told:
    """All that was found, in words."""

    cards: int
    up: int
    down: int
    other: int
    levels: list[Level] = field(default_factory=list)
    below: list[tuple[str, int]] = field(default_factory=list)
    rewards: list[Reach] = field(default_factory=list)
    moved: list[Person] = field(default_factory=list)
    reached: list[Person] = field(default_factory=list)
    lost: list[Person] = field(default_factory=list)

    @property
    def is_quiet(self) -> bool:
        """Whether no card changes level and no reward moves."""
        return not (self.up or self.down or self.other or self.rewards)


@dataclass(frozen=True, slots=True)
class Whom:
    """What the page shows: figures, a look under way, or neither yet.

    `matters` is false where nothing in the draft could touch a card as it stands.
    """

    matters: bool
    told: Told | None = None
    trial: Trial | None = None


@blueprint.post("/portal/programs/<program_ref>/publish/cards")
@guard.staff(Permission.PROGRAMS)
def look_at_cards(program_ref: str) -> Response:
    """Have the worker look at every card; sent twice it is one look.

    Where the rules do not fit, the page that it goes back to says so.
    """
    program, newest = found(reads.session(), program_ref)
    fits = newest.is_draft and not judge_document(newest.raw).misfits
    if fits and program.current_version is not None:
        with write() as records:
            trials.ask_cards(records, program=program, newest=newest, at=clock.now())
    here = url_for("portal.check_draft", program_ref=program_ref, _anchor="h-whom")
    return make_response(redirect(here, 303))


def whom(
    records: Session,
    program: Program,
    newest: Newest,
    documents: tuple[VersionDocument, VersionDocument],
    cards: int,
) -> Whom:
    """What is known of it: at once where there are few cards, else what the worker found."""
    if not cards or not foreseen.matters(*documents):
        return Whom(matters=False)
    if cards > AT_ONCE:
        trial = trials.latest_cards(records, program=program, seal=newest.seal)
        told = _told(records, trial.found, documents) if trial and trial.found else None
        return Whom(matters=True, told=told, trial=trial)
    with read() as snapshot:
        which = {"merchant_id": program.merchant_id, "program_id": program.id}
        shop = due.shop_of(snapshot, **which)
        assert shop is not None, "its rules are in force"
        seen = foreseen.look(snapshot, shop=shop, document=documents[1], at=clock.now())
    return Whom(matters=True, told=_told(records, seen, documents))


def _told(
    records: Session, seen: Mapping[str, Any], documents: tuple[VersionDocument, VersionDocument]
) -> Told:
    levels, rewards = _level_names(documents), _reward_names(documents)
    ways = {way: sum(row[3] for row in seen["levels"] if row[2] == way)
            for way in ("up", "down", "other")}  # fmt: skip
    known = _holders(records, seen)

    def person(card: str, what: str) -> Person:
        holder = known.get(card)
        is_shown = holder is not None and Permission.MEMBERS in guard.duty().permissions
        name = holder.name if holder and is_shown else None
        address = url_for("portal.member", member_ref=holder.ref) if holder and is_shown else ""
        return Person(name or gettext("No name"), address, what)

    def reach(rows: Sequence[Sequence[str]]) -> list[Person]:
        return [person(card, rewards.get(key, key)) for card, key in rows]

    return Told(
        cards=seen["cards"],
        **ways,
        levels=_levels(seen, levels),
        below=[(levels[key], many) for key, many in seen["below"].items()],
        rewards=[Reach(name, came, went) for key, name in rewards.items()
                 if (came := seen["came"].get(key, 0)) + (went := seen["went"].get(key, 0))],
        moved=[person(card, _from_to(levels[one], levels[two]))
               for card, one, two, _ in seen["moved"]],
        reached=reach(seen["reached"]),
        lost=reach(seen["lost"]),
    )  # fmt: skip


def _from_to(one: str, other: str) -> str:
    return gettext("from %(one)s to %(other)s", one=one, other=other)


def _levels(seen: Mapping[str, Any], names: Mapping[str | None, str]) -> list[Level]:
    """Each level with how many are at it now and then; those with nobody ever are left out."""
    before = {key: sum(row[3] for row in seen["levels"] if row[0] == key) for key in names}
    after = {key: sum(row[3] for row in seen["levels"] if row[1] == key) for key in names}
    return [
        Level(name, before[key], after[key])
        for key, name in names.items()
        if key is not None or before[key] or after[key]
    ]


def _level_names(documents: tuple[VersionDocument, VersionDocument]) -> dict[str | None, str]:
    """By key, "none" first; as the draft calls them, then what goes as it was called."""
    names: dict[str | None, str] = {None: pick(_NO_LEVEL)}
    for each in reversed(documents):
        for level in each.tiers.levels if each.tiers else ():
            names.setdefault(level.key, pick(level.name))
    return names


def _reward_names(documents: tuple[VersionDocument, VersionDocument]) -> dict[str, str]:
    return {reward.key: pick(reward.name) for each in documents for reward in each.rewards}


def _holders(records: Session, seen: Mapping[str, Any]) -> dict[str, Holder]:
    rows = [*seen["moved"], *seen["reached"], *seen["lost"]]
    ids = {card_id for row in rows if (card_id := parse_ref("crd", row[0]))}
    named = holders.named(records, merchant_id=guard.duty().merchant_id, card_ids=ids)
    return {ref("crd", card_id): holder for card_id, holder in named.items()}
