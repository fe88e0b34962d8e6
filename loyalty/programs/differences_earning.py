"""What changed in how units are earned and in how long they last (pure)."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

from loyalty.core.text import Text
from loyalty.programs import terms_earning, terms_units, weighing
from loyalty.programs.changes import Change, Versions, both, pairs, weighed
from loyalty.programs.document import Cap, EarningRule, Unit, VersionDocument

Rules = Mapping[str, EarningRule]
_PRODUCTS = Text("cambiano i prodotti che contano", "other products count")
_ORDER = Text("cambia la precedenza tra i bonus", "the order among the bonuses changes")


def rules(versions: Versions, currency: str) -> Iterator[Change]:
    """Rules and bonuses, "earn.KEY"; one that only has another key is the same rule."""
    before, after = ({one.key: one for one in version.earn} for version in versions)
    for key, old, new in pairs(_without(before, after), _without(after, before)):
        signs = weighed(old, new, weighing.rule)
        if weighing.is_charge(old if new is None else new) and (old is None or new is None):
            signs = weighing.turned(signs)
        otherwise = old is not None and new is not None and old.combine != new.combine
        say = partial(_rule, currency=currency, otherwise=otherwise)
        same = old is None or new is None or old.priority == new.priority
        yield Change(
            f"earn.{key}", both(versions, old, new, say), signs, _PRODUCTS if same else _ORDER
        )


def _without(mine: Rules, theirs: Rules) -> Rules:
    """My rules but for those that the other side has under a key that is new there."""
    moved = [other for key, other in theirs.items() if key not in mine]
    return {
        key: one
        for key, one in mine.items()
        if key in theirs or not any(replace(other, key=key) == one for other in moved)
    }


def _rule(version: VersionDocument, one: EarningRule, *, currency: str, otherwise: bool) -> Text:
    """The rule in words, and how it combines where that has changed."""
    said = terms_earning.rule(version, one, currency)
    if not otherwise:
        return said
    if one.combine == "best":
        return Text(
            f"{said.it}, e di più bonus vale il più alto",
            f"{said.en}, and of several bonuses the highest counts",
        )
    return Text(f"{said.it}, anche insieme ad altri bonus", f"{said.en}, with other bonuses too")


def caps(versions: Versions) -> Iterator[Change]:
    """Caps, "caps.UNIT.visit" and "caps.UNIT.day"; the lowest of several counts."""
    before, after = (_lowest(version) for version in versions)
    for key, old, new in pairs(before, after):
        signs = weighing.more(old.units if old else None, new.units if new else None)
        yield Change(f"caps.{key}", both(versions, old, new, terms_earning.cap), signs)


def _lowest(version: VersionDocument) -> dict[str, Cap]:
    order = sorted(version.caps, key=lambda cap: -cap.units)
    return {f"{cap.unit}.{cap.per}": cap for cap in order}


def units(versions: Versions) -> Iterator[Change]:
    """Units, "units.KEY": their name, waiting time and expiry."""
    before, after = ({unit.key: unit for unit in version.units} for version in versions)
    for key, old, new in pairs(before, after):
        signs = weighed(old, new, weighing.unit)
        yield Change(f"units.{key}", both(versions, old, new, _unit), signs)


def _unit(_version: VersionDocument, unit: Unit) -> Text:
    return terms_units.lasting(unit)
