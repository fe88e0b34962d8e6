"""A QR code's SVG as a picture: its bars, painted square by square."""

import re

from PIL import Image, ImageDraw

_SIZE = re.compile(r'viewBox="0 0 ([0-9]+) ')
_BAR = re.compile(r"M([0-9]+) ([0-9]+)h([0-9]+)v1")


def picture(svg: str, *, pixels: int = 4, ground: str = "white") -> Image.Image:
    """The code in black on a tile of `ground`, so many pixels a module."""
    size = int(_SIZE.search(svg)[1]) * pixels
    drawn = Image.new("RGB", (size, size), ground)
    pen = ImageDraw.Draw(drawn)
    for x, y, width in ((int(each) for each in bar) for bar in _BAR.findall(svg)):
        right, bottom = (x + width) * pixels - 1, (y + 1) * pixels - 1
        pen.rectangle((x * pixels, y * pixels, right, bottom), fill="black")
    return drawn
