"""After a load: every yes is in the books, nothing else is, and the audit is clean."""

from collections.abc import Iterable

import sqlalchemy as sa

from bench.load import Target
from loyalty.audit import audit
from loyalty.core.db import Database
from loyalty.ledger.models import Operation
from loyalty.tables import METADATA


def compare(
    database: Database, targets: Iterable[Target], *, before: int = 0, kind: str = "visit"
) -> list[str]:
    """What is wrong with the operations of that kind, in words; `before` were there already.

    One may be recorded whose answer the generator no longer waited for: at most one a connection
    in each round.
    """
    sent = list(targets)
    recorded = operations(database, kind) - before
    said_yes = sum(one.done for target in sent for one in target.met)
    under_way = sum(target.connections * len(target.met) for target in sent)
    print(
        f"  {kind}: {said_yes:,} answered with yes, {recorded:,} recorded;"
        f" {under_way} may be under way"
    )
    found = refused(sent)
    if not said_yes <= recorded <= said_yes + under_way:
        found.append(f"{recorded} of kind {kind} recorded for {said_yes} answers")
    return found


def refused(targets: Iterable[Target]) -> list[str]:
    """Whether anything was answered with no, or not at all."""
    count = sum(one.refused + one.broken for target in targets for one in target.met)
    return [f"{count} requests were refused or broke"] if count else []


def operations(database: Database, kind: str = "visit") -> int:
    """How many operations of that kind the ledger holds."""
    with database.read() as session:
        there = sa.select(sa.func.count()).where(Operation.kind == kind)
        return session.execute(there).scalar_one()


def findings(database: Database) -> list[str]:
    """What the audit finds; empty when the books are clean."""
    with database.read() as session:
        found = [str(finding) for finding in audit(session)]
    print(f"  audit: {'; '.join(found) or 'clean'}", flush=True)
    return found


def orphans(database: Database) -> list[str]:
    """Rows that name a row which is not there: what foreign keys refuse where they are on."""
    keys = [key for each in METADATA.sorted_tables for key in each.foreign_key_constraints]
    with database.read() as session:
        counts = [(key, session.execute(_without_target(key)).scalar_one()) for key in keys]
    return [f"{count} rows break {key.name}" for key, count in counts if count]


def _without_target(key: sa.ForeignKeyConstraint) -> sa.Select[int]:
    target = key.referred_table.alias("target")
    same = [each.parent == target.c[each.column.name] for each in key.elements]
    named = [each.parent.is_not(None) for each in key.elements]
    return (
        sa.select(sa.func.count())
        .select_from(key.table)
        .where(*named, ~sa.exists().select_from(target).where(*same))
    )
