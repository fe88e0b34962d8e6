"""Levels told again: every step that the visits known by then, and the days, must have brought."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from uuid import UUID

from loyalty.counter import brought
from loyalty.counter.dossier import Step
from loyalty.programs import tiers
from loyalty.programs.document import Tiers, VersionDocument
from loyalty.programs.tiers import Change, Measure, Standing
from loyalty.replay.differences import Found, named
from loyalty.replay.log import Log, Row, Shop
from loyalty.replay.steps import Due, Steps

Counts = Callable[[UUID, Tiers, date, date], int]
"""What counts for a card under rules, from a first to a last day."""


class Levels:
    """The standings of some cards."""

    def __init__(self, log: Log, shop: Shop, counts: Counts, found: Found) -> None:
        self._shop, self._counts, self._found = shop, counts, found
        self._overdue: set[UUID] = set()
        self.steps = Steps(log, found)

    # --- where a card stands

    def standing(self, card_id: UUID, rules: Tiers) -> Standing:
        """Where the card stands now."""
        steps = self.steps.of(card_id)
        return steps[-1].standing if steps else tiers.entry(rules)

    def held_on(self, card_id: UUID, document: VersionDocument, on: date) -> str | None:
        """The level that a sale of that day earns at."""
        rules = document.tiers
        if rules is None:
            return None
        steps = [step for step in self.steps.of(card_id) if step.on <= on]
        held = steps[-1].standing.level if steps else None
        return held if rules.level(held) else tiers.entry(rules).level

    def _rules(self, card_id: UUID, number: int) -> tuple[int, Tiers | None]:
        """Those under which the card stands, where they are newer than those of that version."""
        steps = self.steps.of(card_id)
        number = max(number, steps[-1].version) if steps else number
        return number, self._shop.rules(number).tiers

    def _measure(self, card_id: UUID, rules: Tiers) -> Measure:
        return lambda first, last: self._counts(card_id, rules, first, last)

    # --- what time does

    def review(self, operation: Row) -> None:
        """A review that was due by the operation's day, newer rules, or a notice of a review."""
        card_id, on = operation.card_id, self._shop.day(operation.occurred_at)
        if any(row.kind == "notice" for row in self.steps.told(operation)):
            self.steps.take(operation, self._notice(card_id, on))
            return
        due = self._due(card_id, on) or self._newer(card_id, operation.version, on)
        self.steps.take(operation, due or self._first(operation, on))

    def catch_up(self, card_id: UUID, operation: Row, on: date) -> None:
        """Whatever was due by that day stands in the log before the operation."""
        document = self._shop.rules(operation.version)
        if card_id in self._overdue or (document.tiers is None and operation.version == 1):
            return
        due = self._due(card_id, on) or self._newer(card_id, operation.version, on)
        if due is not None:
            self._overdue.add(card_id)
            self._found.check("review", (None, due), of=card_id, where=named(operation))

    def _due(self, card_id: UUID, on: date) -> Due | None:
        """The next review that is over before that day."""
        steps = self.steps.of(card_id)
        rules = self._shop.rules(steps[-1].version).tiers if steps else None
        if not steps or rules is None:
            return None
        held, measure = steps[-1].standing, self._measure(card_id, rules)
        changes = tiers.due(rules, held, measure=measure, today=on, limit=1)
        return Due(card_id, steps[-1].version, changes[0]) if changes else None

    def _newer(self, card_id: UUID, number: int, on: date) -> Due | None:
        """What newer rules make of the card's standing; a card without steps needs none."""
        steps = self.steps.of(card_id)
        if not steps or steps[-1].version >= number:
            return None
        old = self._shop.rules(steps[-1].version).tiers
        return self._under(card_id, number, old, steps[-1].standing, on)

    def _first(self, operation: Row, on: date) -> Due | None:
        """What newer rules make of where everybody stood under one of the older ones.

        The job that sees to it may come late, after more than one new version.
        """
        card_id, number = operation.card_id, operation.version
        if self.steps.of(card_id):
            return None
        found = [
            self._under(card_id, number, old, tiers.entry(old) if old else tiers.NO_STANDING, on)
            for old in self._older(number)
        ]
        return next((due for due in found if due is not None), None)

    def _older(self, number: int) -> Iterator[Tiers | None]:
        for each in sorted(self._shop.versions, reverse=True):
            if each < number:
                yield self._shop.rules(each).tiers

    def _under(
        self, card_id: UUID, number: int, old: Tiers | None, held: Standing, on: date
    ) -> Due | None:
        rules = self._shop.rules(number).tiers
        counts = rules or old
        if counts is None or old == rules:
            return None
        measure = self._measure(card_id, counts)
        change = tiers.under_new_rules(old, rules, held, measure=measure, on=on)
        if not self.steps.of(card_id):
            is_start = change is None or (rules and change.after == tiers.entry(rules))
            return None if is_start or change is None else Due(card_id, number, change)
        if change is None:  # all stays as it is, and the next review is by the new rules
            measured = measure(*tiers.window(rules, on)) if rules else 0
            change = Change("rules", held, held, on, measured)
        return Due(card_id, number, change)

    def _notice(self, card_id: UUID, on: date) -> Due | None:
        """That a level is about to be lost is said once, while something is missing."""
        steps = self.steps.of(card_id)
        rules = self._shop.rules(steps[-1].version).tiers if steps else None
        if not steps or rules is None:
            return None
        held, measure = steps[-1].standing, self._measure(card_id, rules)
        told = any(step.kind == "notice" and step.standing == held for step in steps)
        found = tiers.progress(rules, held, measure=measure, on=on)
        if told or held.review_on is None or not found.keep_missing:
            return None
        change = Change("notice", held, held, on, found.measured)
        return Due(card_id, steps[-1].version, change)

    # --- what sales do

    def sold(
        self, card_id: UUID, operation: Row, on: date, *, by: int | None = None, known: bool = False
    ) -> None:
        """Up at once, by the rules of the sale or of version `by`; late, from the last change on.

        A sale under first rules without levels looks at none, unless the card was looked at before
        (`known`).
        """
        number = by or operation.version
        if number == 1 and self._shop.rules(1).tiers is None and not known:
            return
        number, rules = self._rules(card_id, number)
        if rules is not None:
            real = _real(self.steps.of(card_id))
            on = max(on, real[-1].on) if real else on
            held, measure = self.standing(card_id, rules), self._measure(card_id, rules)
            change = tiers.after_sale(rules, held, measure=measure, on=on)
            self._take(card_id, operation, number, change)

    def refunded(self, card_id: UUID, operation: Row, *, sold_on: date, on: date) -> None:
        """A level that only the refunded sale had brought is revoked, within its return window."""
        if (on - sold_on).days <= self._shop.rules(operation.version).return_days:
            self._revoke(card_id, operation, "revoked", sold_on, on)

    def _revoke(self, card_id: UUID, operation: Row, kind: str, sold_on: date, on: date) -> None:
        (number, rules), steps = self._rules(card_id, operation.version), self.steps.of(card_id)
        rises = [n for n, step in enumerate(steps) if step.kind == "up" and step.on >= sold_on]
        if rules is not None and rises:
            before = steps[rises[0] - 1].standing if rises[0] else tiers.entry(rules)
            held, measure = steps[-1].standing, self._measure(card_id, rules)
            change = tiers.after_refund(rules, held, before=before, measure=measure, on=on)
            self._take(card_id, operation, number, replace(change, kind=kind) if change else None)

    def left(self, card_id: UUID, operation: Row, *, by: UUID, sold_on: date, on: date) -> None:
        """What a visit that went elsewhere had brought here by an operation goes with it."""
        (number, rules), steps = self._rules(card_id, operation.version), self.steps.of(card_id)
        old = brought.before(rules, steps, by) if rules else None
        if rules is None or old is None:
            self._revoke(card_id, operation, "moved", sold_on, on)
            return
        now, measure = steps[-1].standing, self._measure(card_id, rules)
        change = brought.without(rules, now, old, measure=measure, on=on)
        self._take(card_id, operation, number, replace(change, kind="moved") if change else None)

    def returned(self, card_id: UUID, operation: Row, *, away: UUID, on: date) -> None:
        """A visit is back: what its leaving had ended stands again."""
        (number, rules), steps = self._rules(card_id, operation.version), self.steps.of(card_id)
        old = brought.before(rules, steps, away) if rules else None
        if rules is not None and old is not None:
            now, measure = steps[-1].standing, self._measure(card_id, rules)
            change = brought.again(rules, now, old, measure=measure, on=on)
            self._take(card_id, operation, number, change)

    # --- two cards of one person

    def join(
        self, operation: Row, *, giver: UUID, taker: UUID, on: date
    ) -> tuple[Standing, Standing] | None:
        """The better of two levels stays, then what counts together; before and after."""
        rules = self._shop.rules(operation.version).tiers
        if rules is None:
            return None
        before, theirs = self.standing(taker, rules), self.standing(giver, rules)
        if _worth(rules, theirs) > _worth(rules, before):
            self._take_over(taker, operation, Change("merged", before, theirs, on, 0))
        self.sold(taker, operation, on)
        return before, self.standing(taker, rules)

    def part(
        self, card_id: UUID, operation: Row, *, kept: tuple[Standing, Standing] | None, on: date
    ) -> None:
        """What a merge had brought goes, unless something has changed it since."""
        rules = self._shop.rules(operation.version).tiers
        if rules is not None and kept is not None:
            held = self.standing(card_id, rules)
            if held == kept[1]:
                self._take_over(card_id, operation, Change("unmerged", held, kept[0], on, 0))

    def _take_over(self, card_id: UUID, operation: Row, change: Change) -> None:
        if change.before != change.after:
            self._take(card_id, operation, operation.version, change)

    def _take(self, card_id: UUID, operation: Row, number: int, change: Change | None) -> None:
        self.steps.take(operation, Due(card_id, number, change) if change else None)


def _real(steps: list[Step]) -> list[Step]:
    """Those that changed something; a notice only says what is to come."""
    return [step for step in steps if step.kind != "notice"]


def _worth(rules: Tiers, held: Standing) -> tuple[int, date]:
    """The higher level is the better one; of equal ones, that which is safe for longer."""
    order = [None, *(level.key for level in rules.levels)]
    return order.index(held.level), held.grace_until or held.review_on or date.max
