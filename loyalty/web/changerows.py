"""What a version changes, in a list, as its public log and the owner's page show it."""

from collections.abc import Sequence
from dataclasses import dataclass

from loyalty.core.text import Text
from loyalty.programs.differences import Difference
from loyalty.web.locale import pick

_DIRECTIONS = {
    "better": (Text("migliora", "better"), "badge-good"),
    "worse": (Text("peggiora", "worse"), "badge-warn"),
    "changed": (Text("cambia", "changed"), ""),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One part that changes, and what that means for the customer."""

    text: str
    direction: str
    kind: str  # of its badge


def rows(found: Sequence[Difference]) -> list[Row]:
    """Differences in the language of this request, in the order given."""
    return [_row(one) for one in found]


def _row(one: Difference) -> Row:
    name, kind = _DIRECTIONS[one.direction]
    return Row(pick(one.said), pick(name), kind)
