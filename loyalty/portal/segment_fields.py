"""What can be asked of members in the builder: fields, ways to compare, and choices, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from loyalty.core.text import Text
from loyalty.portal import member_filters, member_words
from loyalty.portal.member_filters import Shelf
from loyalty.web.locale import gettext, pick

CHOICE, NUMBER, MONEY, YES, WORDS = "choice", "number", "money", "yes", "words"
SEGMENT = "segment"  # not a field of an audience: a leaf of its own
_KNOWN = ("known", "unknown")
_OPS: dict[str, tuple[str, ...]] = {
    CHOICE: ("in",),
    NUMBER: ("gte", "lte", "between", "eq"),
    MONEY: ("gte", "lte", "between"),
    YES: ("yes", "no"),
    WORDS: ("in",),
}
OP_WORDS = {
    "in": Text("è uno di", "is one of"),
    "gte": Text("almeno", "at least"),
    "lte": Text("al massimo", "at most"),
    "between": Text("da … a", "from … to"),
    "eq": Text("esattamente", "exactly"),
    "yes": Text("sì", "yes"),
    "no": Text("no, o mai chiesto", "no, or never asked"),
    "known": Text("c'è", "is there"),
    "unknown": Text("non c'è", "is not there"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an audience in the words of the shop; `after` stands behind a number."""

    key: str
    label: str
    kind: str
    group: str
    options: Sequence[tuple[str, str]] = ()
    after: str = ""
    may_miss: bool = False

    @property
    def ops(self) -> tuple[str, ...]:
        """The ways to compare it."""
        return (*_OPS[self.kind], *(_KNOWN if self.may_miss else ()))


def fields(records: Session) -> dict[str, Field]:
    """Every field that this shop can ask for, by its key, in the order of the list."""
    shelf = member_filters.shelf(records)
    every = [*_standing(shelf), *_visits(shelf), *_holding(shelf), *_person()]
    return {one.key: one for one in every}


def _standing(shelf: Shelf) -> list[Field]:
    group = gettext("How they are doing")
    states = [(key, pick(name)) for key, name in member_words.STATES_MEANT.items()]
    return [
        Field("state", gettext("State"), CHOICE, group, states),
        Field(SEGMENT, gettext("Segment"), CHOICE, group, shelf.choices["house"]),
        Field("tag", gettext("Tag"), CHOICE, group, _tags(shelf), may_miss=True),
    ]


def _tags(shelf: Shelf) -> list[tuple[str, str]]:
    """By their names, which is what an audience goes by."""
    return [(name, name) for _, name in shelf.choices["tag"]]


def _visits(shelf: Shelf) -> list[Field]:
    group = gettext("Visits")
    days = gettext("days ago")
    return [
        Field("visits", gettext("Visits"), NUMBER, group),
        Field("spend_minor", gettext("Spent"), MONEY, group),
        Field("last_visit_days", gettext("Last visit"), NUMBER, group, after=days, may_miss=True),
        Field("location", gettext("Has been to"), CHOICE, group, shelf.choices["place"],
              may_miss=True),
        Field("bought.sku", gettext("Bought a product"), WORDS, group, may_miss=True),
        Field("bought.category", gettext("Bought of a category"), WORDS, group, may_miss=True),
    ]  # fmt: skip


def _holding(shelf: Shelf) -> list[Field]:
    group = gettext("On the card")
    labels = {unit.key: pick(unit.label) for club in shelf.clubs for unit in club.document.units}
    units = [
        Field(f"units.{key}", gettext("Balance: %(unit)s", unit=label), NUMBER, group)
        for key, label in labels.items()
    ]
    levels = shelf.choices["level"]
    tier = Field("tier", gettext("Level"), CHOICE, group, levels, may_miss=True)
    return [*units, *([tier] if levels else [])]


def _person() -> list[Field]:
    group = gettext("Who they are")
    sources = [(key, pick(name).capitalize()) for key, name in member_words.SOURCES.items()]
    consents = [
        Field(f"consent.{key}", gettext("Said yes to: %(what)s", what=pick(name)), YES, group)
        for key, name in member_words.CONSENTS.items()
        if key in ("marketing", "profiling")
    ]
    return [
        Field("joined_days", gettext("Member since"), NUMBER, group, after=gettext("days")),
        Field("birthday_in_days", gettext("Birthday in"), NUMBER, group, after=gettext("days"),
              may_miss=True),
        Field("source", gettext("Came by"), CHOICE, group, sources, may_miss=True),
        *consents,
    ]  # fmt: skip
