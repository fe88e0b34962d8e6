"""The journeys that there are, as data: who begins, which steps follow, after how long (pure).

A wait follows the person's own rhythm within bounds; what has an end is timed from that. A further
journey is a further entry, with its letters in `wording` and its people in `entering`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal

from loyalty.core.calendar import local_day, zone
from loyalty.core.text import Text
from loyalty.programs import expiry

WIN_BACK, WELCOME = "win_back", "welcome"
MORNING = time(10)  # of the shop: a step that is due on a day is due from then on
TRIED_DAYS = 7  # so often a step is put off that the gate refuses for now
COOL_DAYS = 90  # so long after one journey the same does not begin again
COMPARED_DAYS = 28
Act = Literal["letter", "sunset"]


@dataclass(frozen=True, slots=True)
class Wait:
    """How long after the step before: so many percent of the usual gap, within bounds.

    `before_end`: not after that step, but so many days before the voucher's last day.
    """

    percent: int = 0
    least_days: int = 0
    most_days: int = 0
    before_end: int | None = None

    def days(self, gap_days: int) -> int:
        """Days from the step before, for somebody with that usual gap."""
        return min(self.most_days, max(self.least_days, -(-gap_days * self.percent // 100)))


@dataclass(frozen=True, slots=True)
class Step:
    """One step: a letter, or the end that leaves somebody alone.

    `gives` a voucher with it; `asks` why; `reminds` of the voucher of an earlier step, and is
    passed over where that was not sent or has been used.
    """

    key: str
    name: Text
    wait: Wait
    act: Act = "letter"
    gives: bool = False
    asks: bool = False
    reminds: bool = False


@dataclass(frozen=True, slots=True)
class Journey:
    """One journey. `audience` is who it is for, as campaigns say it; `ends_on_visit` as it says."""

    kind: str
    name: Text
    about: Text
    audience: Mapping[str, Any]
    steps: tuple[Step, ...]
    ends_on_visit: bool
    has_holdout: bool
    first_wait_hours: int = 0

    @property
    def letters(self) -> tuple[Step, ...]:
        """The steps that are letters."""
        return tuple(step for step in self.steps if step.act == "letter")

    @property
    def has_offer(self) -> bool:
        """Whether a voucher goes with it."""
        return any(step.gives for step in self.steps)

    def step(self, key: str) -> Step | None:
        """The step of that key."""
        return next((step for step in self.steps if step.key == key), None)


_WIN_BACK = Journey(
    kind=WIN_BACK,
    name=Text("Riconquista", "Win-back"),
    about=Text(
        "Scrive a chi di solito viene spesso e da un po' non si vede. Smette appena torna.",
        "Writes to who used to come often and has not been seen. It stops as soon as they return.",
    ),
    audience={"segment": "lapsed"},
    steps=(
        Step("reminder", Text("Un saluto", "A hello"), Wait()),
        Step("question", Text("La domanda", "The question"), Wait(50, 4, 10), asks=True),
        Step("offer", Text("Il regalo", "The gift"), Wait(50, 4, 10), gives=True),
        Step("last_day", Text("Sta per scadere", "About to end"), Wait(before_end=1), reminds=True),
        Step("sunset", Text("Silenzio", "Silence"), Wait(100, 7, 30), act="sunset"),
    ),
    ends_on_visit=True,
    has_holdout=True,
)
_WELCOME = Journey(
    kind=WELCOME,
    name=Text("Benvenuto", "Welcome"),
    about=Text(
        "Qualche ora dopo l'iscrizione, una lettera a chi ha detto sì alle novità.",
        "Some hours after they join, one letter to who said yes to news.",
    ),
    audience={"field": "joined_days", "op": "lte", "value": 7},
    steps=(Step("welcome", Text("Benvenuto", "Welcome"), Wait()),),
    ends_on_visit=False,
    has_holdout=False,
    first_wait_hours=3,
)
JOURNEYS: Mapping[str, Journey] = {one.kind: one for one in (_WIN_BACK, _WELCOME)}


def due(
    step: Step, *, after: datetime, gap_days: int, ends_at: datetime | None, timezone: str
) -> datetime:
    """From when on a step may be taken; `ends_at` is when the voucher ends, if there is one.

    By the shop's own days, in the morning: a day of 23 or 25 hours is a day.
    """
    if step.wait.before_end is not None:
        if ends_at is None:
            return after  # nothing to remind of: it is passed over at once
        on = expiry.last_day(ends_at, timezone) - timedelta(days=step.wait.before_end)
    else:
        begin = after if ends_at is None else max(after, ends_at)
        on = local_day(begin, timezone) + timedelta(days=step.wait.days(gap_days))
    return max(after, datetime.combine(on, MORNING, zone(timezone)).astimezone(UTC))
