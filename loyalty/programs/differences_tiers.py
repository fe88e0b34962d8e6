"""What changed in the levels: what counts, where they begin, how they stay (pure)."""

from collections.abc import Iterator
from functools import partial

from loyalty.core.text import Text
from loyalty.programs import terms_tiers, weighing
from loyalty.programs.changes import Change, Versions, both, pairs, weighed
from loyalty.programs.document import Level, Tiers, VersionDocument


def tiers(versions: Versions, currency: str) -> Iterator[Change]:
    """Levels as a whole, "tiers", or what changed in them: "tiers.window" and the like."""
    old, new = versions[0].tiers, versions[1].tiers
    if old is None or new is None:
        if old != new:
            said = both(versions, old, new, partial(_ladder, currency=currency))
            yield Change("tiers", said, weighed(old, new, weighing.mixed))
        return
    yield from _measure(versions, old, new)
    yield from _levels(versions, old, new, currency)
    yield from _keeping(versions, old, new)


def _ladder(version: VersionDocument, rules: Tiers, *, currency: str) -> Text:
    return terms_tiers.ladder(version, rules, currency)


def _measure(versions: Versions, old: Tiers, new: Tiers) -> Iterator[Change]:
    """What is counted, over which time."""
    said = both(versions, old, new, terms_tiers.measured)
    if _counted(old) != _counted(new):
        yield Change("tiers.measure", said, weighing.MIXED)
    elif (old.window_kind, old.window_months) != (new.window_kind, new.window_months):
        kinds = weighing.SAME if old.window_kind == new.window_kind else weighing.MIXED
        signs = kinds | weighing.more(old.window_months, new.window_months)
        yield Change("tiers.window", said, signs)


def _counted(rules: Tiers) -> tuple[str, str | None]:
    """A unit that is named where units are not counted says nothing."""
    return rules.measure, rules.unit if rules.measure == "units" else None


def _levels(versions: Versions, old: Tiers, new: Tiers, currency: str) -> Iterator[Change]:
    """Each level, "tiers.levels.KEY"; thresholds of two measures cannot be compared."""
    is_comparable = _counted(old) == _counted(new)
    before, after = ({one.key: one for one in rules.levels} for rules in (old, new))
    for key, one, other in pairs(before, after):
        signs = weighed(one, other, weighing.level if is_comparable else weighing.mixed)
        said = both(versions, one, other, partial(_level, currency=currency))
        yield Change(f"tiers.levels.{key}", said, signs)


def _level(version: VersionDocument, one: Level, *, currency: str) -> Text:
    assert version.tiers is not None, "a level stands among levels"
    return terms_tiers.level(version, version.tiers, one, currency)


def _keeping(versions: Versions, old: Tiers, new: Tiers) -> Iterator[Change]:
    """How a level is kept and lost, "tiers.keeping"."""
    if (old.grace_days, old.drop) == (new.grace_days, new.drop):
        return
    said = both(versions, old, new, _kept)
    if said[0] != said[1]:
        steps = weighing.more(int(old.drop == "one"), int(new.drop == "one"))
        signs = weighing.more(old.grace_days, new.grace_days) | steps
        yield Change("tiers.keeping", said, signs)


def _kept(_version: VersionDocument, rules: Tiers) -> Text:
    return terms_tiers.kept(rules)
