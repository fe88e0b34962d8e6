"""Small questions that the template of the form asks about what stands in it."""

from collections.abc import Callable, Iterable
from typing import Any

from loyalty.core.text import Text
from loyalty.portal.designing.judging import Errors
from loyalty.portal.designing.sheet import Sheet
from loyalty.web.locale import pick

Named = list[tuple[str, str]]


def asked(sheet: Sheet, errors: Errors) -> dict[str, Any]:
    """The names that only the form's own templates use."""
    units = _named_rows(sheet, "units", "label")
    rewards = _named_rows(sheet, "rewards", "name")
    return {
        "units": units,
        "levels": _named_rows(sheet, "tiers.levels", "name") if sheet.has("tiers") else [],
        "reward_choices": rewards,
        "reward_names": [_said(sheet, f"rewards.{n}", "name") for n in sheet.rows("rewards")],
        "cost_units": lambda place: _cost_units(sheet, place, units),
        "is_bonus": lambda place: _is_bonus(sheet, place),
        "filled": _filled(sheet, errors),
    }


def _is_bonus(sheet: Sheet, place: int) -> bool:
    """A rule that multiplies what the others give; one that says nothing yet is none."""
    row = f"earn.{place}"
    return f"{row}.multiply_percent" in sheet.typed and not sheet.one(f"{row}.per")


def _named_rows(sheet: Sheet, of: str, what: str) -> Named:
    """The rows of a list by key, as the form calls them now."""
    return [
        (key, _said(sheet, f"{of}.{place}", what) or key)
        for place in sheet.rows(of)
        if (key := sheet.one(f"{of}.{place}.key"))
    ]


def _said(sheet: Sheet, row: str, what: str) -> str:
    said = Text(sheet.one(f"{row}.{what}.it"), sheet.one(f"{row}.{what}.en"))
    return pick(said) or said.it or said.en


def _cost_units(sheet: Sheet, place: int, units: Named) -> Named:
    """What a reward may cost: every unit there is, and those it costs although there is none."""
    known = [key for key, _ in units]
    strange = [key for key in sheet.below(f"rewards.{place}.cost") if key not in known]
    return [*units, *((key, key) for key in strange)]


def _filled(sheet: Sheet, errors: Errors) -> Callable[..., bool]:
    """Whether something stands in one of these fields, or is wrong with it: then it is shown."""

    def filled(prefix: str, paths: Iterable[str], *, errors_only: bool = False) -> bool:
        names = [f"{prefix}.{path}".lstrip(".") for path in paths]
        typed = any(any(sheet.many(name)) for name in names) and not errors_only
        return typed or any(name in errors for name in names)

    return filled
