"""A poster in each size: what it says, where it stands, and the file (no database, no clock)."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from loyalty.cards import qr
from loyalty.core.text import Text
from loyalty.merchants.card_looks import PLAIN, Look
from loyalty.portal.poster.brush import INK, QUIET, Box, Brush
from loyalty.portal.poster.lettering import BOLD, REGULAR, Room, fitted, width

SHEETS = ("a4", "a5", "a6", "tent")
LANGUAGES = ("it", "en", "both")
_MM = 72 / 25.4
_A4 = (210.0, 297.0)
_SIDES = {"a4": _A4, "a5": (148.5, 210.0), "a6": (105.0, 148.5), "tent": _A4}
_STAMPS_DRAWN = 10
_OPEN = Text("Inquadra il codice con la fotocamera", "Point your camera at the code")
_NAME = Text("Scrivi il tuo nome, se vuoi", "Leave your name, if you like")
_DONE = Text("La carta è sul telefono: niente app", "The card is on your phone: no app")
STEPS = (_OPEN, _NAME, _DONE)
_OR = Text("Oppure scrivi questo indirizzo:", "Or type this address:")
_SHORT = Text("Inquadra: la carta è tua", "Scan, and the card is yours")


@dataclass(frozen=True, slots=True)
class Poster:
    """What stands on it. `link` is in the code, `address` is short enough to type.

    `logo` is the bytes of the look's picture; `languages` is one or both of it and en, in the order
    in which they are read.
    """

    shop: str
    promise: Text
    terms: Text
    link: str
    address: str
    look: Look
    logo: bytes | None
    stamps: int
    languages: Sequence[str]


def warm() -> None:
    """Read what draws posters, so that the first of a process takes no longer than the next."""
    from reportlab.lib.utils import ImageReader  # noqa: F401, PLC0415  # as below

    written = io.BytesIO()
    _upright(Brush(_canvas(written, _SIDES["a6"], "it"), 1.0), _SAMPLE, qr.matrix("loyalty"), 0.5)


def make(poster: Poster, sheet: str) -> bytes:
    """The PDF of one page; `sheet` is one of SHEETS. Slow (0.1 s): never inside a write."""
    wide, high = (side * _MM for side in _SIDES[sheet])
    written = io.BytesIO()
    canvas = _canvas(written, _SIDES[sheet], poster.languages[0])
    title = fitted(poster.shop, REGULAR, Room(10_000, 1, (10,)))
    canvas.setTitle(" ".join(title.lines) or "Loyalty")
    rows = qr.matrix(poster.link)
    if sheet == "tent":
        _tent(canvas, poster, rows, wide, high)
    else:
        _upright(Brush(canvas, high), poster, rows, wide / (_A4[0] * _MM))
    canvas.showPage()
    canvas.save()
    return written.getvalue()


def _canvas(written: io.BytesIO, sides: tuple[float, float], language: str) -> Any:
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415  # starting need not wait for it

    return Canvas(written, pagesize=tuple(side * _MM for side in sides), lang=language)


_SAMPLE = Poster(
    shop="Loyalty",
    promise=Text("Con 10 timbri", "With 10 stamps"),
    terms=Text("Un timbro a visita.", "A stamp for each visit."),
    link="https://loyalty.example",
    address="loyalty.example",
    look=PLAIN,
    logo=None,
    stamps=10,
    languages=("it", "en"),
)


def _upright(brush: Brush, poster: Poster, rows: Sequence[Sequence[bool]], scale: float) -> None:
    """The coloured panel above; the code with its three steps, the address and the rules below."""
    mm = _MM * scale
    panel = Box(14 * mm, 14 * mm, 182 * mm, 122 * mm)
    _panel(brush, poster, panel, mm)
    code = Box(14 * mm, 146 * mm, 98 * mm, 98 * mm)
    brush.code(rows, code)
    _steps(brush, poster, Box(120 * mm, 154 * mm, 76 * mm, 84 * mm), mm)
    brush.line(14 * mm, 252 * mm, 182 * mm)
    y = _address(brush, poster, Box(14 * mm, 257 * mm, 182 * mm, 12 * mm), mm)
    _terms(brush, poster, Box(14 * mm, y + 2 * mm, 182 * mm, 283 * mm - y), mm)


def _tent(
    canvas: Any, poster: Poster, rows: Sequence[Sequence[bool]], wide: float, high: float
) -> None:
    """Two faces, one upside down: folded in the middle it stands, and both sides read."""
    for is_turned in (False, True):
        canvas.saveState()
        if is_turned:
            canvas.translate(wide, high)
            canvas.rotate(180)
        _face(Brush(canvas, high / 2), poster, rows)
        canvas.restoreState()
    canvas.setStrokeColor("#b5b5ae")
    canvas.setLineWidth(0.5)
    canvas.setDash(2, 3)
    canvas.line(0, high / 2, 8 * _MM, high / 2)
    canvas.line(wide - 8 * _MM, high / 2, wide, high / 2)


def _face(brush: Brush, poster: Poster, rows: Sequence[Sequence[bool]]) -> None:
    """One side of a tent: the panel on the left, the code and the address on the right."""
    mm = _MM
    _panel(brush, poster, Box(12 * mm, 12 * mm, 112 * mm, 124 * mm), mm * 0.82)
    brush.code(rows, Box(130 * mm, 14 * mm, 70 * mm, 70 * mm))
    y = 88 * mm
    for number, language in enumerate(poster.languages):
        room = Room(66 * mm, 2, (15, 13, 11) if not number else (11, 10))
        block = fitted(_SHORT.pick(language), BOLD if not number else REGULAR, room)
        y = brush.text(block, 132 * mm, y, INK if not number else QUIET) + 1.5 * mm
    room = Room(66 * mm, 3, (10, 9, 8, 7))
    y = brush.text(fitted(poster.address, BOLD, room), 132 * mm, y + 2 * mm, INK)
    _terms(brush, poster, Box(132 * mm, y + 3 * mm, 66 * mm, 134 * mm - y), mm * 0.92)


def _panel(brush: Brush, poster: Poster, box: Box, mm: float) -> None:
    """Logo or name on top, the promise large, a row of stamps at the foot."""
    look = poster.look
    brush.panel(box, look.background, 9 * mm)
    inner = box.inside(13 * mm)
    y = _head(brush, poster, inner, mm)
    foot = inner.y + inner.height - (12 * mm if poster.stamps else 0)
    y = max(y + 7 * mm, inner.y + 30 * mm)
    first, *others = poster.languages
    room = Room(inner.width, 3, tuple(size * mm / _MM for size in (40, 36, 32, 28, 24, 20)))
    y = brush.text(fitted(poster.promise.pick(first), BOLD, room), inner.x, y, look.ink)
    for other in others:
        room = Room(inner.width, 2, tuple(size * mm / _MM for size in (19, 17, 15, 13)))
        block = fitted(poster.promise.pick(other), REGULAR, room)
        y = brush.text(block, inner.x, y + 3 * mm, look.soft)
    if poster.stamps:
        row = Box(inner.x, foot, inner.width, 12 * mm)
        size = min(poster.stamps, _STAMPS_DRAWN)
        brush.stamps(size, max(1, size * 7 // 10), row, look)


def _head(brush: Brush, poster: Poster, inner: Box, mm: float) -> float:
    """The logo with the name beside it; a wide logo is the name. Returns where it ends."""
    look, x = poster.look, inner.x
    high = 19 * mm
    if poster.logo is not None and look.logo is not None:
        wide = inner.width * (0.62 if look.is_logo_wide else 0.3)
        high = brush.picture(poster.logo, look, Box(x, inner.y, wide, high))
        if look.is_logo_wide:
            return inner.y + high
        x += look.logo.width * high / look.logo.height + 6 * mm
    room = Room(inner.x + inner.width - x, 2, tuple(size * mm / _MM for size in (25, 22, 19, 16)))
    name = fitted(poster.shop, BOLD, room)
    top = inner.y + max(0.0, (high - name.height) / 2 if poster.logo else 0.0)
    return max(brush.text(name, x, top, look.ink), inner.y + (high if poster.logo else 0))


def _steps(brush: Brush, poster: Poster, box: Box, mm: float) -> None:
    """Three steps, each with its number in a dot of the shop's colours."""
    look, y = poster.look, box.y
    for number, step in enumerate(STEPS, start=1):
        dot = Box(box.x, y, 9 * mm, 9 * mm)
        brush.panel(dot, look.background, 4.5 * mm)
        size = 12 * mm / _MM
        figure = fitted(str(number), BOLD, Room(dot.width, 1, (size,)))
        middle = dot.x + (dot.width - width(str(number), BOLD, size)) / 2
        brush.text(figure, middle, dot.y + (dot.height - figure.leading) / 2, look.ink)
        below = y + 0.6 * mm
        for place, language in enumerate(poster.languages):
            sizes = (15, 13.5, 12) if not place else (11.5, 10.5)
            room = Room(box.width - 14 * mm, 3, tuple(each * mm / _MM for each in sizes))
            block = fitted(step.pick(language), BOLD if not place else REGULAR, room)
            below = brush.text(block, box.x + 14 * mm, below, INK if not place else QUIET)
            below += 1 * mm
        y = max(below + 5 * mm, y + 27 * mm)


def _address(brush: Brush, poster: Poster, box: Box, mm: float) -> float:
    """The address to type, said once in each language, and large."""
    said = "  ".join(_OR.pick(language) for language in poster.languages)
    room = Room(box.width, 1, (9.5 * mm / _MM,))
    y = brush.text(fitted(said, REGULAR, room), box.x, box.y, QUIET)
    room = Room(box.width, 1, tuple(size * mm / _MM for size in (17, 15, 13, 11, 9)))
    return brush.text(fitted(poster.address, BOLD, room), box.x, y + 0.5 * mm, INK)


def _terms(brush: Brush, poster: Poster, box: Box, mm: float) -> None:
    """The rules in a sentence, small, as far as there is room."""
    y, each = box.y, box.height / len(poster.languages)
    size = 8 * mm / _MM
    for language in poster.languages:
        lines = max(1, int(each / (size * 1.2)))
        block = fitted(poster.terms.pick(language), REGULAR, Room(box.width, lines, (size,)))
        y = brush.text(block, box.x, y, QUIET) + 0.8 * mm
