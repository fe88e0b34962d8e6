"""What a reward is under D.P.R. 430/2001, as help and never as legal advice (pure).

Art. 6 leaves out discounts on and more of the same kind of goods (c), vouchers for a later purchase
in the same shop (c-bis), and what goes to charity (e); a gift of another kind is an operazione a
premio. A lawyer should read this: it is all in this one module.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from loyalty.core.text import Text
from loyalty.programs.document import Reward, VersionDocument

GUARANTEE_PERCENT = 20
YEARS_MAX, GIVEN_WITHIN_MONTHS = 5, 6
_HUNDRED = 100


class Kind(StrEnum):
    """Outside the decree, an operazione a premio, or it depends on what only the shop knows."""

    OUTSIDE = "outside"
    DEPENDS = "depends"
    PRIZE = "prize"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One reward, its kind, and one sentence why."""

    reward: str
    name: Text
    kind: Kind
    why: Text


_DISCOUNT = Text(
    "Uno sconto, subito o su un acquisto successivo nello stesso negozio, è fuori dal decreto"
    " (art. 6, lettere c e c-bis).",
    "A discount, at once or on a later purchase in the same shop, is outside the decree (art. 6,"
    " letters c and c-bis).",
)
_GIVEN_AWAY = Text(
    "Quello che va in beneficenza è fuori dal decreto (art. 6, lettera e).",
    "What goes to charity is outside the decree (art. 6, letter e).",
)
_PERK = Text(
    "Un servizio o un'esperienza in regalo è un bene di altro genere: operazione a premio.",
    "A service or an experience as a gift is of another kind than what was bought: an operazione"
    " a premio.",
)
_GIFT = Text(
    "Un prodotto in regalo per qualunque acquisto è di altro genere: operazione a premio. Se dai"
    " più dello stesso prodotto che si compra, lega la regola a quella categoria.",
    "A product as a gift for any purchase is of another kind: an operazione a premio. If you give"
    " more of the very product that is bought, tie the rule to that category.",
)
_MORE_OF_IT = Text(
    "Se è lo stesso prodotto che si compra (dieci caffè, un caffè) è quantità in più dello stesso"
    " genere, fuori dal decreto (art. 6, lettera c). Se è altro, è un'operazione a premio.",
    "If it is the very product that is bought (ten coffees, one coffee) it is more of the same"
    " kind, outside the decree (art. 6, letter c). If it is something else, it is an operazione a"
    " premio.",
)
NO_ADVICE = Text(
    "È un aiuto per orientarsi, non un parere legale: prima di partire senti chi ti segue.",
    "This helps you find your way; it is not legal advice: ask your adviser before you start.",
)
DUTIES = (
    Text(
        "Scrivi un regolamento e tienilo a disposizione, autocertificato, per tutta la durata e"
        " per i 12 mesi dopo.",
        "Write rules for it and keep them at hand, self-certified, while it lasts and for 12"
        " months after.",
    ),
    Text(
        f"Deposita una garanzia pari al {GUARANTEE_PERCENT}% del valore dei premi promessi, se non"
        " li dai insieme all'acquisto.",
        f"Deposit a guarantee of {GUARANTEE_PERCENT}% of the worth of the prizes you promise,"
        " unless you give them with the purchase.",
    ),
    Text(
        f"Dura al massimo {YEARS_MAX} anni, e il premio si consegna entro"
        f" {GIVEN_WITHIN_MONTHS} mesi dalla richiesta.",
        f"It lasts {YEARS_MAX} years at most, and a prize is given within {GIVEN_WITHIN_MONTHS}"
        " months of being asked for.",
    ),
)


def verdicts(document: VersionDocument) -> list[Verdict]:
    """What each reward is, in the order of the rules."""
    return [_verdict(document, reward) for reward in document.rewards]


def _verdict(document: VersionDocument, reward: Reward) -> Verdict:
    kind, why = _judge(document, reward)
    return Verdict(reward.key, reward.name, kind, why)


def _judge(document: VersionDocument, reward: Reward) -> tuple[Kind, Text]:
    if reward.kind in ("amount_off", "percent_off"):
        return Kind.OUTSIDE, _DISCOUNT
    if reward.kind == "donation":
        return Kind.OUTSIDE, _GIVEN_AWAY
    if reward.kind == "perk":
        return Kind.PRIZE, _PERK
    if _is_earned_by_some_products(document, reward):
        return Kind.DEPENDS, _MORE_OF_IT
    return Kind.PRIZE, _GIFT


def _is_earned_by_some_products(document: VersionDocument, reward: Reward) -> bool:
    """Whether only certain products give what the reward costs: then it may be one of them."""
    givers = [
        rule for rule in document.earn if rule.unit in reward.cost and rule.multiply_percent is None
    ]
    return bool(givers) and all(rule.when.names_lines for rule in givers)


def is_prize(document: VersionDocument) -> bool:
    """Whether any reward makes the program an operazione a premio, with the DUTIES of one."""
    return any(one.kind is Kind.PRIZE for one in verdicts(document))


def guarantee_minor(document: VersionDocument, given: Mapping[str, int]) -> int | None:
    """A fifth of what the prizes are worth, rounded up, in minor units; None if nobody can tell.

    `given` says how often each reward is expected to be given, by key; where a stock limits it,
    the stock counts.
    """
    prizes = {one.reward for one in verdicts(document) if one.kind is Kind.PRIZE}
    total = 0
    for reward in document.rewards:
        if reward.key not in prizes:
            continue
        many = reward.stock if reward.stock is not None else given.get(reward.key)
        worth = reward.cost_minor if reward.value_minor is None else reward.value_minor
        if many is None or worth is None:
            return None
        total += many * worth
    return -(-total * GUARANTEE_PERCENT // _HUNDRED) if prizes else None
