"""What stands beside the form: the rules in words, the card, what to heed, and the legal kind."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from loyalty.core.money import about_one
from loyalty.core.text import Text
from loyalty.counter import usual
from loyalty.merchants.models import Merchant
from loyalty.portal.designing.judging import Judged
from loyalty.programs import checks, legal, outlook, terms, words
from loyalty.programs.document import Reward, VersionDocument
from loyalty.programs.legal import Kind
from loyalty.programs.outlook import Typical
from loyalty.programs.simulator_past import Frame
from loyalty.web.cardface import STAMPS_DRAWN_MAX, Stamps
from loyalty.web.locale import money, number, pick
from loyalty.web.looks import capital

_REWARDS_DRAWN = 3
_SHOWN_PERCENT = 60  # how far along the customer of the picture is
_KINDS = {
    Kind.OUTSIDE: (Text("fuori dal decreto", "outside the decree"), "badge-good"),
    Kind.DEPENDS: (Text("dipende", "depends"), ""),
    Kind.PRIZE: (Text("operazione a premio", "operazione a premio"), "badge-warn"),
}


@dataclass(frozen=True, slots=True)
class Goal:
    """A reward on the drawn card, and how far it is."""

    name: str
    have: int
    needed: int
    progress: str


@dataclass(frozen=True, slots=True)
class Face:
    """The card of somebody on their way to the first reward."""

    label: str
    value: str
    stamps: Stamps | None
    level: str
    goals: list[Goal]


@dataclass(frozen=True, slots=True)
class Legal:
    """One reward's kind under the decree, with its reason."""

    name: str
    kind: str
    badge: str
    why: str


@dataclass(frozen=True, slots=True)
class Looked:
    """All that is said about rules while they are written; mostly empty while they make no sense.

    `usual` says whose visits the outlook takes: those of the shop's members, or assumed ones.
    """

    terms: Text | None = None
    face: Face | None = None
    outlook: str = ""
    share: str = ""
    is_assumed: bool = False
    heed: list[str] = field(default_factory=list)
    legal: list[Legal] = field(default_factory=list)
    duties: list[str] = field(default_factory=list)
    guarantee: str = ""
    no_advice: str = ""


ASSUMED_VISITS = 24
ASSUMED_BASKET = 10  # of the currency's own unit


def look(records: Session, shop: Merchant, judged: Judged, *, at: datetime) -> Looked:
    """Say what these rules come to."""
    document = judged.document
    if document is None:
        return Looked()
    known = usual.typical(records, merchant_id=shop.id)
    typical = known or assumed(shop.currency)
    heed = [pick(each) for each in checks.advise(document, shop.currency)]
    seen = None
    if not judged.misfits:
        frame = Frame(shop.currency, shop.timezone, at)
        seen = outlook.play(document, typical, frame)
        heed += [pick(each.said) for each in outlook.cautions(seen)]
    return Looked(
        terms=terms.sentence(document, shop.currency),
        face=_face(document),
        outlook=pick(outlook.said(seen, typical, shop.currency)) if seen else "",
        share=share(seen.share_bp) if seen and seen.share_bp is not None else "",
        is_assumed=known is None,
        heed=heed,
        legal=legal_kinds(document),
        duties=duties(document),
        guarantee=money(legal.guarantee_minor(document, {})),
        no_advice=pick(legal.NO_ADVICE),
    )


def assumed(currency: str) -> Typical:
    """What a new shop may expect, until it has visits of its own."""
    return Typical(ASSUMED_BASKET * about_one(currency), ASSUMED_VISITS)


def share(share_bp: int) -> str:
    """A share of what is spent, in a sentence: "il 5%", "5%"."""
    return pick(words.share((share_bp, 10_000)))


def legal_kinds(document: VersionDocument) -> list[Legal]:
    """Each reward's kind in words."""
    return [
        Legal(
            capital(pick(one.name)), pick(_KINDS[one.kind][0]), _KINDS[one.kind][1], pick(one.why)
        )
        for one in legal.verdicts(document)
    ]


def duties(document: VersionDocument) -> list[str]:
    """What an operazione a premio has to do; nothing where the program is none."""
    return [pick(each) for each in legal.DUTIES] if legal.is_prize(document) else []


def _face(document: VersionDocument) -> Face | None:
    """Somebody three fifths of the way to the nearest reward."""
    if not document.units:
        return None
    first = document.units[0]
    card = document.stamps
    near = min(
        (reward.cost[first.key] for reward in document.rewards if first.key in reward.cost),
        default=10,
    )
    held = {first.key: near * _SHOWN_PERCENT // 100}
    drawn = None
    if card is not None and card.size <= STAMPS_DRAWN_MAX:
        held[card.unit] = card.size * _SHOWN_PERCENT // 100
        drawn = Stamps(card.unit, card.size, held[card.unit])
    value = number(held[first.key])
    if drawn and drawn.unit == first.key:
        value = f"{value} / {number(drawn.size)}"
    return Face(
        label=capital(pick(first.label)),
        value=value,
        stamps=drawn,
        level=pick(document.tiers.levels[0].name) if document.tiers else "",
        goals=[_goal(one, held) for one in document.rewards[:_REWARDS_DRAWN] if one.cost],
    )


def _goal(reward: Reward, held: dict[str, int]) -> Goal:
    unit, needed = next(iter(reward.cost.items()))
    have = min(held.get(unit, 0), needed)
    return Goal(capital(pick(reward.name)), have, needed, f"{number(have)} / {number(needed)}")
