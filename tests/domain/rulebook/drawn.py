"""Rule books and purchases drawn at random, and everything that a card then stands for."""

from dataclasses import dataclass
from itertools import pairwise

import sqlalchemy as sa
from hypothesis import strategies as st

from loyalty.core.ids import parse_ref
from loyalty.counter.requests import LineRequest
from loyalty.ledger.models import Account
from tests.builders import NOW
from tests.domain.law import stands
from tests.domain.rulebook.book import (
    BREAKFAST,
    FREE_COFFEE,
    GOLD,
    POINTS,
    SHELTER,
    SILVER,
    STAMPS,
    bonus,
)

KINDS = st.sampled_from(["coffee", "cake", "bread"])
LINES = st.lists(st.tuples(KINDS, st.integers(1, 4), st.integers(0, 1_500)), min_size=1, max_size=4)
WHEN = st.fixed_dictionaries(
    {},
    optional={
        "categories": st.lists(KINDS, min_size=1, max_size=2, unique=True),
        "min_amount_minor": st.integers(1, 3_000),
        "weekdays": st.just([6]),
    },
)
# More than a hundred: what halves may give more when a part comes back, and is tried elsewhere.
BONUSES = st.lists(
    st.tuples(st.integers(101, 300), st.sampled_from(["multiply", "best"]), WHEN), max_size=3
)


@st.composite
def books(draw):
    """A rule book with anything in it that a refund must see again as it was."""
    expiry = draw(st.sampled_from([None, ("rolling", 1), ("month_end", 1), ("inactivity", 2)]))
    lasting = {"expiry": {"kind": expiry[0], "months": expiry[1]}} if expiry else {}
    waiting = {"pending_hours": draw(st.sampled_from([0, 0, 24]))}
    size = draw(st.integers(2, 6))
    return {
        "units": [POINTS | lasting | waiting, STAMPS],
        "earn": draw(earning()),
        "caps": draw(caps()),
        "stamps": {
            "unit": "stamps",
            "size": size,
            "reward": "free-coffee",
            "on_full": draw(st.sampled_from(["issue", "keep"])),
        },
        "rewards": [BREAKFAST, {**FREE_COFFEE, "cost": {"stamps": size}}],
        "base": {
            "tax": draw(st.sampled_from(["gross", "net"])),
            "discounts": draw(st.sampled_from(["after", "before"])),
        },
        "debt": draw(st.sampled_from(["carry", "clamp"])),
        "proof": {"redeem": "typed"},
        **draw(st.sampled_from([{}, {"cause": SHELTER}, {"cause": {**SHELTER, "cap_minor": 17}}])),
        **draw(st.sampled_from([{}, *map(tiers, ("spend", "visits", "units"))])),
    }


def tiers(measure):
    starts = {"spend": 2_000, "visits": 2, "units": 25}[measure]
    return {
        "tiers": {
            "measure": measure,
            **({"unit": "points"} if measure == "units" else {}),
            "window": {"kind": "rolling", "months": 3},
            "levels": [SILVER, {**GOLD, "from": starts}],
        }
    }


@st.composite
def earning(draw):
    per = draw(st.integers(1, 300))
    base = {"key": "base", "unit": "points", "units": 1, "per": {"amount_minor": per}}
    stamp = {"key": "stamp", "unit": "stamps", "units": 1, "per": {"item": 1}, "when": {}}
    found = [base, stamp | {"when": draw(st.sampled_from([{}, {"categories": ["coffee"]}]))}]
    if draw(st.booleans()):
        found.append({"key": "hello", "unit": "points", "units": 3, "per": {"visit": 1}})
    for number, (percent, combine, when) in enumerate(draw(BONUSES)):
        # A bonus on stamps that names products might never meet the rule for stamps.
        unit = "points" if "categories" in when else draw(st.sampled_from(["points", "stamps"]))
        found.append(bonus(percent, f"b{number}", unit=unit, combine=combine, **when))
    return found


def caps():
    one = st.tuples(st.sampled_from(["points", "stamps"]), st.integers(1, 40))
    return st.dictionaries(st.sampled_from(["visit"]) | st.just("day"), one, max_size=2).map(
        lambda found: [
            {"unit": unit, "per": per, "units": number + (40 if per == "day" else 0)}
            for per, (unit, number) in found.items()
        ]
    )


@dataclass(frozen=True)
class Basket:
    """What somebody buys, and the money said beside it."""

    lines: tuple[LineRequest, ...]
    tax: int
    discount: int

    @property
    def amount(self):
        return sum(line.amount_minor for line in self.lines)


@st.composite
def baskets(draw):
    lines = tuple(
        LineRequest(category=kind, quantity_milli=pieces * 1_000, amount_minor=amount)
        for kind, pieces, amount in draw(LINES)
    )
    basket = Basket(lines, 0, draw(st.integers(0, 200)))
    return Basket(lines, draw(st.integers(0, basket.amount // 3)), basket.discount)


@st.composite
def partings(draw, basket):
    """What of a basket comes back in the end: pieces by line, and an amount of what is left."""
    pieces = {
        number: draw(st.integers(0, line.quantity_milli // 250)) * 250
        for number, line in enumerate(basket.lines, start=1)
    }
    kept = sum(
        line.amount_minor * (line.quantity_milli - pieces[number]) // line.quantity_milli
        for number, line in enumerate(basket.lines, start=1)
    )
    return pieces, draw(st.integers(0, max(0, kept - len(basket.lines))))


@st.composite
def splits(draw, parting):
    """The same in many small refunds, in any order."""
    pieces, amount = parting
    acts = []
    for number, milli in pieces.items():
        acts += [("lines", (number, part)) for part in draw(parts(milli))]
    acts += [("amount", part) for part in draw(parts(amount))]
    return draw(st.permutations(acts))


@st.composite
def parts(draw, whole):
    if not whole:
        return []
    cuts = draw(st.lists(st.integers(1, max(1, whole - 1)), max_size=3, unique=True))
    edges = [0, *sorted(cut for cut in cuts if cut < whole), whole]
    return [high - low for low, high in pairwise(edges)]


_EXACT = sa.select(Account.unit, Account.earned_millionths).where(
    Account.card_id == sa.bindparam("card_id")
)
_SAID = ("why", "changes", "name", "next_name")


def everything(shop, card, at=NOW):
    """All that a card stands for: units and their ends, exact sums, pledges, level, vouchers."""
    found = stands(shop, card, at)
    with shop.database.read() as session:
        rows = session.execute(_EXACT, {"card_id": parse_ref("crd", card.ref)}).all()
    return {
        "balances": {unit: _numbers(held) for unit, held in found["balances"].items()},
        "exact": {row.unit: row.earned_millionths for row in rows},
        "impact": found["impact"],
        "tier": _numbers(found["tier"]) if found["tier"] else None,
        "vouchers": len(found["vouchers"]),
    }


def _numbers(found):
    return {key: value for key, value in found.items() if key not in _SAID}
