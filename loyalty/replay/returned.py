"""What goods that came back without their sale must have taken, told again (pure)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from loyalty.counter import net
from loyalty.counter.requests import LineRequest
from loyalty.programs import conditions, earning
from loyalty.programs.document import VersionDocument
from loyalty.programs.earning import MILLION
from loyalty.replay.log import Shop


def returned_units(
    shop: Shop, document: VersionDocument, told: Sequence[dict[str, Any]], at: datetime
) -> dict[str, int]:
    """Whole units by unit that the base rules give for these lines at that moment."""
    lines = net.left(net.sold(None, [LineRequest(**line) for line in told]), [])
    seen = conditions.occasion(at, shop.timezone)
    sums: dict[str, int] = {}
    for share in earning.shares(document, lines, seen):
        if share.kind == "base":
            sums[share.unit] = sums.get(share.unit, 0) + share.millionths
    return {unit: millionths // MILLION for unit, millionths in sums.items()}
