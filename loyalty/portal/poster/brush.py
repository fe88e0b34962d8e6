"""The parts of a poster, drawn on a page of any size; lengths are points, from the top left."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from loyalty.merchants.card_looks import Look
from loyalty.portal.poster.lettering import Block

INK, QUIET, LINE = "#16171a", "#55585e", "#d9d9d3"


@dataclass(frozen=True, slots=True)
class Box:
    """A place on the page: left, top, width, height."""

    x: float
    y: float
    width: float
    height: float

    def inside(self, edge: float) -> "Box":
        """The same without so much on every side."""
        return Box(self.x + edge, self.y + edge, self.width - 2 * edge, self.height - 2 * edge)


class Brush:
    """Draws on one page; the printer counts from below, people from above."""

    def __init__(self, canvas: Any, height: float) -> None:
        self.canvas, self.height = canvas, height

    def panel(self, box: Box, colour: str, radius: float) -> None:
        """A plain area with round corners."""
        self.canvas.setFillColor(colour)
        bottom = self.height - box.y - box.height
        self.canvas.roundRect(box.x, bottom, box.width, box.height, radius, stroke=0, fill=1)

    def line(self, x: float, y: float, length: float) -> None:
        """A hairline."""
        self.canvas.setStrokeColor(LINE)
        self.canvas.setLineWidth(0.6)
        self.canvas.line(x, self.height - y, x + length, self.height - y)

    def text(self, block: Block, x: float, y: float, colour: str) -> float:
        """The lines below one another from that top; returns where the next thing may begin."""
        self.canvas.setFillColor(colour)
        self.canvas.setFont(block.face, block.size)
        for number, line in enumerate(block.lines):
            baseline = y + block.leading * number + block.size * 0.92
            self.canvas.drawString(x, self.height - baseline, line)
        return y + block.height

    def code(self, rows: Sequence[Sequence[bool]], box: Box) -> None:
        """A QR code as one vector path, black on white, as large as the box."""
        self.panel(box, "#ffffff", 0)
        module = box.width / len(rows)
        path = self.canvas.beginPath()
        for y, row in enumerate(rows):
            x = 0
            for is_dark, run in groupby(row):
                length = len(list(run))
                if is_dark:
                    bottom = self.height - box.y - (y + 1) * module
                    path.rect(box.x + x * module, bottom, length * module, module)
                x += length
        self.canvas.setFillColor("#000000")
        self.canvas.drawPath(path, stroke=0, fill=1)

    def picture(self, content: bytes, look: Look, box: Box) -> float:
        """The logo in the upper left of the box, never larger than it is; returns its height."""
        from reportlab.lib.utils import ImageReader  # noqa: PLC0415  # starting need not wait for it

        assert look.logo is not None, "there is a picture of it"
        scale = min(box.width / look.logo.width, box.height / look.logo.height)
        width, height = look.logo.width * scale, look.logo.height * scale
        if look.needs_plate:
            edge = box.height * 0.12
            self.panel(Box(box.x - edge, box.y - edge, width + 2 * edge, height + 2 * edge),
                       look.plate, edge)  # fmt: skip
        self.canvas.drawImage(
            ImageReader(io.BytesIO(content)),
            box.x,
            self.height - box.y - height,
            width,
            height,
            mask="auto",
        )
        return height

    def stamps(self, size: int, filled: int, box: Box, look: Look) -> None:
        """A row of stamps, the last one with a star: it says at a glance what the card does."""
        gap = box.height * 0.22
        across = min(box.height, (box.width - gap * (size - 1)) / size)
        for number in range(size):
            middle = box.x + across / 2 + number * (across + gap)
            self._stamp(middle, box.y + box.height - across / 2, across / 2, look, number < filled)

    def _stamp(self, x: float, y: float, radius: float, look: Look, is_there: bool) -> None:  # noqa: FBT001  # filled or not
        canvas = self.canvas
        canvas.setLineWidth(radius * 0.11)
        canvas.setStrokeColor(look.accent if is_there else look.line)
        canvas.setFillColor(look.accent)
        canvas.circle(x, self.height - y, radius * 0.94, stroke=1, fill=int(is_there))
        if not is_there:
            return
        canvas.setStrokeColor(look.on_accent)
        canvas.setLineWidth(radius * 0.17)
        canvas.setLineCap(1)
        canvas.setLineJoin(1)
        path = canvas.beginPath()
        path.moveTo(x - radius * 0.36, self.height - y + radius * 0.02)
        path.lineTo(x - radius * 0.08, self.height - y - radius * 0.28)
        path.lineTo(x + radius * 0.4, self.height - y + radius * 0.3)
        canvas.drawPath(path, stroke=1, fill=0)
