"""What the search finds besides people: places, deeds, programs and rewards, as far as they may."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flask import url_for
from sqlalchemy.orm import Session

from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.merchants.roles import Duty, Permission
from loyalty.portal import places
from loyalty.portal.places import Place
from loyalty.portal.programs import in_force
from loyalty.programs import editor
from loyalty.programs.models import Program
from loyalty.web.locale import pick

SHOWN = 6  # of each kind


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found, and where it is."""

    name: str
    url: str
    icon: str
    note: str = ""


def goes_to(duty: Duty, text: str) -> list[Hit]:
    """Places whose name or other words begin a word with `text`; without text all of them."""
    mine = [place for _, theirs in places.open_to(duty) for place in theirs]
    if places.may_open(places.ACCOUNT, duty):
        mine.append(places.ACCOUNT)
    found = [_place(place) for place in _best(mine, text)]
    return found[:SHOWN] if text else found


def does(duty: Duty, text: str) -> list[Hit]:
    """Deeds that `text` may mean; without text all of them."""
    mine = [place for place in places.DEEDS if places.may_open(place, duty)]
    return [_place(place) for place in _best(mine, text)][:SHOWN]


def programs(session: Session, duty: Duty, text: str) -> list[Hit]:
    """Programs whose name holds `text`."""
    return [
        Hit(program.name, _program(program), "gift")
        for program in _programs(session, duty)
        if folded(text) in folded(program.name)
    ][:SHOWN]


def rewards(session: Session, duty: Duty, text: str) -> list[Hit]:
    """Rewards in force whose name in either language holds `text`, with their program."""
    hits = []
    for program in _programs(session, duty):
        version = in_force(session, program)
        hits += [
            Hit(pick(reward.name), _program(program), "ticket", program.name)
            for reward in (version.document.rewards if version else ())
            if folded(text) in folded(f"{reward.name.it}\n{reward.name.en}")
        ]
    return hits[:SHOWN]


def folded(text: str) -> str:
    """Without capitals and accents: "Caffè" is found by "caffe"."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def _best(found: Iterable[Place], text: str) -> list[Place]:
    """Those that fit, the best first: by its own name before other words of it."""
    ranked = [(_rank(place, folded(text)), place) for place in found]
    return [place for rank, place in sorted(ranked, key=lambda one: one[0]) if rank <= _ALSO]


_NAMED, _ALSO, _NOT = 0, 1, 2


def _rank(place: Place, text: str) -> int:
    if not text or any(word.startswith(text) for word in _beginnings(pick(place.name))):
        return _NAMED
    others = " ".join((*_both(place.name), *_both(place.words)))
    return _ALSO if any(word.startswith(text) for word in _beginnings(others)) else _NOT


def _beginnings(said: str) -> Iterator[str]:
    """The text from each of its words on, so that two words can be typed as well."""
    words = folded(said).split()
    return (" ".join(words[first:]) for first in range(len(words)))


def _both(text: Text) -> tuple[str, str]:
    return text.it, text.en


def _place(place: Place) -> Hit:
    return Hit(pick(place.name), places.address(place), place.icon)


def _programs(session: Session, duty: Duty) -> list[Program]:
    if Permission.PROGRAMS not in duty.permissions:
        return []
    return editor.page(session, merchant_id=duty.merchant_id)


def _program(program: Program) -> str:
    """Its place on the page of all."""
    return url_for("portal.programs", _anchor=ref("prg", program.id))
