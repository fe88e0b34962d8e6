"""What changed in what units buy, in the card that fills and in the cause (pure)."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from loyalty.core.text import Text
from loyalty.programs import terms_cause, terms_rewards, weighing, words
from loyalty.programs.changes import Change, Versions, both, pairs, weighed
from loyalty.programs.document import Cause, Reward, StampCard, VersionDocument

_TAX_CODE = Text("cambia il codice fiscale indicato", "another tax code is given")


def rewards(versions: Versions, currency: str) -> Iterator[Change]:
    """Rewards, "rewards.KEY": all that a customer sees of them."""
    before, after = ({one.key: _shown(one) for one in version.rewards} for version in versions)
    say = partial(_reward, currency=currency)
    for key, old, new in pairs(before, after):
        signs = weighed(old, new, weighing.reward)
        yield Change(f"rewards.{key}", both(versions, old, new, say), signs)


def _reward(version: VersionDocument, one: Reward, *, currency: str) -> Text:
    return terms_rewards.reward(version, one, currency)


def _shown(one: Reward) -> Reward:
    """A reward without what only the merchant sees: its cost, and a product's worth."""
    value = one.value_minor if one.kind in ("amount_off", "donation") else None
    return replace(one, cost_minor=None, value_minor=value)


def stamps(versions: Versions) -> Iterator[Change]:
    """The card that fills, "stamps"."""
    old, new = versions[0].stamps, versions[1].stamps
    if old != new:
        yield Change("stamps", both(versions, old, new, _card), weighed(old, new, weighing.stamps))


def _card(version: VersionDocument, card: StampCard) -> Text:
    unit, one = version.unit(card.unit), version.reward(card.reward)
    size = words.count(card.size, unit.label if unit else Text(card.unit, card.unit))
    if one is None:
        return Text(f"carta da {size.it}", f"card of {size.en}")
    full = terms_rewards.full(card, one)
    return Text(
        f"carta da {size.it} per {one.name.it}, {full.it}",
        f"card of {size.en} for {one.name.en}, {full.en}",
    )


def causes(versions: Versions, currency: str) -> Iterator[Change]:
    """The cause, "cause"."""
    old, new = versions[0].cause, versions[1].cause
    if old != new:
        say = partial(_cause, currency=currency)
        signs = weighed(old, new, weighing.cause)
        yield Change("cause", both(versions, old, new, say), signs, _TAX_CODE)


def _cause(_version: VersionDocument, one: Cause, *, currency: str) -> Text:
    return terms_cause.cause(one, currency)
