"""One part of the rules as it was and as it is, and how to find the parts that differ (pure)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from loyalty.core.text import Text
from loyalty.programs.document import VersionDocument
from loyalty.programs.weighing import BETTER, WORSE, Signs

Thing = TypeVar("Thing")
Versions = tuple[VersionDocument, VersionDocument]
Said = tuple[Text | None, Text | None]
"""How a part reads before and after; None on the side where it is not there."""

DETAILS = Text("cambia nei dettagli", "changes in its details")


@dataclass(frozen=True, slots=True)
class Change:
    """A part by its key, its words on both sides, and what that means for the customer.

    `details` says what changed where the words are the same.
    """

    part: str
    said: Said
    signs: Signs
    details: Text = DETAILS


def pairs(
    before: Mapping[str, Thing], after: Mapping[str, Thing]
) -> Iterator[tuple[str, Thing | None, Thing | None]]:
    """What differs, by key, in the order in which it stands."""
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key), after.get(key)
        if old != new:
            yield key, old, new


def weighed(
    old: Thing | None, new: Thing | None, compare: Callable[[Thing, Thing], Signs]
) -> Signs:
    """What is new is better and what is gone is worse; what stays is compared."""
    if old is None or new is None:
        return WORSE if new is None else BETTER
    return compare(old, new)


def both(
    versions: Versions,
    old: Thing | None,
    new: Thing | None,
    say: Callable[[VersionDocument, Thing], Text],
) -> Said:
    """How a thing reads in the words of each version."""
    return (
        None if old is None else say(versions[0], old),
        None if new is None else say(versions[1], new),
    )
