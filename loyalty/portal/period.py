"""The period picker: what the address says, as days of the shop, and its links and fields.

The state is `period`, `beside`, and for own dates `from` and `to`; what makes no sense in a link is
the default, and own dates that make none are said at their field.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from flask import request

from loyalty.analytics import periods
from loyalty.analytics.periods import BEFORE, BESIDES, OWN, PRESETS, NotAPeriod, Period
from loyalty.analytics.spans import Span
from loyalty.core.text import Text
from loyalty.portal.listing import here
from loyalty.web.locale import day, gettext, pick
from loyalty.web.visitrows import today

EVER, _DAY_LETTERS = "", 10
KEYS = ("period", "beside", "from", "to")
_NAMES = {
    EVER: Text("da sempre", "since ever"),
    "today": Text("oggi", "today"),
    "7": Text("7 giorni", "7 days"),
    "28": Text("28 giorni", "28 days"),
    "90": Text("90 giorni", "90 days"),
    "365": Text("365 giorni", "365 days"),
    "month": Text("questo mese", "this month"),
    "last_month": Text("mese scorso", "last month"),
    "year": Text("quest'anno", "this year"),
    OWN: Text("altre date", "other dates"),
}
_BESIDES = {
    "before": Text("il periodo prima", "the period before"),
    "year": Text("un anno prima", "a year before"),
    "none": Text("niente", "nothing"),
}
_NOT_A_DAY = Text("scegli un giorno", "choose a day")


@dataclass(frozen=True, slots=True)
class Choice:
    """A link of the picker."""

    name: str
    href: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Picked:
    """What was chosen (None: since ever), and all that the macro `periods.picker` draws."""

    period: Period | None
    said: str
    presets: list[Choice]
    besides: list[Choice]
    first: str
    last: str
    is_own: bool
    errors: dict[str, list[str]] = field(default_factory=dict)


def picked(
    default: str,
    *,
    keys: Sequence[str] = PRESETS,
    compares: bool = True,
    until_today: bool = False,
) -> Picked:
    """The period of this address; `default` is a preset, or EVER where a list begins with all.

    So many days end yesterday, or `until_today`: what is told as of now need not be whole days.
    """
    asked = request.args.get("period", default)
    how = request.args.get("beside", BEFORE)
    typed = {name: request.args.get(name, "")[:_DAY_LETTERS] for name in ("from", "to")}
    span, errors = _own(typed) if asked == OWN else (None, {})
    key = asked if span or asked in keys else default
    if span is None and key != EVER:
        is_whole = compares and not until_today  # what is only listed need not be whole days
        span = periods.preset(key, today(), None if is_whole else today())
    chosen = Period(key, span, how if how in BESIDES else BEFORE) if span else None
    is_at = OWN if asked == OWN else key
    return Picked(
        period=chosen,
        said=_said(chosen, compares=compares),
        presets=[_preset(each, is_at, default) for each in _links(default, keys)],
        besides=[_beside(each, chosen) for each in BESIDES] if compares and chosen else [],
        first=typed["from"] or (span.first.isoformat() if span else ""),
        last=typed["to"] or (span.last.isoformat() if span else ""),
        is_own=asked == OWN,
        errors=errors,
    )


def _links(default: str, keys: Sequence[str]) -> Sequence[str]:
    return (EVER, *keys) if default == EVER else keys


def _own(typed: Mapping[str, str]) -> tuple[Span | None, dict[str, list[str]]]:
    days, errors = {}, {}
    for name, text in typed.items():
        try:
            days[name] = date.fromisoformat(text)
        except ValueError:
            errors[name] = [pick(_NOT_A_DAY)]
    if errors:
        return None, errors
    try:
        return periods.own(days["from"], days["to"], today()), {}
    except NotAPeriod as error:
        return None, {error.which: [pick(error.reason)]}


def _preset(key: str, is_at: str, default: str) -> Choice:
    wanted = key if key != default else None
    href = here(period=wanted, **{"from": None, "to": None})
    return Choice(pick(_NAMES[key]), href, key == is_at)


def _beside(key: str, chosen: Period | None) -> Choice:
    is_here = chosen is not None and chosen.how == key
    return Choice(pick(_BESIDES[key]), here(beside=key if key != BEFORE else None), is_here)


def _said(chosen: Period | None, *, compares: bool) -> str:
    if chosen is None:
        return ""
    beside = chosen.beside if compares else None
    if beside is None:
        return days_said(chosen.span)
    return gettext("%(days)s, beside %(others)s", days=days_said(chosen.span),
                   others=days_said(beside))  # fmt: skip


def days_said(span: Span) -> str:
    """Days as people write them: one, or from one to another."""
    if span.first == span.last:
        return day(span.first)
    return gettext("%(first)s to %(last)s", first=day(span.first), last=day(span.last))
