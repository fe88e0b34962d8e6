"""The state of a list (filters, sort, page) in its address, and links that change a part of it.

Words by which people are searched are no part of it: addresses end up in logs and histories. They
travel in a POST form; `index.words` and `index.pages` in templates/_parts/index.html do that.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import request

from loyalty.portal.blueprint import blueprint

PAGE_KEYS = frozenset({"before", "after"})  # of keyset paging; another filter begins anew
_LETTERS_MAX = 200  # of a value; longer ones are nobody's


@dataclass(frozen=True, slots=True)
class Sort:
    """By which column, and whether the largest stands first."""

    by: str
    is_down: bool

    @classmethod
    def read(cls, allowed: Collection[str], default: str) -> "Sort":
        """What the address says ("sort=-spent"), or the default where it says nothing usable."""
        given = request.args.get("sort", "")
        chosen = given if given.removeprefix("-") in allowed else default
        return cls(chosen.removeprefix("-"), chosen.startswith("-"))

    def turned(self, by: str, *, down_first: bool) -> str:
        """What the header of column `by` asks for: the other way round, or by it at last."""
        is_down = not self.is_down if by == self.by else down_first
        return f"-{by}" if is_down else by

    def aria(self, by: str) -> str:
        """`aria-sort` of the header of column `by`; nothing where it is not sorted by it."""
        if by != self.by:
            return ""
        return "descending" if self.is_down else "ascending"


@dataclass(frozen=True, slots=True)
class Pages:
    """One page among others: the keys of the one before and the one after (empty: there is none).

    `back` and `next` are arguments of the address, as {"before": "cus_…"}; `said` is what is shown
    here, as "21 to 40 of 214".
    """

    said: str = ""
    back: Mapping[str, str] = field(default_factory=dict)
    next: Mapping[str, str] = field(default_factory=dict)


def state() -> dict[str, str]:
    """What the address says of this list, without its page and without anything empty."""
    return {
        name: value
        for name, value in request.args.items()
        if value and len(value) <= _LETTERS_MAX and name not in PAGE_KEYS
    }


def here(**changes: str | None) -> str:
    """The address of this list with some of its state changed; None or "" takes a part away."""
    asked = {name: value for name, value in {**state(), **changes}.items() if value}
    return f"{request.path}?{urlencode(asked)}" if asked else request.path


@blueprint.context_processor
def _offer() -> dict[str, Any]:
    return {"list_here": here, "list_state": state}
