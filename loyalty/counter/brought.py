"""What an operation has brought to a card's level: how it goes with a visit, and comes back (pure).

Only where nothing else has changed the level since: then the very standing from before can be had
again, with its own dates.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from loyalty.counter.dossier import Step
from loyalty.programs import tiers
from loyalty.programs.document import Tiers
from loyalty.programs.tiers import Change, Measure, Standing


def before(rules: Tiers, steps: Sequence[Step], by: UUID) -> Standing | None:
    """Where the card stood before the operation, if all that has changed it since is that one."""
    real = [step for step in steps if step.kind != "notice"]
    own = len(real)
    while own and real[own - 1].operation_id == by:
        own -= 1
    if own == len(real):
        return None
    return real[own - 1].standing if own else tiers.entry(rules)


def without(
    rules: Tiers, standing: Standing, old: Standing, *, measure: Measure, on: date
) -> Change | None:
    """Back to the old standing, unless what still counts holds the level that it has now."""
    if old.grace_until is None or old.level != standing.level:
        return tiers.after_refund(rules, standing, before=old, measure=measure, on=on)
    if tiers.after_sale(rules, old, measure=measure, on=on) is not None:
        return None
    return Change("revoked", standing, old, on, 0)


def again(
    rules: Tiers, standing: Standing, old: Standing, *, measure: Measure, on: date
) -> Change | None:
    """The standing that a visit's leaving had ended, if what counts by now holds it again."""
    if without(rules, old, standing, measure=measure, on=on) is not None or old == standing:
        return None
    kind = "kept" if old.level == standing.level else "up"
    return Change(kind, standing, old, on, measure(*tiers.window(rules, on)))
