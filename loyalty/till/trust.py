"""Rewards that a till may hand over without network: what nothing but the balance decides."""

from dataclasses import dataclass

from loyalty.programs.document import Reward, VersionDocument
from loyalty.web import cardface
from loyalty.web.locale import pick


@dataclass(frozen=True, slots=True)
class Trusted:
    """A reward with its price in words, and what to do beside handing it over."""

    key: str
    name: str
    cost: str
    act: str


def rewards(document: VersionDocument) -> list[Trusted]:
    """The rewards of a program that a phone without network can offer.

    None whose stock, days, level or number a customer only the house knows; and none at all where
    the program wants a live code, which only the house can check.
    """
    if document.proof_redeem == "live":
        return []
    return [_trusted(document, one) for one in document.rewards if _is_plain(one)]


def _is_plain(reward: Reward) -> bool:
    conditions = (reward.stock, reward.starts, reward.ends, reward.per_customer)
    is_free = all(one is None for one in conditions) and not reward.tiers
    return is_free and bool(reward.cost) and reward.kind != "donation"


def _trusted(document: VersionDocument, reward: Reward) -> Trusted:
    cost = cardface.counted(document, reward.cost)
    return Trusted(reward.key, pick(reward.name), cost, cardface.act(document, reward))
