"""A member's figures and habits in words, each with how it is counted."""

from dataclasses import dataclass
from datetime import date, timedelta

from babel import dates

from loyalty.analytics import spoken
from loyalty.members.habits import Figures, Habits, Told
from loyalty.members.worth import Cost
from loyalty.web.locale import day, gettext, language, money, number, pick

_MONDAY = date(2024, 1, 1)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: what it says, and how it is counted."""

    label: str
    value: str
    how: str


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual, in single facts."""

    facts: list[tuple[str, str]]


def figures(told: Told, spent: Cost) -> list[Figure]:
    """What their visits add up to, and what their rewards cost."""
    mine = told.figures
    return [
        Figure(
            gettext("Visits"),
            number(mine.visits),
            gettext("Every sale with the card that was not cancelled. Days with a visit: %(days)s.",
                    days=number(mine.visit_days)),
        ),
        Figure(
            gettext("Spent"),
            money(mine.spend_minor),
            gettext("What was paid, less what was refunded. Visits: %(visits)s.",
                    visits=number(mine.visits)),
        ),
        Figure(gettext("Last visit"), _last(mine), _since(mine)),
        Figure(gettext("Rewards"), money(spent.minor), _cost(spent)),
    ]  # fmt: skip


def _last(mine: Figures) -> str:
    if mine.silent_days is None:
        return gettext("never")
    if mine.silent_days == 0:
        return gettext("today")
    if mine.silent_days == 1:
        return gettext("yesterday")
    return gettext("%(days)s days ago", days=number(mine.silent_days))


def _since(mine: Figures) -> str:
    if mine.first_on is None or mine.last_on is None:
        return gettext("Nothing has been recorded with the card yet.")
    return gettext(
        "The first was on %(first)s, the last on %(last)s.",
        first=day(mine.first_on, "long"),
        last=day(mine.last_on, "long"),
    )


def _cost(spent: Cost) -> str:
    said = gettext(
        "What the rewards handed over have cost you, by the cost in the program."
        " Rewards: %(count)s.",
        count=number(spent.rewards),
    )
    if spent.unknown:
        more = gettext("Without a known cost: %(count)s.", count=number(spent.unknown))
        said = f"{said} {more}"
    return said


def usual(told: Told) -> Usual | None:
    """What is usual for them, where they allow it."""
    if told.habits is None:
        return None
    return Usual(_facts(told.habits))


def rhythm(name: str | None, told: Told) -> str:
    """As in: Anna usually comes every 8 days; not seen for 24, three times the usual gap.

    Told of everybody, as their state is, for that is what it goes by; empty for who came seldom.
    """
    if told.usual_gap is None or told.figures.silent_days is None:
        return ""
    who = name.split()[0] if name else None
    return pick(spoken.sentence(who, usual=told.usual_gap, silence=told.figures.silent_days))


def _facts(habits: Habits) -> list[tuple[str, str]]:
    found = [
        (gettext("Usual day"), _weekday(habits.weekday)),
        (gettext("Usual hour"), _hour(habits.hour)),
        (gettext("Average visit"), money(habits.basket_minor)),
    ]
    if habits.favourites:
        found.append((gettext("Buys most often"), ", ".join(habits.favourites)))
    return found


def _hour(hour: int) -> str:
    return gettext(
        "from %(first)s to %(last)s", first=f"{hour:02d}:00", last=f"{(hour + 1) % 24:02d}:00"
    )


def _weekday(weekday: int) -> str:
    on = _MONDAY + timedelta(days=weekday - 1)
    name: str = dates.format_date(on, "EEEE", locale=language())
    return name


def why_not(told: Told) -> str:
    """Why no habits are told, if none are."""
    if told.habits is not None:
        return ""
    if not told.may:
        return gettext(
            "Habits, hours and favourite products are shown only of members who said yes to it."
            " They can do so on their card, under “My data”."
        )
    return gettext("After three days with a visit their habits stand here.")
