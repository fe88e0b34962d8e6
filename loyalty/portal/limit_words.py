"""The limits of the states in words (pure)."""

from loyalty.analytics.rhythm import Limits
from loyalty.core.text import Text


def rules(limits: Limits) -> dict[str, Text]:
    """For each state of who is slipping away: from when on they are in it."""
    return {
        "cooling": _from(limits.cooling_days, limits.cooling_tenths),
        "lapsed": _from(limits.lapsed_days, limits.lapsed_tenths),
        "lost": _from(limits.lost_days, limits.lost_tenths),
    }


def _from(days: int, tenths: int) -> Text:
    """After so many days, so many times the usual gap, or both."""
    after = Text(f"dopo {days} giorni", f"after {days} days")
    if not tenths:
        return after
    whole, rest = divmod(tenths, 10)
    times = f"{whole}.{rest}" if rest else f"{whole}"
    gap = Text(f"{times.replace('.', ',')} volte il solito", f"{times} times the usual gap")
    if not days:
        return Text(f"dopo {gap.it}", f"after {gap.en}")
    return Text(f"{after.it} e {gap.it}", f"{after.en} and {gap.en}")
