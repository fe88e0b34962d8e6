"""What a mail is made of, before it is put on paper (pure)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

HOUSE = "Loyalty"
Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail in one language, before it is put on paper."""

    subject: str
    sender: str  # the name before the address: the shop's, or the house's
    paragraphs: tuple[str, ...]
    why: str  # why they get it, and what to do if they did not ask for it
    code: str = ""
    link: str = ""
    link_words: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of mail: how it reads, which facts nobody needs afterwards, and how long it is good.

    `lasts` None: it is worth sending however late.
    """

    write: Callable[[Facts, str], Letter]
    secret: frozenset[str] = frozenset()
    lasts: Callable[[Facts], timedelta] | None = None
