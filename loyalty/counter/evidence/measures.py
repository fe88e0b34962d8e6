"""Which deeds of a person lie beyond those of the others (pure): shares, and a score of them.

A share lies beyond if it is several times that of all others together and the difference is more
than chance would bring (three standard deviations of so many coin tosses, in whole numbers). One
measure may have a good reason; only from two on it is worth a look.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from loyalty.counter.evidence.tallies import Deeds, Tally

VISITS_MIN = 20  # below that, a share says nothing
OFTEN_A_DAY = 5  # one card served more often than that by one person on one day
LOOK = 2  # so many measures beyond the others are worth a look
WORTH_MIN = 20  # units given by hand, in visits that would have earned as much
_WORTH_TIMES = 3
_SIGMAS_SQUARED = 9


@dataclass(frozen=True, slots=True)
class Rule:
    """When a share lies beyond: at least so many, so many times the others' share."""

    least: int
    times: int


RULES = {
    "one_card": Rule(10, 3),
    "often": Rule(2, 3),
    "undone": Rule(5, 2),
    "night": Rule(5, 2),
    "refused": Rule(10, 2),
    "typed": Rule(10, 2),
}
BY_HAND = "by_hand"
MEASURES = ("one_card", "often", BY_HAND, "undone", "night", "refused", "typed")


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure of one person, and the same of all the others together.

    `part` of `whole` visits (or tries); by hand: what was given, worth so many visits, and `whole`
    is 0; the others' is then their mean.
    """

    key: str
    part: int
    whole: int
    others_part: int
    others_whole: int
    is_beyond: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """A person's tally with its measures; `verdict` is alone, few, fine, one or look."""

    tally: Tally
    measures: list[Measured]
    verdict: str

    @property
    def score(self) -> int:
        """How many of the measures lie beyond the others."""
        return sum(measure.is_beyond for measure in self.measures)


def judge(deeds: Deeds) -> list[Judged]:
    """Everybody, whoever is furthest from the others first."""
    people = [_judged(deeds, tally) for tally in deeds.tallies]
    return sorted(people, key=lambda one: (-one.score, -one.tally.visits, one.tally.actor))


def _judged(deeds: Deeds, tally: Tally) -> Judged:
    others = [one for one in deeds.tallies if one is not tally]
    measures = [
        _by_hand(deeds, tally, others) if key == BY_HAND else _share(key, tally, others)
        for key in MEASURES
    ]
    return Judged(tally, measures, _verdict(tally, others, measures))


def _verdict(tally: Tally, others: Sequence[Tally], measures: Sequence[Measured]) -> str:
    score = sum(measure.is_beyond for measure in measures)
    if not others:
        return "alone"
    if tally.visits < VISITS_MIN and not score:
        return "few"
    return "look" if score >= LOOK else "one" if score else "fine"


def _share(key: str, tally: Tally, others: Sequence[Tally]) -> Measured:
    part, whole = _counts(key, tally)
    pairs = [_counts(key, one) for one in others]
    theirs, total = sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)
    is_judged = tally.visits >= VISITS_MIN and total >= VISITS_MIN
    beyond = is_judged and _is_beyond(RULES[key], (part, whole), (theirs, total))
    return Measured(key, part, whole, theirs, total, beyond)


def _counts(key: str, tally: Tally) -> tuple[int, int]:
    """How many, of how many."""
    visits = tally.visits
    return {
        "one_card": (tally.top_card_visits, visits),
        "often": (tally.many_days, visits),
        "undone": (tally.undone, visits + tally.undone),
        "night": (tally.night, visits),
        "refused": (tally.refused, visits + tally.refused),
        "typed": (tally.typed, visits),
    }[key]


def _is_beyond(rule: Rule, mine: tuple[int, int], theirs: tuple[int, int]) -> bool:
    """One more of two more tries for the others, so that "never" is not taken for "cannot be"."""
    part, whole = mine
    hits, tries = theirs[0] + 1, theirs[1] + 2
    excess = part * tries - whole * hits
    return (
        part >= rule.least
        and part * tries >= rule.times * whole * hits
        and excess * excess >= _SIGMAS_SQUARED * whole * hits * (tries - hits)
    )


def _by_hand(deeds: Deeds, tally: Tally, others: Sequence[Tally]) -> Measured:
    """Few people may give by hand at all, so they are compared by how much, not by how often."""
    worth = worth_of(deeds, tally)
    theirs = sum(worth_of(deeds, one) for one in others)
    many = len(others)
    beyond = many > 0 and worth >= WORTH_MIN and worth * many >= _WORTH_TIMES * theirs
    return Measured(BY_HAND, worth, 0, theirs // many if many else 0, 0, beyond)


def worth_of(deeds: Deeds, tally: Tally) -> int:
    """How many visits would have earned as much as somebody gave by hand."""
    return sum(
        units * deeds.visits // max(1, deeds.earned.get(unit, 0))
        for unit, units in tally.given.items()
    )
