"""The five numbers of the home in words: what they are and were, and how they are counted."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, Literal

from babel.numbers import format_percent
from flask import url_for

from loyalty.analytics.pulse import Pulse
from loyalty.portal.figures import Figure
from loyalty.web.locale import day, gettext, language, money, number

_PERCENT = 100
_NOT_COUNTED = "\N{EN DASH}"
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
    return Figure(
        key="active",
        href=url_for("portal.members"),
        label=gettext("Active members"),
        value=number(now.members) if now else _NOT_COUNTED,
        counted=gettext(
            "Different people with at least one visit in these days. Somebody with two cards "
            "counts once."
        ),
        basis=_basis(taken, _from_visits(taken)),
        **(_compared(now.members, before.members if before else None) if now else _later(taken)),
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
            "Of the members who came in these days, those who came on two different days or more."
        ),
        basis=_basis(
            taken,
            gettext(
                "n = %(of)s of %(all)s members",
                of=number(now.again if now else 0),
                all=number(now.members if now else 0),
            ),
        ),
        **(_points(rate, was) if now else _later(taken)),
        **_line([round(each * _PERCENT) for each in rates], shown=_whole_percent),
    )


def _visits(taken: Pulse) -> Figure:
    now, before = taken.sold
    return Figure(
        key="visits",
        label=gettext("Visits with a card"),
        value=number(now.visits),
        **_compared(now.visits, before.visits if before else None),
        counted=gettext("Every sale to somebody with a card; what was taken back does not count."),
        basis=_basis(taken, gettext("%(paid)s paid, after refunds", paid=money(now.spend_minor))),
        **_line([each.visits for each in taken.trade]),
    )


def _rewards(taken: Pulse) -> Figure:
    now, before = taken.given
    told = _compared(now.handed_over, before.handed_over if before else None)
    return Figure(
        key="rewards",
        label=gettext("Rewards handed over"),
        value=number(now.handed_over),
        change=told.get("change", ""),
        before=told.get("before", ""),
        counted=gettext(
            "Rewards that were handed over at the till in these days; those that still wait do "
            "not count."
        ),
        basis=_basis(taken, gettext("n = %(visits)s visits", visits=number(taken.sold[0].visits))),
        **_line([each.handed_over for each in taken.rewards]),
    )


def _cost(taken: Pulse) -> Figure:
    now, before = taken.given
    is_known = now.handed_over > now.uncosted or not now.handed_over
    was = _was(money(before.cost_minor)) if before else ""
    return Figure(
        key="cost",
        href=url_for("portal.programs"),
        label=gettext("Cost of rewards"),
        value=money(now.cost_minor) if is_known else gettext("not known"),
        change=_share(now.cost_minor, taken.sold[0].spend_minor) if is_known else "",
        before=was if is_known else gettext("no reward has a cost yet"),
        counted=gettext(
            "What the rewards handed over cost you, as you have said for each reward. The share is "
            "of what members paid in the same days."
        ),
        basis=_basis(
            taken,
            gettext(
                "n = %(with)s of %(all)s rewards with a cost",
                **{"with": number(now.handed_over - now.uncosted), "all": number(now.handed_over)},
            ),
        ),
        **_line([each.cost_minor for each in taken.rewards], shown=money),
    )


def _later(taken: Pulse) -> dict[str, Any]:
    """Why there is no number: it comes in the night, or there are too many visits for a page."""
    if taken.trade:
        return {"before": gettext("counted in the night")}
    return {"before": gettext("too many visits to count at once: choose fewer days")}


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
        "%(n)s. From %(first)s to %(last)s.",
        n=how_many,
        first=day(taken.span.first),
        last=day(taken.span.last),
    )


def _from_visits(taken: Pulse) -> str:
    return gettext("n = %(visits)s visits", visits=number(taken.sold[0].visits))


def _compared(now: int, before: int | None) -> dict[str, Any]:
    if before is None:
        return {}
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
        return {}
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
