"""The figures of a trial in words, beside those of the rules in force."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from babel import numbers

from loyalty.core.text import Text
from loyalty.programs import legal
from loyalty.programs.document import VersionDocument
from loyalty.web.cardface import label_of
from loyalty.web.locale import gettext, language, money, number, pick
from loyalty.web.looks import capital

Figures = Mapping[str, Any]
_NOT_KNOWN = "\u2013"
_WHOLE_BP, _PERCENT = 10_000, "#,##0.0%"
BAR_MAX = 100  # a bar's length, in hundredths of the longest


@dataclass(frozen=True, slots=True)
class Line:
    """One figure under the tried rules and under those in force (nothing where there are none)."""

    label: str
    tried: str
    current: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart with its figures; lengths in hundredths of the longest."""

    label: str
    tried: int
    current: int
    tried_said: str
    current_said: str


@dataclass(frozen=True, slots=True)
class Told:
    """All that a trial says."""

    lead: list[Line]
    lines: list[Line]
    months: list[Bar]
    levels: list[Bar]
    warnings: list[str]
    assumptions: list[str] = field(default_factory=list)


def told(found: Figures, document: VersionDocument, before: VersionDocument | None) -> Told:
    """The figures of `found["tried"]` beside `found["current"]`."""
    tried, current = found["tried"], found["current"]
    return Told(
        lead=_lead(tried, current),
        lines=[
            *_sales(tried, current),
            *_units(tried, current, document, before),
            *_rewards(tried, current),
            *_guarantee(tried, current, document, before),
        ],
        months=_months(tried, current),
        levels=_levels(tried, current),
        warnings=[pick(_text(each)) for each in tried["warnings"]],
        assumptions=[pick(_text(each)) for each in tried["assumptions"]],
    )


def _text(said: Mapping[str, str]) -> Text:
    return Text(said["it"], said["en"])


def _lead(tried: Figures, current: Figures | None) -> list[Line]:
    """What one asks first: what it costs, and how far the first reward is."""
    return [
        _line(gettext("Cost of the program"), tried, current, _cost),
        _line(gettext("Share of the sales"), tried, current, _share),
        _line(gettext("Visits to the first reward"), tried, current, _first),
        _line(gettext("Customers with a reward"), tried, current, _reached),
    ]


def _line(label: str, tried: Figures, current: Figures | None, say: Any) -> Line:
    return Line(label, say(tried), say(current) if current else "")


def _cost(found: Figures) -> str:
    return _money(found["cost"]["total"])


def _money(sum_: Mapping[str, Any] | None) -> str:
    return _NOT_KNOWN if sum_ is None else money(sum_["amount_minor"], sum_["currency"])


def _share(found: Figures) -> str:
    share_bp = found["cost"]["share_bp"]
    if share_bp is None:
        return _NOT_KNOWN
    return str(numbers.format_percent(share_bp / _WHOLE_BP, format=_PERCENT, locale=language()))


def _first(found: Figures) -> str:
    first = found["first_reward"]
    if first["median"] is None:
        return _NOT_KNOWN
    if first["lower"] == first["upper"]:
        return number(first["median"])
    return gettext(
        "%(half)s (%(lower)s to %(upper)s)",
        half=number(first["median"]),
        lower=number(first["lower"]),
        upper=number(first["upper"]),
    )


def _reached(found: Figures) -> str:
    return gettext(
        "%(some)s of %(all)s",
        some=number(found["first_reward"]["reached"]),
        all=number(found["customers"]),
    )


def _sales(tried: Figures, current: Figures | None) -> list[Line]:
    return [
        _line(gettext("Sales played"), tried, current, lambda one: number(one["sales"])),
        _line(gettext("What they came to"), tried, current, lambda one: _money(one["net"])),
        _line(gettext("Rewards in all"), tried, current, _given),
        *_causes(tried, current),
    ]


def _given(found: Figures) -> str:
    return number(sum(each["given"] for each in found["rewards"]))


def _causes(tried: Figures, current: Figures | None) -> list[Line]:
    def said(found: Figures) -> str:
        pledged, donated = found["cost"]["pledged"], found["cost"]["donated"]
        sums = [each["amount_minor"] for each in (*pledged.values(), *donated.values())]
        return money(sum(sums)) if sums else _NOT_KNOWN

    is_there = tried["cost"]["pledged"] or (current and current["cost"]["pledged"])
    return [_line(gettext("For the cause"), tried, current, said)] if is_there else []


def _units(
    tried: Figures,
    current: Figures | None,
    document: VersionDocument,
    before: VersionDocument | None,
) -> list[Line]:
    keys = dict.fromkeys([*tried["units"], *(current or {"units": {}})["units"]])
    return [
        Line(
            capital(pick(label_of(document if document.unit(key) or not before else before, key))),
            _unit(tried["units"].get(key)),
            _unit(current["units"].get(key)) if current else "",
        )
        for key in keys
    ]


def _unit(counts: Mapping[str, int] | None) -> str:
    if counts is None:
        return _NOT_KNOWN
    return gettext(
        "%(earned)s earned, %(redeemed)s redeemed, %(expired)s expired, %(left)s left",
        **{name: number(counts[name]) for name in ("earned", "redeemed", "expired", "left")},
    )


def _rewards(tried: Figures, current: Figures | None) -> list[Line]:
    mine = {each["key"]: each for each in tried["rewards"]}
    theirs = {each["key"]: each for each in current["rewards"]} if current else {}
    return [
        Line(
            capital(pick(_text((mine.get(key) or theirs[key])["name"]))),
            _reward(mine.get(key)),
            _reward(theirs.get(key)) if current else "",
        )
        for key in dict.fromkeys([*mine, *theirs])
    ]


def _reward(one: Figures | None) -> str:
    if one is None:
        return _NOT_KNOWN
    if one["cost"] is None:
        return gettext("%(many)s times", many=number(one["given"]))
    return gettext(
        "%(many)s times, %(money)s", many=number(one["given"]), money=_money(one["cost"])
    )


def _guarantee(
    tried: Figures,
    current: Figures | None,
    document: VersionDocument,
    before: VersionDocument | None,
) -> list[Line]:
    """A fifth of the prizes of these days, where the rules make an operazione a premio."""

    def said(found: Figures | None, rules: VersionDocument | None) -> str:
        if found is None or rules is None:
            return ""
        given = {each["key"]: each["given"] for each in found["rewards"]}
        return money(legal.guarantee_minor(rules, given)) or _NOT_KNOWN

    if not legal.is_prize(document):
        return []
    label = gettext("Guarantee of %(share)s for the prizes of these days", share="20%")
    return [Line(label, said(tried, document), said(current, before))]


def _months(tried: Figures, current: Figures | None) -> list[Bar]:
    mine = {each["month"]: each["cost"] for each in tried["months"]}
    theirs = {each["month"]: each["cost"] for each in current["months"]} if current else {}
    return _bars(
        [
            (month, mine.get(month), theirs.get(month) if current else None)
            for month in dict.fromkeys([*mine, *theirs])
        ]
    )


def _bars(rows: list[tuple[str, Any, Any]]) -> list[Bar]:
    longest = max((_minor(each) for row in rows for each in row[1:]), default=0) or 1
    return [
        Bar(
            _month(label),
            _minor(mine) * BAR_MAX // longest,
            _minor(theirs) * BAR_MAX // longest,
            _money(mine),
            _money(theirs) if theirs else "",
        )
        for label, mine, theirs in rows
    ]


def _minor(sum_: Mapping[str, Any] | None) -> int:
    return int(sum_["amount_minor"]) if sum_ else 0


def _month(month: str) -> str:
    return f"{month[5:]}/{month[:4]}"


def _levels(tried: Figures, current: Figures | None) -> list[Bar]:
    mine = {each["key"]: each for each in tried["tiers"]}
    theirs = {each["key"]: each for each in current["tiers"]} if current else {}
    keys = dict.fromkeys([*mine, *theirs])
    counts = [each["customers"] for each in (*mine.values(), *theirs.values())]
    longest = max(counts, default=0) or 1
    bars = []
    for key in keys:
        name = (mine.get(key) or theirs[key])["name"]
        ours, other = (each[key]["customers"] if key in each else 0 for each in (mine, theirs))
        label = capital(pick(_text(name))) if name else gettext("No level")
        bars.append(
            Bar(
                label,
                ours * BAR_MAX // longest,
                other * BAR_MAX // longest,
                number(ours),
                number(other) if theirs else "",
            )
        )
    return bars
