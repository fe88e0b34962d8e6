"""Merge tags, `{{first_name|cliente}}`: a value of the person or else a fallback, and no language.

They are taken out of a letter once and put back for each person, so that nothing of what a person
is called, and nothing of what a merchant writes, is ever run.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from loyalty.core.errors import Invalid
from loyalty.core.text import Text

KNOWN = ("first_name", "shop", "offer", "offer_code", "offer_until")
OF_OFFER = ("offer", "offer_code", "offer_until")
# What the frame of every letter puts in; no merchant can write these names.
OWN = ("unsubscribe_url", "view_url", "consent_day", "answer_url")
FALLBACK_LETTERS_MAX = 60
_TAG = re.compile(r"\{\{\s*([^{}|]{0,60}?)\s*(?:\|([^{}]{0,80}))?\}\}")
_OPEN, _SHUT = "\ue000", "\ue001"  # nobody may type these
# In an address a mark has to look like one: the printer spells anything else out.
_URL, _HOST = "https://gap-{}.loyalty.invalid", ".loyalty.invalid"
_PLACE = re.compile(rf"(?:{_OPEN}|https://gap-)([0-9]+)(?:{_SHUT}|\.loyalty\.invalid)")


@dataclass(frozen=True, slots=True)
class Tag:
    """A gap for one value, and what stands there for who has none."""

    name: str
    fallback: str


Piece = str | Tag


class Gaps:
    """The tags of one letter, each standing for itself as a mark that survives all printing."""

    def __init__(self, *, has_offer: bool) -> None:
        self.tags: list[Tag] = []
        self._names = KNOWN if has_offer else tuple(n for n in KNOWN if n not in OF_OFFER)

    def take(self, text: str, *, field: str) -> str:
        """The text with a mark for each tag. Raises Invalid naming a tag that nobody knows."""

        def mark(match: re.Match[str]) -> str:
            name, fallback = match[1], (match[2] or "").strip()
            if name not in self._names:
                raise Invalid({field: [_unknown(name, self._names)]})
            return self.place(name, fallback[:FALLBACK_LETTERS_MAX])

        found = _TAG.sub(mark, text)
        if "{{" in found or "}}" in found or _HOST in found:
            raise Invalid({field: [_BROKEN]})
        return found

    def place(self, name: str, fallback: str = "") -> str:
        """A mark for this value."""
        self.tags.append(Tag(name, fallback))
        return f"{_OPEN}{len(self.tags) - 1}{_SHUT}"

    def place_url(self, name: str) -> str:
        """A mark for an address that leads somewhere."""
        self.tags.append(Tag(name, ""))
        return _URL.format(len(self.tags) - 1)

    def split(self, printed: str) -> list[Piece]:
        """Text and tags in turn."""
        parts = _PLACE.split(printed)
        pieces = [self.tags[int(part)] if odd % 2 else part for odd, part in enumerate(parts)]
        return [piece for piece in pieces if piece != ""]


def has_mark(text: str) -> bool:
    """Whether a tag stands in the text."""
    return _OPEN in text


def unmarked(text: str) -> str:
    """A text of ours that goes into the frame, without anything that would be taken for a mark."""
    return text.replace(_OPEN, "").replace(_SHUT, "").replace(_HOST, "")


def fill(pieces: list[Piece], values: Mapping[str, str], escape: Callable[[str], str] = str) -> str:
    """The letter of one person; every value goes through `escape`."""
    return "".join(
        [
            piece if isinstance(piece, str) else escape(values.get(piece.name) or piece.fallback)
            for piece in pieces
        ]
    )


def as_plain(pieces: list[Piece]) -> list[str | list[str]]:
    """As JSON."""
    return [piece if isinstance(piece, str) else [piece.name, piece.fallback] for piece in pieces]


def of_plain(plain: list[str | list[str]]) -> list[Piece]:
    """Back from JSON."""
    return [piece if isinstance(piece, str) else Tag(*piece) for piece in plain]


_BROKEN = Text(
    "Un segnaposto non è chiuso bene: si scrive {{first_name|cliente}}.",
    "A placeholder is not closed properly: it is written {{first_name|friend}}.",
)


def _unknown(name: str, known: tuple[str, ...]) -> Text:
    listed, said = ", ".join(known), name[:40]
    return Text(
        f"Il segnaposto «{said}» non c'è. Puoi usare: {listed}.",
        f"There is no placeholder “{said}”. You can use: {listed}.",
    )
