"""After a load: every yes is in the books, nothing else is, and the audit is clean."""

from collections.abc import Sequence

from bench import cast
from bench.load import Load
from loyalty.core.db import Database


def compare(
    database: Database, loads: Sequence[Load], *, connections: int, before: int = 0
) -> list[str]:
    """What is wrong, in words.

    A visit may be recorded whose answer the generator no longer waited for: at most one a
    connection in each round.
    """
    recorded = cast.operations(database) - before
    said_yes, under_way = sum(one.done for one in loads), connections * len(loads)
    refused = sum(one.refused + one.broken for one in loads)
    faults = [f"{refused} requests were refused or broke"] if refused else []
    print(f"  {said_yes:,} answered with yes, {recorded:,} recorded; {under_way} may be under way")
    if not said_yes <= recorded <= said_yes + under_way:
        faults.append(f"{recorded} recorded for {said_yes} answers")
    damage = cast.findings(database)
    print(f"  audit: {'; '.join(damage) or 'clean'}", flush=True)
    return faults + damage
