"""The filters of the member list: what can be chosen, and what is on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from babel import dates
from flask import url_for
from sqlalchemy.orm import Session

from loyalty.core.ids import ref
from loyalty.customers import tags
from loyalty.members.criteria import Criteria
from loyalty.members.listing import Pot
from loyalty.merchants import places
from loyalty.portal import member_words as words
from loyalty.portal import segment_words
from loyalty.programs import catalogue, editor
from loyalty.programs.document import VersionDocument
from loyalty.web import guard
from loyalty.web.locale import day, language, number, pick

Choices = list[tuple[str, str]]
_MONTHS = [f"{month:02d}" for month in range(1, 13)]


@dataclass(frozen=True, slots=True)
class Club:
    """A program in force, with its rules."""

    id: UUID
    ref: str
    name: str
    document: VersionDocument


@dataclass(frozen=True, slots=True)
class Shelf:
    """Everything that can be chosen from, by the name of its filter."""

    clubs: list[Club]
    choices: Mapping[str, Choices]

    def club(self, criteria: Criteria) -> Club | None:
        """The program that the list is about: the chosen one, else the first."""
        chosen = (club for club in self.clubs if club.ref == criteria.program)
        return next(chosen, self.clubs[0] if self.clubs else None)

    def pot(self, criteria: Criteria) -> Pot | None:
        """Whose balance the list shows: the first unit of its program."""
        club = self.club(criteria)
        return Pot(club.id, club.document.units[0].key) if club else None

    def name(self, filter_name: str, value: str) -> str:
        """What a choice is called; what is gone keeps no name."""
        return dict(self.choices.get(filter_name, ())).get(value, "?")


def shelf(records: Session) -> Shelf:
    """What this shop can choose from."""
    merchant_id = guard.duty().merchant_id
    clubs = list(_clubs(records, merchant_id))
    levels = {
        level.key: pick(level.name)
        for club in clubs
        if club.document.tiers
        for level in club.document.tiers.levels
    }
    sites = places.list_locations(records, merchant_id=merchant_id)
    choices: dict[str, Choices] = {
        "state": [(key, pick(text)) for key, text in words.STATES_MEANT.items()],
        "program": [(club.ref, club.name) for club in clubs],
        "level": list(levels.items()),
        "tag": [
            (tag.ref, tag.name)
            for tag in tags.of_shop(records, merchant_id=merchant_id)
            if tag.members
        ],
        "place": [(ref("loc", one.id), one.name) for one in sites],
        "came_at": [(ref("loc", one.id), one.name) for one in sites],
        "segment": segment_words.every(records, merchant_id),
        "house": segment_words.house(),
        "consent": [(key, pick(words.CONSENTS[key])) for key in ("marketing", "profiling")],
        "birthday": [(month, _month(month)) for month in _MONTHS],
        "reward": [("waiting", pick(words.FILTERS["reward"]))],
    }
    return Shelf(clubs, choices)


def _clubs(records: Session, merchant_id: UUID) -> Iterator[Club]:
    for program in editor.page(records, merchant_id=merchant_id):
        if program.current_version is not None:
            version = catalogue.version(
                records,
                merchant_id=merchant_id,
                program_id=program.id,
                number=program.current_version,
            )
            yield Club(program.id, ref("prg", program.id), program.name, version.document)


def _month(month: str) -> str:
    name: str = dates.format_date(date(2000, int(month), 1), "LLLL", locale=language())
    return name


def said(criteria: Criteria, shelf: Shelf) -> list[tuple[str, str]]:
    """Each filter that is on in words, with the address of the list without it."""
    found = []
    for name in criteria.filters():
        less = criteria.without(name, *(["level"] if name == "program" else []))
        found.append((_say(name, criteria, shelf), address(less)))
    return found


def _say(name: str, criteria: Criteria, shelf: Shelf) -> str:
    value, label = getattr(criteria, name), pick(words.FILTERS[name])
    if name == "state":
        return words.state(value)[0].capitalize()
    if name == "reward":
        return label
    if name in shelf.choices:
        return f"{label}: {shelf.name(name, value)}"
    return f"{label} {day(value)}" if isinstance(value, date) else f"{label}: {number(value)}"


def address(criteria: Criteria) -> str:
    """The list with these filters."""
    return asked(url_for("portal.members"), criteria.pairs())


def asked(path: str, said: Mapping[str, str]) -> str:
    """An address with what is asked for."""
    return f"{path}?{urlencode(said)}" if said else path
