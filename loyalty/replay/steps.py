"""The steps of cards from level to level, beside the rows that tell of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from loyalty.counter.dossier import Step
from loyalty.programs.tiers import Change, Standing
from loyalty.replay.differences import Found, named
from loyalty.replay.log import Log, Row


@dataclass(frozen=True, slots=True)
class Due:
    """A change of a card's standing, and the version under which it happens."""

    card_id: UUID
    version: int
    change: Change

    def __str__(self) -> str:
        after, change = self.change.after, self.change
        return _said(change.kind, change.on, after, change.measured)


class Steps:
    """The standings of some cards as the log brings them.

    Where a row says something else, that is noted once, and the story goes on from the row.
    """

    def __init__(self, log: Log, found: Found) -> None:
        self._found = found
        self._steps: dict[UUID, list[Step]] = {}
        self._expected: list[Due] = []
        self._told: dict[UUID, list[Row]] = {}
        for row in log.changes:
            self._told.setdefault(row.operation_id, []).append(row)

    def of(self, card_id: UUID) -> list[Step]:
        """The card's steps so far, the oldest first; not to be changed."""
        return self._steps.get(card_id, [])

    def told(self, operation: Row) -> list[Row]:
        """The rows of an operation that has not been settled yet."""
        return self._told.get(operation.id, [])

    def take(self, operation: Row, due: Due | None) -> None:
        """The operation under way brings this, if anything."""
        if due is not None:
            self._expected.append(due)
            change = due.change
            step = Step(change.on, due.version, change.kind, operation.id, change.after)
            self._steps.setdefault(due.card_id, []).append(step)

    def settle(self, operation: Row) -> None:
        """Compare what the operation brought with its rows, and go on from the rows."""
        told, expected = self._told.pop(operation.id, []), self._expected
        if not told and not expected:
            return
        self._expected = []
        for card_id in dict.fromkeys(
            [*(row.card_id for row in told), *(e.card_id for e in expected)]
        ):
            rows = [row for row in told if row.card_id == card_id]
            wanted = [each for each in expected if each.card_id == card_id]
            if [_values(row) for row in rows] != [_wanted(each) for each in wanted]:
                self._go_on(card_id, rows, len(wanted))
                values = (_listed(map(_read, rows)), _listed(map(str, wanted)))
                self._found.check("level", values, of=card_id, where=named(operation))

    def _go_on(self, card_id: UUID, rows: list[Row], provisional: int) -> None:
        steps = self._steps.setdefault(card_id, [])
        del steps[len(steps) - provisional :]
        steps += [
            Step(row.happened_on, row.version, row.kind, row.operation_id, _held(row))
            for row in rows
        ]

    def finish(self) -> None:
        """No row may be left over that no operation brought."""
        for rows in self._told.values():
            for row in rows:
                self._found.check("level", (_read(row), None), of=row.card_id)


def _held(row: Row) -> Standing:
    return Standing(row.level, row.since_on, row.review_on, row.grace_ends_on)


def _values(row: Row) -> tuple[object, ...]:
    before = row.level_before
    return (row.kind, row.version, row.happened_on, row.measured, before, _held(row))


def _wanted(due: Due) -> tuple[object, ...]:
    change = due.change
    before = change.before.level
    return (change.kind, due.version, change.on, change.measured, before, change.after)


def _read(row: Row) -> str:
    return _said(row.kind, row.happened_on, _held(row), row.measured)


def _said(kind: str, on: date, held: Standing, measured: int) -> str:
    days = [
        day.isoformat() if day else "-" for day in (held.since_on, held.review_on, held.grace_until)
    ]
    return f"{kind} {on.isoformat()} {held.level or '-'} {'/'.join(days)} ({measured})"


def _listed(said: Iterable[str]) -> str | None:
    return "; ".join(said) or None
