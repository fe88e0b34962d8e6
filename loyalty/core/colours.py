"""Colours as #rrggbb: how well one reads on another (WCAG 2.2), and the nearest that does."""

import re
from collections.abc import Iterable

READABLE = 4.5  # of text, WCAG 1.4.3
SEEN = 3.0  # of shapes that mean something, WCAG 1.4.11
WHITE, BLACK = "#ffffff", "#000000"
_HEX = re.compile(r"#?([0-9a-f]{6}|[0-9a-f]{3})", re.IGNORECASE | re.ASCII)
_LINEAR_BELOW = 0.04045
_STEPS = 50


def tidy(text: str) -> str | None:
    """`#rrggbb` in small letters for what somebody typed, or None if it is no colour."""
    found = _HEX.fullmatch(text.strip())
    if found is None:
        return None
    digits = found[1].lower()
    return "#" + (digits if len(digits) == 6 else "".join(2 * one for one in digits))  # noqa: PLR2004  # two a channel


def contrast(one: str, other: str) -> float:
    """The WCAG ratio of two colours, from 1 (the same) to 21 (black on white)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mixed(one: str, other: str, share: float) -> str:
    """`share` of `other` (0 to 1) mixed into `one`."""
    pairs = zip(_channels(one), _channels(other), strict=True)
    return _hex(round(a + (b - a) * share) for a, b in pairs)


def best_on(ground: str) -> str:
    """Black or white, whichever reads better on that ground."""
    return max((WHITE, BLACK), key=lambda ink: contrast(ink, ground))


def nearest(colour: str, ground: str, wanted: float) -> str:
    """The colour itself if it reaches the ratio on that ground, else as little changed as needed.

    It is taken towards black or white, the shorter way; one of the two always gets there, up to a
    ratio of 4.58.
    """
    if contrast(colour, ground) >= wanted:
        return colour
    for step in range(1, _STEPS + 1):
        share = step / _STEPS
        tries = [mixed(colour, end, share) for end in (WHITE, BLACK)]
        good = [found for found in tries if contrast(found, ground) >= wanted]
        if good:
            return max(good, key=lambda found: contrast(found, ground))
    return best_on(ground)


def softened(ink: str, ground: str, wanted: float, most: float) -> str:
    """The ink with up to `most` of the ground in it, as long as it keeps the ratio."""
    for step in range(10, 0, -1):
        found = mixed(ink, ground, most * step / 10)
        if contrast(found, ground) >= wanted:
            return found
    return ink


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    if value <= _LINEAR_BELOW:
        return value / 12.92
    return float(((value + 0.055) / 1.055) ** 2.4)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _hex(channels: Iterable[int]) -> str:
    return "#" + "".join(f"{channel:02x}" for channel in channels)
