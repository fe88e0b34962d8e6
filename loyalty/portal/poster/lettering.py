"""The faces of a poster, and text that fits its place whatever it says."""

import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Any

from loyalty import assets
from loyalty.core.text import one_line

REGULAR, BOLD = "Poster", "Poster-Bold"
_FILES = {REGULAR: "poster-regular.ttf", BOLD: "poster-bold.ttf"}
_LETTERS_READ = 400  # nobody reads more on a poster, and measuring costs time
_LEADING = 1.16
ELLIPSIS = "…"
# Letters with a stroke, which Unicode does not take apart.
_STRUCK = str.maketrans("łŁđĐħĦŧŦıŋŊ", "lLdDhHtTinN")


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of one size, in points; `height` is what they take."""

    face: str
    size: float
    lines: tuple[str, ...]

    @property
    def leading(self) -> float:
        """From one line to the next."""
        return self.size * _LEADING

    @property
    def height(self) -> float:
        """Of all lines."""
        return self.leading * len(self.lines)


@dataclass(frozen=True, slots=True)
class Room:
    """Where a text has to fit: width, number of lines, sizes from large to small (points)."""

    width: float
    lines_max: int
    sizes: tuple[float, ...]


@cache
def _face(name: str) -> Any:
    """The face, made known to the printer once a process."""
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415  # slow to load, and seldom asked for  # starting need not wait for it
    from reportlab.pdfbase.ttfonts import TTFont  # noqa: PLC0415

    path = assets.dist_folder() / assets.manifest()[_FILES[name]]
    face = TTFont(name, str(path))
    pdfmetrics.registerFont(face)
    return face


def width(text: str, face: str, size: float) -> float:
    """How wide a line is, in points."""
    measured: float = _face(face).stringWidth(text, size)
    return measured


def printable(text: str, face: str = REGULAR) -> str:
    """The text in letters that the face has: accents it lacks are dropped, as are other scripts."""
    has = _face(face).face.charToGlyph
    kept = []
    for letter in one_line(text[:_LETTERS_READ]):
        if ord(letter) in has:
            kept.append(letter)
            continue
        plain = unicodedata.normalize("NFKD", letter.translate(_STRUCK))
        kept.append("".join(one for one in plain if ord(one) in has))
    shown = " ".join("".join(kept).split())
    return shown + ELLIPSIS if len(text) > _LETTERS_READ and shown else shown


def fitted(text: str, face: str, room: Room) -> Block:
    """The text as large as it fits; at the smallest size the rest is cut, with an ellipsis."""
    said = printable(text, face)
    lines: list[str] = []
    for size in room.sizes:
        lines = _wrapped(said, face, size, room.width)
        if len(lines) <= room.lines_max:
            return Block(face, size, tuple(lines))
    size, kept = room.sizes[-1], lines[: room.lines_max]
    kept[-1] = _cut(kept[-1], face, size, room.width)
    return Block(face, size, tuple(kept))


def _wrapped(text: str, face: str, size: float, limit: float) -> list[str]:
    lines: list[str] = []
    line = ""
    for word in text.split():
        for part in _parts(word, face, size, limit):
            longer = f"{line} {part}".strip()
            if line and width(longer, face, size) > limit:
                lines.append(line)
                line = part
            else:
                line = longer
    return [*lines, line] if line else lines


def _parts(word: str, face: str, size: float, limit: float) -> list[str]:
    """The word itself, or in pieces where it is wider than the place."""
    if width(word, face, size) <= limit:
        return [word]
    parts, piece = [], ""
    for letter in word:
        if piece and width(piece + letter, face, size) > limit:
            parts.append(piece)
            piece = ""
        piece += letter
    return [*parts, piece]


def _cut(line: str, face: str, size: float, limit: float) -> str:
    while line and width(line + ELLIPSIS, face, size) > limit:
        line = line[:-1]
    return line.rstrip(f" ,.;:{ELLIPSIS}") + ELLIPSIS
