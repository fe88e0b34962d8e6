"""What stands in the form of the rules, by the names that the rules' own fields have (pure).

A name is the path in the version document ("earn.0.when.tiers"), so that whatever is found wrong
with a field is said at that field. Values are texts as people write them.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

_NAME = re.compile(r"[a-z][a-z_]{0,20}(\.[a-z0-9_-]{1,32}){0,5}")
_ROW = re.compile(r"(?P<list>[a-z]+(?:\.levels)?)\.(?P<place>[0-9]{1,3})\.(?P<rest>.+)")
LISTS = ("units", "earn", "caps", "tiers.levels", "rewards")
SECTIONS = ("stamps", "tiers", "cause")
HAS = "has"  # which of the sections there are


@dataclass(frozen=True, slots=True)
class Sheet:
    """Texts by name; a name that several ticks share has several."""

    typed: Mapping[str, list[str]] = field(default_factory=dict)

    def one(self, name: str) -> str:
        """The text of a field; empty if there is none."""
        found = self.typed.get(name)
        return found[0] if found else ""

    def many(self, name: str) -> list[str]:
        """The ticks of a name."""
        return self.typed.get(name, [])

    def has(self, section: str) -> bool:
        """Whether the rules have a stamp card, levels, or a cause."""
        return section in self.many(HAS)

    def rows(self, of: str) -> range:
        """The places of the rows of a list."""
        return range(len(_places(self.typed, of)))

    def below(self, prefix: str) -> dict[str, str]:
        """What stands under a name: the costs of a reward by unit."""
        start = f"{prefix}."
        return {
            name.removeprefix(start): self.one(name)
            for name in self.typed
            if name.startswith(start)
        }

    def with_texts(self, more: Mapping[str, list[str]]) -> "Sheet":
        """The same with some fields more."""
        return Sheet({**self.typed, **more})

    def without(self, prefix: str) -> "Sheet":
        """The same without whatever stands under a name."""
        kept = {
            name: texts
            for name, texts in self.typed.items()
            if name != prefix and not name.startswith(f"{prefix}.")
        }
        return tidy(kept)


def tidy(typed: Mapping[str, Iterable[str]]) -> Sheet:
    """A sheet of these fields: only names that can be ours, and rows without gaps between them."""
    ours = {name: list(texts) for name, texts in typed.items() if _NAME.fullmatch(name)}
    places = {each: {old: new for new, old in enumerate(_places(ours, each))} for each in LISTS}
    return Sheet({_moved(name, places): texts for name, texts in ours.items()})


def _places(typed: Mapping[str, list[str]], of: str) -> list[int]:
    found = {
        int(match["place"])
        for name in typed
        if (match := _ROW.fullmatch(name)) and match["list"] == of
    }
    return sorted(found)


def _moved(name: str, places: Mapping[str, Mapping[int, int]]) -> str:
    match = _ROW.fullmatch(name)
    if match is None or match["list"] not in places:
        return name
    return f"{match['list']}.{places[match['list']][int(match['place'])]}.{match['rest']}"
