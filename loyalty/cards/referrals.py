"""Bringing a friend: a card's own link, and who came by it; `counter.rewarding` says what for.

Nothing here refuses anybody a card: a link that does not count is passed over in silence.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards.models import Card
from loyalty.cards.referral_models import ProgramReferral, Referral
from loyalty.core.db import current, table
from loyalty.core.errors import Invalid
from loyalty.core.ids import new_id, ref
from loyalty.core.signing import derive_code
from loyalty.core.text import Text
from loyalty.merchants.acts import note
from loyalty.merchants.directory import enter, look_up
from loyalty.merchants.roles import Duty, Permission
from loyalty.programs.models import Program

UNITS_MAX = 1_000
_NOTHING = Text(
    "Se è attivo, almeno uno dei due riceve qualcosa.",
    "While it is on, one of the two gets something.",
)


@dataclass(frozen=True, slots=True)
class Offer:
    """What a friend and whoever brought them get, in whole units."""

    unit: str
    friend_units: int
    bringer_units: int


@dataclass(frozen=True, slots=True)
class Came:
    """By which link somebody came to a program; `own_codes` their browser has shown as its own."""

    program_id: UUID
    code: str
    own_codes: frozenset[str]


_SETTING = table(ProgramReferral)
_OFFER = sa.select(_SETTING.c.unit, _SETTING.c.friend_units, _SETTING.c.bringer_units).where(
    _SETTING.c.merchant_id == sa.bindparam("merchant_id"),
    _SETTING.c.program_id == sa.bindparam("program_id"),
    _SETTING.c.is_on,
)


def setting(session: Session, *, merchant_id: UUID, program_id: UUID) -> ProgramReferral | None:
    """What the shop has set, on or off; None if it never has."""
    return session.get(ProgramReferral, (merchant_id, program_id))


def offer(session: Session, *, merchant_id: UUID, program_id: UUID) -> Offer | None:
    """What a program gives while it gives something."""
    found = session.execute(_OFFER, {"merchant_id": merchant_id, "program_id": program_id}).first()
    return Offer(*found) if found else None


def set_offer(
    session: Session, *, duty: Duty, program: Program, offer: Offer, is_on: bool, at: datetime
) -> None:
    """Keep what a program gives from now on; whoever has joined keeps what they were promised.

    The unit has been checked against the rules. Raises Invalid where it is on and gives nothing.
    """
    duty.demand(Permission.PROGRAMS)
    if is_on and not offer.friend_units and not offer.bringer_units:
        raise Invalid({"friend_units": [_NOTHING]})
    found = setting(session, merchant_id=program.merchant_id, program_id=program.id)
    if found is None:
        found = ProgramReferral(merchant_id=program.merchant_id, program_id=program.id)
        session.add(found)
    found.is_on, found.unit, found.changed_at = is_on, offer.unit, at
    found.friend_units, found.bringer_units = offer.friend_units, offer.bringer_units
    session.flush()
    facts = {"on": is_on, "friend": offer.friend_units, "bringer": offer.bringer_units}
    target = ref("prg", program.id)
    note(session, duty=duty, act="program.referral", target=target, at=at, **facts)


def code_of(card_id: UUID) -> str:
    """The secret part of a card's link, derived from its id; good once `publish` has entered it."""
    return derive_code(current().settings.secret, "bring-a-friend", card_id.bytes)


def is_published(session: Session, *, card_id: UUID) -> bool:
    """Whether the card's link leads anywhere."""
    return look_up(session, kind="friend", text=code_of(card_id)) is not None


def publish(session: Session, *, merchant_id: UUID, card_id: UUID) -> None:
    """Make the card's link lead to it; safe to repeat."""
    if not is_published(session, card_id=card_id):
        code = code_of(card_id)
        enter(session, kind="friend", text=code, merchant_id=merchant_id, target_id=card_id)


def invited(
    session: Session, *, merchant_id: UUID, program_id: UUID, code: str, own_codes: frozenset[str]
) -> Offer | None:
    """What the page may promise to whoever comes by that code; None where it does not count."""
    came = Came(program_id, code, own_codes)
    if _bringer(session, merchant_id, came) is None:
        return None
    return offer(session, merchant_id=merchant_id, program_id=program_id)


def keep(session: Session, *, merchant_id: UUID, card_id: UUID, came: Came, at: datetime) -> bool:
    """Keep who brought the holder of a new card, if it may count; whether it was kept.

    It may not: without an offer, by a wrong code, on the bringer's own phone. The caller sees to it
    that the friend left a contact, without which nobody can tell one from two.
    """
    promised = offer(session, merchant_id=merchant_id, program_id=came.program_id)
    bringer_id = _bringer(session, merchant_id, came)
    if promised is None or bringer_id is None:
        return False
    session.add(
        Referral(
            merchant_id=merchant_id,
            id=new_id(),
            program_id=came.program_id,
            bringer_card_id=bringer_id,
            friend_card_id=card_id,
            unit=promised.unit,
            friend_units=promised.friend_units,
            bringer_units=promised.bringer_units,
            state="waiting",
            joined_at=at,
        )
    )
    session.flush()
    return True


def _bringer(session: Session, merchant_id: UUID, came: Came) -> UUID | None:
    """The card behind the code, if it is of this program and not of this phone."""
    if came.code in came.own_codes:
        return None
    known = look_up(session, kind="friend", text=came.code)
    if known is None or known.merchant_id != merchant_id:
        return None
    card = session.get(Card, (merchant_id, known.target_id))
    return card.id if card and card.program_id == came.program_id else None


@dataclass(frozen=True, slots=True)
class Brought:
    """How many friends came by a card's link, by what became of it."""

    waiting: int = 0
    rewarded: int = 0


def brought(session: Session, *, merchant_id: UUID, card_id: UUID) -> Brought:
    """What the holder may know of those who came: how many, never who."""
    rows = session.execute(
        sa.select(Referral.state, sa.func.count().label("friends"))
        .where(Referral.merchant_id == merchant_id, Referral.bringer_card_id == card_id)
        .group_by(Referral.state)
    )
    counts = {row.state: int(row.friends) for row in rows}
    return Brought(counts.get("waiting", 0), counts.get("rewarded", 0))
