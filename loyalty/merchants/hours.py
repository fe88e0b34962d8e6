"""Opening hours: up to two spans a day, as typed and as they are said; pure."""

import re
from collections.abc import Sequence

from loyalty.core.text import Text

DAYS, SPANS = 7, 2
Span = list[str]  # from and until, "08:00" and "13:00"
Hours = list[list[Span]]
_CLOCK = re.compile(r"([01]?[0-9]|2[0-4])(?:[:.]([0-5][0-9]))?")
NOT_A_TIME = Text("Scrivi un'ora come 8:30.", "Write a time, like 8:30.")
HALF = Text(
    "Scrivi tutte e due le ore, o nessuna delle due.", "Write both times, or neither of them."
)
OVERLAP = Text(
    "La seconda fascia comincia prima che finisca la prima.",
    "The second span begins before the first one ends.",
)
BACKWARDS = Text(
    "L'ora di chiusura viene prima di quella di apertura. Solo l'ultima fascia può passare la"
    " mezzanotte.",
    "Closing comes before opening. Only the last span may go past midnight.",
)


class NotHours(Exception):
    """A day whose hours cannot be; `day` counts from Monday as 0."""

    def __init__(self, day: int, reason: Text) -> None:
        super().__init__(reason.en)
        self.day, self.reason = day, reason


def read(typed: Sequence[Sequence[str]]) -> Hours | None:
    """Seven days of four typed times each; None where no day has any. Raises NotHours."""
    found = [_day(number, day) for number, day in enumerate(typed)]
    return found if any(found) else None


def _day(number: int, typed: Sequence[str]) -> list[Span]:
    spans = []
    for first in range(0, SPANS * 2, 2):
        begins, ends = typed[first].strip(), typed[first + 1].strip()
        if bool(begins) != bool(ends):
            raise NotHours(number, HALF)
        if begins:
            spans.append([_clock(number, begins), _clock(number, ends)])
    for place, (begins, ends) in enumerate(spans):
        is_last = place == len(spans) - 1
        if begins == ends or (ends < begins and not is_last):
            raise NotHours(number, BACKWARDS)
    if len(spans) > 1 and spans[1][0] < spans[0][1]:
        raise NotHours(number, OVERLAP)
    return spans


def _clock(number: int, text: str) -> str:
    found = _CLOCK.fullmatch(text)
    if found is None or (found[1] == "24" and found[2] not in (None, "00")):
        raise NotHours(number, NOT_A_TIME)
    return f"{int(found[1]):02d}:{found[2] or '00'}"


def runs(hours: Hours) -> list[tuple[int, int, list[Span]]]:
    """Days that follow each other and have the same hours, as first and last day with them."""
    found: list[tuple[int, int, list[Span]]] = []
    for day, spans in enumerate(hours):
        if found and found[-1][2] == spans:
            found[-1] = (found[-1][0], day, spans)
        else:
            found.append((day, day, spans))
    return found
