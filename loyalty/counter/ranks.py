"""Where a card stands in its tiers while an operation is under way, and how that changes."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from loyalty.core.calendar import end_of, local_day
from loyalty.core.db import table
from loyalty.core.ids import new_id
from loyalty.core.text import Text
from loyalty.counter import brought
from loyalty.counter.dossier import Dossier, Step
from loyalty.counter.models import TierChange
from loyalty.ledger.book import Book
from loyalty.ledger.state import Origin
from loyalty.programs import tier_words, tiers
from loyalty.programs.catalogue import PublishedVersion
from loyalty.programs.document import Tiers, VersionDocument
from loyalty.programs.tiers import Change, Standing

Row = dict[str, Any]
_CHANGE = table(TierChange)
_JOINED = {
    "merged": Text("Carte unite", "Cards joined"),
    "unmerged": Text("Carte separate", "Cards parted"),
}


@dataclass(slots=True)
class Ranks:
    """One card's standings: read when first asked, changed in memory, written with the book.

    `rules_of` gives the document of a version by its number; `changes` is what happened here.
    """

    book: Book
    card_id: UUID
    currency: str
    dossier: Dossier
    rules_of: Callable[[int], VersionDocument]
    changes: list[Text] = field(default_factory=list)

    def standing(self, rules: Tiers) -> Standing:
        """Where the card stands now."""
        steps = self.dossier.steps()
        return steps[-1].standing if steps else tiers.entry(rules)

    def held_on(self, version: PublishedVersion, on: date) -> str | None:
        """The level that a sale of that day earns at: the latest before it, by day."""
        rules = version.document.tiers
        if rules is None:
            return None
        steps = [step for step in self.dossier.steps() if step.on <= on]
        standing = steps[-1].standing if steps else tiers.entry(rules)
        return standing.level if rules.level(standing.level) else tiers.entry(rules).level

    def catch_up(self, version: PublishedVersion, origin: Origin, timezone: str) -> None:
        """Make the reviews that were due by `origin.occurred_at`, and go over to newer rules.

        `origin` is the house's own: each review is an operation of the day whose end it waited for.
        """
        self._review(origin, timezone)
        self._adopt(version, origin, timezone)

    def _review(self, origin: Origin, timezone: str) -> None:
        steps, at = self.dossier.steps(), origin.occurred_at
        if not steps:
            return  # nobody falls from where everybody starts
        rules = self.rules_of(steps[-1].version).tiers
        if rules is None:
            return
        today = local_day(at, timezone)
        due = tiers.due(rules, steps[-1].standing, measure=self._measure(rules), today=today)
        for change in due:
            ended = min(_moment_of(change, timezone), at)
            self._note(self._review_operation(origin, ended), change, rules, steps[-1].version)

    def _review_operation(self, origin: Origin, occurred_at: datetime) -> Row:
        return self.book.begin("review", replace(origin, occurred_at=occurred_at))

    def _adopt(self, version: PublishedVersion, origin: Origin, timezone: str) -> None:
        """Go over to a newer version's levels: upgrades at once, no downgrade before the review."""
        steps, rules = self.dossier.steps(), version.document.tiers
        before = steps[-1].version if steps else None
        if before is None or before >= version.number:
            return
        old = self.rules_of(before).tiers
        if old != rules:
            self.adopt(version, old, origin, local_day(origin.occurred_at, timezone))

    def adopt(
        self, version: PublishedVersion, old: Tiers | None, origin: Origin, on: date
    ) -> Change | None:
        """Stand under the version's levels instead of `old` from that day on."""
        rules, steps = version.document.tiers, self.dossier.steps()
        counts = rules or old
        if counts is None:
            return None
        held = steps[-1].standing if steps else tiers.entry(old) if old else tiers.NO_STANDING
        change = tiers.under_new_rules(old, rules, held, measure=self._measure(counts), on=on)
        if not steps and (change is None or (rules and change.after == tiers.entry(rules))):
            return None  # where everybody stands needs no row
        # The next review is by the new rules, also where they leave everything as it is.
        change = change or Change("rules", held, held, on, self._measured(rules, on))
        operation = self._review_operation(origin, origin.occurred_at)
        self._note(operation, change, rules, version.number)
        return change

    def sold(self, version: PublishedVersion, operation: Row, on: date) -> None:
        """Up at once, if what counts by now reaches a higher level.

        A sale entered late cannot change what came after it; it counts from the last change on.
        """
        number, rules = self._rules(version)
        if rules is None:
            return
        changed = [step.on for step in self.dossier.steps() if step.kind != "notice"]
        on, standing = max([on, *changed[-1:]]), self.standing(rules)
        change = tiers.after_sale(rules, standing, measure=self._measure(rules), on=on)
        if change is not None:
            self._note(operation, change, rules, number)

    def refunded(
        self, version: PublishedVersion, operation: Row, *, sold_on: date, on: date
    ) -> None:
        """Revoke a level that only the refunded sale had brought, within its return window."""
        if (on - sold_on).days <= version.document.return_days:
            self._revoke(version, operation, "revoked", (sold_on, on))

    def _revoke(
        self, version: PublishedVersion, operation: Row, kind: str, days: tuple[date, date]
    ) -> None:
        sold_on, on = days
        steps, (number, rules) = self.dossier.steps(), self._rules(version)
        raised = [step for step in steps if step.kind == "up" and step.on >= sold_on]
        if rules is None or not raised:
            return
        place = steps.index(raised[0])
        before = steps[place - 1].standing if place else tiers.entry(rules)
        change = tiers.after_refund(
            rules, steps[-1].standing, before=before, measure=self._measure(rules), on=on
        )
        if change is not None:
            self._note(operation, replace(change, kind=kind), rules, number)

    def left(
        self, version: PublishedVersion, operation: Row, *, by: UUID, sold_on: date, on: date
    ) -> None:
        """A visit went to another card: what `by` had brought here goes with it, whenever it was.

        Unless the level is held without it.
        """
        steps, (number, rules) = self.dossier.steps(), self._rules(version)
        old = brought.before(rules, steps, by) if rules else None
        if rules is None or old is None:
            self._revoke(version, operation, "moved", (sold_on, on))
            return
        now, measure = steps[-1].standing, self._measure(rules)
        if change := brought.without(rules, now, old, measure=measure, on=on):
            self._note(operation, replace(change, kind="moved"), rules, number)

    def returned(self, version: PublishedVersion, operation: Row, *, away: UUID, on: date) -> None:
        """A visit is back: what its leaving by `away` had ended stands again, with its dates."""
        steps, (number, rules) = self.dossier.steps(), self._rules(version)
        old = brought.before(rules, steps, away) if rules else None
        if rules is None or old is None:
            return
        now, measure = steps[-1].standing, self._measure(rules)
        if change := brought.again(rules, now, old, measure=measure, on=on):
            self._note(operation, change, rules, number)

    def warn(self, version: PublishedVersion, origin: Origin, on: date) -> date | None:
        """Note, once a review, that the level is about to be lost; the day of the review."""
        steps = self.dossier.steps()
        rules = self.rules_of(steps[-1].version).tiers if steps else None
        if rules is None or version.document.tiers is None:
            return None
        held = steps[-1].standing
        told = any(step.kind == "notice" and step.standing == held for step in steps)
        found = tiers.progress(rules, held, measure=self._measure(rules), on=on)
        if told or held.review_on is None or not found.keep_missing:
            return None
        change = Change("notice", held, held, on, found.measured)
        operation = self._review_operation(origin, origin.occurred_at)
        self._note(operation, change, rules, steps[-1].version)
        return held.grace_until or held.review_on

    def take_over(
        self, version: PublishedVersion, operation: Row, kind: str, standing: Standing, on: date
    ) -> None:
        """Stand where another card stood (merged), or where this one stood before (unmerged)."""
        rules = version.document.tiers
        if rules is None or standing == self.standing(rules):
            return
        change = Change(kind, self.standing(rules), standing, on, 0)
        self._note(operation, change, rules, version.number)

    def progress(self, version: PublishedVersion, on: date) -> Row | None:
        """The level as a receipt shows it; None in a program without tiers."""
        number, rules = self._rules(version)
        if rules is None:
            return None
        found = tiers.progress(rules, self.standing(rules), measure=self._measure(rules), on=on)
        level, ahead = rules.level(found.key), rules.level(found.next)
        notice = tier_words.notice(found, rules, self.currency, _label(self.rules_of(number)))
        return {
            "key": found.key,
            "name": level.name.as_dict() if level else None,
            "measured": found.measured,
            "next": found.next,
            "next_name": ahead.name.as_dict() if ahead else None,
            "missing": found.missing,
            "review_on": found.review_on.isoformat() if found.review_on else None,
            "keep_missing": found.keep_missing,
            "grace_until": found.grace_until.isoformat() if found.grace_until else None,
            "why": notice.as_dict(),
            "changes": [text.as_dict() for text in self.changes],
        }

    def _rules(self, version: PublishedVersion) -> tuple[int, Tiers | None]:
        """The rules under which the card stands: to those of an old sale it does not go back.

        A purchase under rules without levels asks nothing of the database for it.
        """
        if version.document.tiers is None and not self.dossier.has_steps:
            return version.number, None
        steps = self.dossier.steps()
        if steps and steps[-1].version > version.number:
            return steps[-1].version, self.rules_of(steps[-1].version).tiers
        return version.number, version.document.tiers

    def _measured(self, rules: Tiers | None, on: date) -> int:
        return self._measure(rules)(*tiers.window(rules, on)) if rules else 0

    def _measure(self, rules: Tiers) -> tiers.Measure:
        return lambda first, last: self.dossier.qualifying(rules, first, last)

    def _note(self, operation: Row, change: Change, rules: Tiers | None, number: int) -> None:
        said = self._said(change, rules, number)
        after = change.after
        self.changes.append(said)
        self.dossier.steps().append(Step(change.on, number, change.kind, operation["id"], after))
        self.book.also(
            _CHANGE,
            {
                "merchant_id": self.book.merchant_id,
                "id": new_id(),
                "card_id": self.card_id,
                "operation_id": operation["id"],
                "kind": change.kind,
                "version": number,
                "happened_on": change.on,
                "measured": change.measured,
                "level_before": change.before.level,
                "level": after.level,
                "since_on": after.since_on,
                "review_on": after.review_on,
                "grace_ends_on": after.grace_until,
                "reasons": [{"rule": "tier", "it": said.it, "en": said.en}],
            },
        )

    def _said(self, change: Change, rules: Tiers | None, number: int) -> Text:
        if change.kind in ("merged", "unmerged"):
            level = rules.level(change.after.level) if rules else None
            it, en = (level.name.it, level.name.en) if level else ("nessuno", "none")
            head = _JOINED[change.kind]
            return Text(f"{head.it}: il livello è {it}.", f"{head.en}: the level is {en}.")
        if change.kind == "moved" and rules is not None:
            return tier_words.moved(change, rules)
        if change.kind == "notice" and rules is not None:
            on = change.on
            found = tiers.progress(rules, change.after, measure=self._measure(rules), on=on)
            return tier_words.notice(found, rules, self.currency, _label(self.rules_of(number)))
        return tier_words.said(change, rules, self.currency, _label(self.rules_of(number)))


def _label(document: VersionDocument) -> Text | None:
    """The name of what levels count, where they count units."""
    rules = document.tiers
    unit = document.unit(rules.unit) if rules and rules.unit else None
    return unit.label if unit else None


def _moment_of(change: Change, timezone: str) -> datetime:
    """When it became true: as a day ended, or, of a lower level, as its first day began."""
    last = change.on - timedelta(days=1) if change.kind == "down" else change.on
    return end_of(last, timezone)
