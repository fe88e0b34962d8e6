"""The five numbers of the home in words: what they are and were, and how they are counted."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, Literal

from babel.numbers import format_percent
from flask import url_for

from loyalty.analytics import pulse
from loyalty.analytics.pulse import Pulse
from loyalty.portal.figures import Figure
from loyalty.web.locale import day, gettext, language, money, number

_PERCENT = 100
_TONIGHT = "\N{EN DASH}"
_Trend = Literal["good", "bad", ""]


def five(taken: Pulse) -> list[Figure]:
    """Members who came, how many came again, visits, rewards handed over, and what those cost."""
    return [
        _active(taken),
        _repeat(taken),
        _visits(taken),
        _rewards(taken),
        _cost(taken),
    ]


def _active(taken: Pulse) -> Figure:
    now, before = taken.now, taken.before
    told = _compared(now.members, before.members) if now and before else {}
    if now is None:
        told = {"before": gettext("counted in the night")}
    return Figure(
        key="active",
        href=url_for("portal.members"),
        label=gettext("Active members"),
        value=number(now.members) if now else _TONIGHT,
        counted=gettext(
            "Different people with at least one visit in the 28 days. Somebody with two cards "
            "counts once."
        ),
        basis=_basis(taken, _from_visits(taken)),
        **told,
        **_line([each.members for each in taken.came]),
    )


def _repeat(taken: Pulse) -> Figure:
    now, before = taken.now, taken.before
    rate = _rate(now.again, now.members) if now else None
    was = _rate(before.again, before.members) if before else None
    rates = [_rate(each.again, each.members) or Fraction(0) for each in taken.came]
    return Figure(
        key="repeat",
        href=url_for("portal.members"),
        label=gettext("Came again"),
        value=_percent(rate),
        counted=gettext(
            "Of the members who came in the 28 days, those who came on two different days or more."
        ),
        basis=_basis(
            taken,
            gettext(
                "n = %(of)s of %(all)s members",
                of=number(now.again if now else 0),
                all=number(now.members if now else 0),
            ),
        ),
        **_points(rate, was),
        **_line([round(each * _PERCENT) for each in rates], shown=_whole_percent),
    )


def _visits(taken: Pulse) -> Figure:
    weeks = [each.visits for each in taken.trade]
    now, before = pulse.latest(weeks), pulse.earlier(weeks)
    paid = pulse.latest([each.spend_minor for each in taken.trade])
    return Figure(
        key="visits",
        label=gettext("Visits with a card"),
        value=number(now),
        **_compared(now, before),
        counted=gettext("Every sale to somebody with a card; what was taken back does not count."),
        basis=_basis(taken, gettext("%(paid)s paid, after refunds", paid=money(paid))),
        **_line(weeks),
    )


def _rewards(taken: Pulse) -> Figure:
    weeks = [each.handed_over for each in taken.rewards]
    now, before = pulse.latest(weeks), pulse.earlier(weeks)
    visits = pulse.latest([each.visits for each in taken.trade])
    return Figure(
        key="rewards",
        label=gettext("Rewards handed over"),
        value=number(now),
        change=_change(now, before),
        before=_was(number(before)),
        counted=gettext(
            "Rewards that were handed over at the till in the 28 days; those that still wait do "
            "not count."
        ),
        basis=_basis(taken, gettext("n = %(visits)s visits", visits=number(visits))),
        **_line(weeks),
    )


def _cost(taken: Pulse) -> Figure:
    weeks = [each.cost_minor for each in taken.rewards]
    now, before = pulse.latest(weeks), pulse.earlier(weeks)
    unknown = pulse.latest([each.uncosted for each in taken.rewards])
    given = pulse.latest([each.handed_over for each in taken.rewards])
    paid = pulse.latest([each.spend_minor for each in taken.trade])
    is_known = given > unknown or not given
    return Figure(
        key="cost",
        href=url_for("portal.programs"),
        label=gettext("Cost of rewards"),
        value=money(now) if is_known else gettext("not known"),
        change=_share(now, paid) if is_known else "",
        before=_was(money(before)) if is_known else gettext("no reward has a cost yet"),
        counted=gettext(
            "What the rewards handed over cost you, as you have said for each reward. The share is "
            "of what members paid in the same days."
        ),
        basis=_basis(
            taken,
            gettext(
                "n = %(with)s of %(all)s rewards with a cost",
                **{"with": number(given - unknown), "all": number(given)},
            ),
        ),
        **_line(weeks, shown=money),
    )


def _line(weeks: Sequence[int], shown: Callable[[int], str] = number) -> dict[str, Any]:
    if len(weeks) < 2:  # noqa: PLR2004  # a line has two ends
        return {}
    return {
        "weeks": weeks,
        "weeks_said": gettext(
            "Week by week, twelve at most: the lowest %(least)s, the highest %(most)s, the latest "
            "%(last)s.",
            least=shown(min(weeks)),
            most=shown(max(weeks)),
            last=shown(weeks[-1]),
        ),
    }


def _basis(taken: Pulse, how_many: str) -> str:
    return gettext(
        "%(n)s. From %(first)s to %(last)s, whole days.",
        n=how_many,
        first=day(taken.span.first),
        last=day(taken.span.last),
    )


def _from_visits(taken: Pulse) -> str:
    visits = pulse.latest([each.visits for each in taken.trade])
    return gettext("n = %(visits)s visits", visits=number(visits))


def _compared(now: int, before: int) -> dict[str, Any]:
    told = {"change": _change(now, before), "before": _was(number(before))}
    return {**told, "trend": _trend(now, before)}


def _was(value: str) -> str:
    return gettext("before: %(value)s", value=value)


def _change(now: int, before: int) -> str:
    """By how much of what it was; nothing where it was nothing."""
    if not before:
        return ""
    return _signed(round(Fraction(now - before, before) * _PERCENT), "%")


def _points(now: Fraction | None, was: Fraction | None) -> dict[str, Any]:
    if now is None or was is None:
        return {"before": gettext("counted in the night")} if now is None else {}
    change = _signed(round((now - was) * _PERCENT), gettext(" pt"))
    return {"change": change, "trend": _trend(now, was), "before": _was(_percent(was))}


def _signed(value: int, mark: str) -> str:
    sign = "+" if value > 0 else "\N{MINUS SIGN}" if value < 0 else "±"
    return f"{sign}{number(abs(value))}{mark}"


def _share(part: int, whole: int) -> str:
    return gettext("%(share)s of sales", share=_percent(Fraction(part, whole))) if whole else ""


def _rate(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None


def _percent(rate: Fraction | None) -> str:
    return format_percent(float(rate), locale=language()) if rate is not None else "\N{EN DASH}"


def _whole_percent(value: int) -> str:
    return _percent(Fraction(value, _PERCENT))


def _trend(now: int | Fraction, before: int | Fraction) -> _Trend:
    if now == before or not before:
        return ""
    return "good" if now > before else "bad"
