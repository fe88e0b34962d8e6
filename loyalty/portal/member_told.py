"""A member's figures and habits in words, each with how it is counted."""

from dataclasses import dataclass
from datetime import date, timedelta

from babel import dates

from loyalty.members.habits import Figures, Habits, Told
from loyalty.members.worth import Cost
from loyalty.web.locale import day, gettext, language, money, number

_MONDAY = date(2024, 1, 1)
_LATE = 1.5


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: what it says, and how it is counted."""

    label: str
    value: str
    how: str


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual: a sentence about their rhythm, and single facts."""

    sentence: str
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


def usual(name: str | None, told: Told) -> Usual | None:
    """What is usual for them, where they allow it."""
    if told.habits is None:
        return None
    return Usual(_rhythm(name, told.habits, told.figures), _facts(told.habits))


def _rhythm(name: str | None, habits: Habits, mine: Figures) -> str:
    """As in: Anna usually comes every 8 days; not seen for 24, three times the usual gap."""
    who = name.split()[0] if name else gettext("This member")
    silent, gap = mine.silent_days or 0, habits.gap_days
    if silent < _LATE * gap:
        return gettext("%(who)s usually comes every %(gap)s days.", who=who, gap=number(gap))
    return gettext(
        "%(who)s usually comes every %(gap)s days; not seen for %(silent)s, %(times)s times the"
        " usual gap.",
        who=who,
        gap=number(gap),
        silent=number(silent),
        times=number(round(silent / gap)),
    )


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
