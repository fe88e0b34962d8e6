"""The form of the limits: days as whole numbers, multiples of the usual gap as 2,5 or 2.5."""

import re
from collections.abc import Mapping
from dataclasses import fields as names_of
from dataclasses import replace
from typing import Any

from marshmallow import fields

from loyalty.analytics.measures import Measures
from loyalty.analytics.rhythm import Limits
from loyalty.core.text import Text
from loyalty.web.fields import Body, Choice, Line, Spoken, wrong
from loyalty.web.forms import TypedWhole
from loyalty.web.locale import language

RHYTHM, FIXED = "rhythm", "fixed"
_DAYS = ("new_days", "lapsed_days", "lost_days", "back_days")
_TIMES = ("cooling_times", "lapsed_times", "lost_times")
_TYPED = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]))?")
LABELS = {
    "kind": Text("Come si misura", "How it is measured"),
    "new_days": Text("Nuovo fino a, giorni", "New for, days"),
    "cooling_days": Text("Rallenta dopo, giorni", "Cooling after, days"),
    "cooling_times": Text("Rallenta dopo, volte il solito", "Cooling after, times the usual gap"),
    "lapsed_days": Text("Allontanato dopo, giorni", "Lapsed after, days"),
    "lapsed_times": Text("Allontanato dopo, volte il solito", "Lapsed after, times the usual gap"),
    "lost_days": Text("Perso dopo, giorni", "Lost after, days"),
    "lost_times": Text("Perso dopo, volte il solito", "Lost after, times the usual gap"),
    "back_days": Text("Tornato per, giorni", "Back again for, days"),
    "margin_percent": Text("Margine sulle vendite, %", "Margin on sales, %"),
    "lifespan_months": Text("Quanto resta un cliente, mesi", "How long a customer stays, months"),
}


class _Times(Spoken, fields.Field[int]):
    """A multiple with one decimal, in tenths: "2,5" is 25."""

    def _deserialize(self, value: Any, *_args: Any, **_more: Any) -> int:
        found = _TYPED.fullmatch(str(value))
        if found is None:
            raise wrong("Scrivi un numero, come 2,5.", "Write a number, like 2.5.")
        return 10 * int(found[1]) + int(found[2] or 0)


class _Limits(Body):
    kind = Choice(RHYTHM, FIXED, required=True)
    new_days = TypedWhole(required=True)
    cooling_days = TypedWhole(load_default=None)
    lapsed_days = TypedWhole(required=True)
    lost_days = TypedWhole(required=True)
    back_days = TypedWhole(required=True)
    cooling_times = _Times(load_default=None)
    lapsed_times = _Times(load_default=None)
    lost_times = _Times(load_default=None)
    margin_percent = TypedWhole(load_default=None)
    lifespan_months = TypedWhole(load_default=None)
    seen = Line((1, 40), required=True)
    deed = Line((1, 10), load_default="")


LIMITS_FORM = _Limits()


def wanted_of(values: Mapping[str, Any], kept: Measures) -> Measures:
    """What was typed; a multiple or days that this way of measuring does not ask for are 0."""
    is_fixed = values["kind"] == FIXED
    days = {name: values[name] for name in _DAYS}
    cooling = values["cooling_days"] or 0
    times = {
        name.replace("_times", "_tenths"): 0 if is_fixed else values[name] or 0 for name in _TIMES
    }
    limits = replace(kept.limits, cooling_days=cooling if is_fixed else 0, **days, **times)
    return Measures(limits, values["margin_percent"], values["lifespan_months"])


def raw_of(kept: Measures) -> dict[str, str]:
    """As the form shows what is kept."""
    limits = kept.limits
    found = {"kind": FIXED if limits.is_fixed else RHYTHM}
    for each in names_of(Limits):
        value = getattr(limits, each.name)
        if each.name.endswith("_tenths"):
            found[each.name.replace("_tenths", "_times")] = _times(value) if value else ""
        else:
            found[each.name] = str(value) if value else ""
    for name in ("margin_percent", "lifespan_months"):
        value = getattr(kept, name)
        found[name] = "" if value is None else str(value)
    return found


def _times(tenths: int) -> str:
    whole, rest = divmod(tenths, 10)
    mark = "," if language() == "it" else "."
    return f"{whole}{mark}{rest}" if rest else str(whole)
