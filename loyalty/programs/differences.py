"""What changed between two versions, part by part, in words for the customer (pure)."""

from dataclasses import dataclass

from loyalty.core.text import Text
from loyalty.programs import terms_units, words
from loyalty.programs.changes import Change
from loyalty.programs.differences_earning import caps, rules, units
from loyalty.programs.differences_house import house
from loyalty.programs.differences_rewards import causes, rewards, stamps
from loyalty.programs.differences_tiers import tiers
from loyalty.programs.document import VersionDocument
from loyalty.programs.weighing import direction


@dataclass(frozen=True, slots=True)
class Difference:
    """One part that changed, said in one sentence.

    `part` is its key, like "earn.base", "units.points", "rewards.coffee", "tiers.levels.gold" or
    "debt"; `direction` is "better", "worse" or "changed", as the customer sees it.
    """

    part: str
    said: Text
    direction: str


def between(before: VersionDocument, after: VersionDocument, currency: str) -> list[Difference]:
    """Everything a customer may notice, in the order of the terms; empty if nothing changed.

    What only the merchant sees (what a reward costs the shop or is worth to it) is left out, and
    so are rules that only have another key.
    """
    versions = (before, after)
    changes = [
        *rules(versions, currency),
        *caps(versions),
        *rewards(versions, currency),
        *units(versions),
        *stamps(versions),
        *tiers(versions, currency),
        *causes(versions, currency),
        *house(versions, currency),
    ]
    return [Difference(one.part, _sentence(one), direction(one.signs)) for one in changes]


def _sentence(change: Change) -> Text:
    old, new = change.said
    if new is None:
        assert old is not None, "what changed was there before or is there now"
        return Text(f"Non c'è più: {old.it}.", f"No longer: {old.en}.")
    if old is None:
        return Text(f"Nuovo: {new.it}.", f"New: {new.en}.")
    if old == new:
        return Text(f"{new.it}: {change.details.it}.", f"{new.en}: {change.details.en}.")
    return Text(f"Prima: {old.it}; ora: {new.it}.", f"Before: {old.en}; now: {new.en}.")


def promise(before: VersionDocument) -> Text:
    """What stays for units earned under a version when another one follows it."""
    lasting = [terms_units.lasting(unit) for unit in before.units]
    labels = words.joined([unit.label for unit in before.units]).en
    it, en = "; ".join(one.it for one in lasting), "; ".join(one.en for one in lasting)
    said = Text(
        f"Quanto è già sulla carta mantiene le sue condizioni: {it}.",
        f"{labels[:1].upper()}{labels[1:]} already earned keep their terms: {en}.",
    )
    if not before.rewards:
        return said
    return Text(
        f"{said.it} I buoni già emessi restano validi fino al loro ultimo giorno.",
        f"{said.en} Vouchers already given stay good until their last day.",
    )
