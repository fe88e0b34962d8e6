"""Any program version that fits together, drawn at random as canonical JSON."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from loyalty.programs.checks import shortest_days

Raw = dict[str, Any]
UNITS = {
    "points": {"it": "punti", "en": "points"},
    "stars": {"it": "stelle", "en": "stars"},
    "miles": {"it": "miglia", "en": "miles"},
}
LEVELS = ("bronze", "silver", "gold", "platinum")
NAMES = (
    {"it": "una colazione", "en": "a breakfast"},
    {"it": "un caffè in omaggio", "en": "a coffee on the house"},
    {"it": "ingresso all'anteprima", "en": "a seat at the preview"},
)
FIRST_DAY = date(2026, 1, 1)
DATES = st.integers(0, 1_000).map(lambda days: (FIRST_DAY + timedelta(days=days)).isoformat())
CLOCKS = st.sampled_from(["00:00", "08:30", "12:00", "18:00", "22:00", "23:59"])
PRODUCTS = st.lists(st.sampled_from(["caffè", "tè", "torta", "pane"]), unique=True, max_size=3)
# At most three bonuses and a level: 3 x 3 x 3 x 3 is below a hundred.
PERCENTS = st.sampled_from([25, 50, 110, 125, 150, 200, 250, 300])
# At most four levels: even one visit a day of the shortest window reaches the last.
STARTS = st.lists(st.integers(0, 28), min_size=1, max_size=4, unique=True).map(sorted)
MEASURES = {"spend": 1_000, "units": 1, "visits": 1}


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Something, or nothing."""
    return st.none() | strategy


def written(**values: Any) -> Raw:
    """The keys that have a value; `from_` and the like are words that Python keeps for itself."""
    return {key.rstrip("_"): value for key, value in values.items() if value is not None}


@st.composite
def documents(draw: st.DrawFn) -> Raw:
    """A version document that the door accepts and that can be published."""
    keys = draw(st.lists(st.sampled_from(sorted(UNITS)), min_size=1, max_size=3, unique=True))
    raw: Raw = {"units": [draw(units(key)) for key in keys]}
    levels = draw(maybe(STARTS))
    if levels is not None:
        raw["tiers"] = draw(tiers(keys, levels))
    raw["earn"] = draw(earning(keys, LEVELS[: len(levels or ())]))
    raw["caps"] = draw(caps(keys))
    raw |= draw(house())
    raw["rewards"] = draw(rewards(keys, LEVELS[: len(levels or ())], has_cause="cause" in raw))
    if draw(st.booleans()):
        size = draw(st.integers(2, 20))
        full = {"key": "full", "kind": "product", "cost": {keys[0]: size}}
        raw["rewards"].append(full | draw(limits_of_reward(())))
        on_full = draw(st.sampled_from(["issue", "keep"]))
        raw["stamps"] = {"unit": keys[0], "size": size, "reward": "full", "on_full": on_full}
    return raw


@st.composite
def units(draw: st.DrawFn, key: str) -> Raw:
    kind = draw(st.sampled_from(["never", "rolling", "month_end", "year_end", "inactivity"]))
    least = 0 if kind.endswith("end") else 1
    months = None if kind == "never" else draw(st.integers(least, 36))
    waits = 8_760 if months is None else min(8_760, max(0, 24 * shortest_days(months) - 1))
    return written(
        key=key,
        label=draw(maybe(st.just(UNITS[key]))),
        pending_hours=draw(maybe(st.integers(0, waits))),
        expiry=written(kind=kind, months=months or None),
    )


@st.composite
def earning(draw: st.DrawFn, keys: list[str], levels: tuple[str, ...]) -> list[Raw]:
    found = []
    for key in keys:
        found.append(written(key=f"base-{key}", unit=key, units=draw(st.integers(1, 100))))
        found[-1]["per"] = draw(pers())
        if draw(st.booleans()):
            found.append(written(key=f"more-{key}", unit=key, units=2, per=draw(pers())))
            found[-1]["when"] = draw(whens(levels))
        for number in range(draw(st.integers(0, 3))):
            percent, combine = draw(PERCENTS), draw(st.sampled_from(["multiply", "best"]))
            bonus = {"key": f"bonus{number}-{key}", "unit": key, "combine": combine}
            bonus |= {"multiply_percent": percent, "when": draw(whens(levels))}
            found.append(bonus)
    return found


def pers() -> st.SearchStrategy[Raw]:
    return (
        st.integers(1, 10_000).map(lambda minor: {"amount_minor": minor})
        | st.integers(1, 5).map(lambda pieces: {"item": pieces})
        | st.just({"visit": 1})
    )


@st.composite
def whens(draw: st.DrawFn, levels: tuple[str, ...]) -> Raw:
    hours = draw(maybe(st.lists(CLOCKS, min_size=2, max_size=2, unique=True)))
    return written(
        skus=draw(maybe(PRODUCTS)),
        categories=draw(maybe(PRODUCTS)),
        weekdays=draw(maybe(st.lists(st.integers(1, 7), unique=True))),
        from_=hours[0] if hours else None,
        to=hours[1] if hours else None,
        birthday=draw(maybe(st.sampled_from(["day", "week", "month"]))),
        tiers=draw(some(levels)),
        min_amount_minor=draw(maybe(st.integers(0, 5_000))),
    )


def some(levels: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(levels), unique=True) if levels else st.just([])


@st.composite
def tiers(draw: st.DrawFn, keys: list[str], starts: list[int]) -> Raw:
    measure, months = draw(st.sampled_from(sorted(MEASURES))), draw(st.integers(1, 24))
    levels = [
        written(
            key=key,
            name=draw(maybe(st.just({"it": f"Livello {key}", "en": f"{key.title()}"}))),
            from_=start * MEASURES[measure],
            multiply_percent=draw(maybe(st.sampled_from([100, 125, 200, 300]))),
        )
        for key, start in zip(LEVELS, starts, strict=False)
    ]
    return written(
        measure=measure,
        unit=keys[0] if measure == "units" else None,
        window={"kind": draw(st.sampled_from(["rolling", "calendar"])), "months": months},
        grace_days=draw(maybe(st.integers(0, 28))),
        drop=draw(maybe(st.sampled_from(["one", "straight"]))),
        levels=levels,
    )


@st.composite
def caps(draw: st.DrawFn, keys: list[str]) -> list[Raw]:
    found = []
    for key in keys:
        least = draw(st.integers(1, 50))
        for per in draw(st.lists(st.sampled_from(["visit", "day"]), unique=True)):
            most = least + draw(st.integers(0, 50)) if per == "day" else least
            found.append({"unit": key, "per": per, "units": most})
    return found


@st.composite
def house(draw: st.DrawFn) -> Raw:
    proofs = st.sampled_from(["typed", "static", "live"])
    share = draw(st.integers(1, 1_000))
    cause = written(
        key="rifugio",
        beneficiary={"name": "Rifugio dei gatti", "tax_code": "94012345678"},
        rate=[share, share + draw(st.integers(0, 1_000))],
        payable_after_days=draw(maybe(st.integers(0, 60))),
        cap_minor=draw(maybe(st.integers(1, 10_000))),
    )
    return written(
        cause=draw(maybe(st.just(cause))),
        base={
            "tax": draw(st.sampled_from(["gross", "net"])),
            "discounts": draw(st.sampled_from(["after", "before"])),
        },
        debt=draw(maybe(st.sampled_from(["carry", "clamp", "block"]))),
        proof={"earn": draw(proofs), "redeem": draw(proofs)},
        limits=written(
            visits_per_card_day=draw(maybe(st.integers(1, 20))),
            min_seconds=draw(maybe(st.integers(0, 600))),
            amount_minor_max=draw(maybe(st.integers(10_000, 1_000_000))),
        ),
    )


@st.composite
def rewards(
    draw: st.DrawFn, keys: list[str], levels: tuple[str, ...], *, has_cause: bool
) -> list[Raw]:
    kinds = ["product", "amount_off", "percent_off", "perk"] + ["donation"] * has_cause
    found = []
    for number, name in enumerate(NAMES[: draw(st.integers(0, 3))]):
        kind = draw(st.sampled_from(kinds))
        costs = draw(st.lists(st.sampled_from(keys), min_size=1, unique=True))
        needs_value = kind in ("amount_off", "donation")
        reward = written(
            key=f"reward{number}",
            kind=kind,
            name=draw(maybe(st.just(name))),
            cost={key: draw(st.integers(1, 2_000)) for key in costs},
            value_minor=draw(st.integers(1, 5_000)) if needs_value else None,
            percent=draw(st.integers(1, 100)) if kind == "percent_off" else None,
        )
        found.append(reward | draw(limits_of_reward(levels)))
    return found


@st.composite
def limits_of_reward(draw: st.DrawFn, levels: tuple[str, ...]) -> Raw:
    first, last = sorted([draw(DATES), draw(DATES)])
    often = {"count": draw(st.integers(1, 5)), "days": draw(st.integers(1, 60))}
    return written(
        cost_minor=draw(maybe(st.integers(0, 5_000))),
        stock=draw(maybe(st.integers(0, 5_000))),
        tiers=draw(some(levels)),
        from_=draw(maybe(st.just(first) | st.just(f"{first}T00:00:00+01:00"))),
        until=draw(maybe(st.just(last) | st.just(f"{last}T23:59:59Z"))),
        per_customer=draw(maybe(st.just(often))),
        voucher_days=draw(maybe(st.integers(1, 90))),
    )
