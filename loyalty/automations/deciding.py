"""What somebody on a journey comes to next, from what is known of them at that moment (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from loyalty.automations.journeys import TRIED_DAYS, Journey, Step
from loyalty.campaigns import states

# What the gate says today may be otherwise tomorrow.
FOR_NOW = frozenset({states.CAP, states.REMARK})
CAME_BACK, SUNSET, COMPARED, ANSWERED, ENDED, DONE = (
    "came_back", "sunset", "compared", "answered", "stopped", "done",
)  # fmt: skip
GONE, OTHERWISE = "gone", "no_longer_fits"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody is on their way. `reached` are letters that left, by step."""

    step: int
    delays: int
    is_held: bool
    last_on: date | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known now of somebody.

    `is_there`: a customer still; `last_on` their last visit day; `fits`: the journey is for them
    still; `refusal`: why the gate lets no letter through, or None; `waiting`: an earlier letter has
    not left yet; `letters`: the state of the message of each step; `voucher_ends_at`: of a voucher
    that can still be used; `has_card`: a voucher can be put somewhere.
    """

    is_there: bool
    last_on: date | None
    fits: bool
    refusal: str | None
    waiting: bool
    letters: Mapping[str, str]
    voucher_ends_at: datetime | None
    has_card: bool


@dataclass(frozen=True, slots=True)
class Go:
    """Take this step; `sends`: with its letter, else it is passed over."""

    step: Step
    sends: bool


@dataclass(frozen=True, slots=True)
class Later:
    """Not now: ask again; `counts` against how often that may be."""

    counts: bool


@dataclass(frozen=True, slots=True)
class End:
    """It is over, for that reason."""

    how: str


Decision = Go | Later | End
_LEFT = frozenset({states.SENT, states.UNKNOWN})


def decide(journey: Journey, standing: Standing, facts: Facts, *, at: datetime) -> Decision:
    """The next thing for somebody whose step is due."""
    if (over := _over(journey, standing, facts)) is not None:
        return over
    if facts.waiting:
        return Later(counts=False)
    if standing.step >= len(journey.steps):
        return End(DONE)
    step = journey.steps[standing.step]
    if step.act == "sunset":
        return End(COMPARED if standing.is_held else SUNSET)
    if facts.refusal in FOR_NOW and not standing.is_held and standing.delays < TRIED_DAYS:
        return Later(counts=True)
    may_send = not standing.is_held and facts.refusal is None
    return Go(step, sends=may_send and _makes_sense(step, journey, facts, at))


def _over(journey: Journey, standing: Standing, facts: Facts) -> End | None:
    if not facts.is_there:
        return End(GONE)
    if journey.ends_on_visit and came_since(standing.last_on, facts.last_on):
        return End(CAME_BACK)
    if not facts.fits:
        return End(OTHERWISE)
    if not standing.is_held and facts.refusal is not None and facts.refusal not in FOR_NOW:
        return End(facts.refusal)
    return None


def came_since(before: date | None, now: date | None) -> bool:
    """Whether there is a visit day after the one that was known."""
    return now is not None and (before is None or now > before)


def _makes_sense(step: Step, journey: Journey, facts: Facts, at: datetime) -> bool:
    """A reminder only of what they were told of and can still use; a gift only onto a card."""
    if step.gives:
        return facts.has_card
    if step.reminds:
        told = any(facts.letters.get(one.key) in _LEFT for one in journey.steps if one.gives)
        return told and facts.voucher_ends_at is not None and facts.voucher_ends_at > at
    return True
