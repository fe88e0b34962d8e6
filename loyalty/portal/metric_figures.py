"""The single figures of the page of repeat purchase, in words: value, interval, before, meaning."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from babel import numbers

from loyalty.analytics.metrics import Metric, Number
from loyalty.core.text import Text
from loyalty.portal.metric_links import Links
from loyalty.web.locale import gettext, language, money, number, pick

FEW = 30  # fewer than so many are said to be few


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure as the page shows it; empty texts are not shown."""

    key: str
    label: str
    value: str
    range: str
    before: str
    n: str
    note: str
    meaning: str
    made_of: str
    href: str


def shown(found: Mapping[str, Metric], links: Links, *, compares: bool = True) -> dict[str, Shown]:
    """Every single figure by its name, with what it was before unless nothing is compared."""
    hrefs = {
        "active_members": links.came(),
        "new_visits": links.new(),
        "repeat_rate": links.came(2),
        "visit_frequency": links.came(),
        "average_purchase": links.came(),
        "churn": links.state("lapsed"),
    }
    return {
        key: _shown(
            key,
            found[key] if compares else replace(found[key], previous=None),
            label,
            say,
            hrefs.get(key, ""),
        )
        for key, (label, say) in _FIGURES.items()
    }


def _shown(key: str, one: Metric, label: Text, say: Callable[[Number], str], href: str) -> Shown:
    is_there = one.value is not None
    return Shown(
        key=key,
        label=pick(label),
        value=say(one.value) if one.value is not None else "\N{EN DASH}",
        range=_range(one, say),
        before=gettext("before: %(value)s", value=say(one.previous))
        if is_there and one.previous is not None
        else "",
        n=gettext("n = %(count)s %(what)s", count=number(one.n), what=pick(_N[key])),
        note=pick(one.note),
        meaning=pick(one.definition),
        made_of=_made_of(key, one),
        href=href if one.value else "",
    )


def _range(one: Metric, say: Callable[[Number], str]) -> str:
    """The interval where it estimates, and that few say little."""
    if one.value is None or one.low is None or one.high is None:
        return ""
    ends = gettext("between %(low)s and %(high)s", low=say(one.low), high=say(one.high))
    return gettext("%(ends)s: few to tell", ends=ends) if one.n < FEW else ends


def _made_of(key: str, one: Metric) -> str:
    parts = one.parts
    if key == "churn" and one.n:
        return gettext(
            "%(lost)s lost of %(start)s customers at the start",
            lost=number(parts["lost"]),
            start=number(parts["at_start"]),
        )
    if key == "repeat_rate" and one.n:
        return gettext(
            "%(again)s of %(active)s came on two days or more",
            again=number(parts["again"]),
            active=number(parts["active"]),
        )
    if key == "average_purchase" and one.n:
        return gettext(
            "%(sales)s in %(count)s purchases",
            sales=money(parts["sales_minor"]),
            count=number(one.n),
        )
    if key == "clv_simple" and one.value is not None:
        return _factors(one)
    return ""


def _factors(one: Metric) -> str:
    parts = one.parts
    years = decimal(parts["lifetime_years"])
    said = gettext(
        "%(average)s a purchase \N{MULTIPLICATION SIGN} %(yearly)s purchases a year"
        " \N{MULTIPLICATION SIGN} %(years)s years",
        average=_money(parts["average_purchase_minor"]),
        yearly=decimal(parts["purchases_per_year"]),
        years=years,
    )
    if parts["lifetime_said_by_shop"]:
        return gettext("%(factors)s (the years as you have said)", factors=said)
    return said


def percent(value: Number) -> str:
    """A rate that is in percent already: "38.2%"."""
    written: str = numbers.format_percent(
        float(value) / 100, format="0.#%", locale=language(), decimal_quantization=True
    )
    return written


def decimal(value: Number) -> str:
    """With one decimal where it is not whole."""
    written: str = numbers.format_decimal(float(value), format="#,##0.#", locale=language())
    return written


def _whole(value: Number) -> str:
    return number(int(value))


def _money(value: Number) -> str:
    return money(round(Fraction(value)))


def _days(value: Number) -> str:
    days = int(value)
    return gettext("%(days)s day", days=days) if days == 1 else gettext("%(days)s days", days=days)


_MEMBERS = Text("clienti", "members")
_FIGURES: dict[str, tuple[Text, Callable[[Number], str]]] = {
    "active_members": (Text("Clienti attivi", "Active members"), _whole),
    "new_visits": (Text("Visite nuove", "New visits"), _whole),
    "returning_visits": (Text("Visite di ritorno", "Returning visits"), _whole),
    "repeat_rate": (Text("Tornano", "Repeat rate"), percent),
    "visit_frequency": (Text("Visite al mese", "Visits a month"), decimal),
    "average_purchase": (Text("Acquisto medio", "Average purchase"), _money),
    "churn": (Text("Abbandono", "Churn"), percent),
    "clv_simple": (Text("Valore di un cliente", "Customer lifetime value"), _money),
    "second_visit_30": (Text("Entro 30 giorni", "Within 30 days"), percent),
    "second_visit_60": (Text("Entro 60 giorni", "Within 60 days"), percent),
    "second_visit_90": (Text("Entro 90 giorni", "Within 90 days"), percent),
    "days_between_p25": (Text("Un quarto entro", "A quarter within"), _days),
    "days_between_p50": (Text("La metà entro", "Half within"), _days),
    "days_between_p75": (Text("Tre quarti entro", "Three quarters within"), _days),
}
_N = {
    "active_members": _MEMBERS,
    "new_visits": Text("giorni di visita", "visit days"),
    "returning_visits": Text("giorni di visita", "visit days"),
    "repeat_rate": _MEMBERS,
    "visit_frequency": _MEMBERS,
    "average_purchase": Text("acquisti", "purchases"),
    "churn": Text("clienti all'inizio", "customers at the start"),
    "clv_simple": _MEMBERS,
    **{f"second_visit_{days}": Text("nuovi clienti", "new members") for days in (30, 60, 90)},
    **{f"days_between_p{part}": Text("attese", "gaps between visits") for part in (25, 50, 75)},
}
