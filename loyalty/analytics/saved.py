"""Segments that a shop has put together: kept under a key, found, changed and dropped."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from loyalty.analytics import conditions
from loyalty.analytics.builtin import BUILTIN
from loyalty.analytics.conditions import Group, Named, Node
from loyalty.analytics.models import Segment
from loyalty.core.db import part
from loyalty.core.errors import Invalid, StateConflict, Unknown
from loyalty.core.ids import new_id, ref
from loyalty.core.signing import fingerprint
from loyalty.core.text import Text, one_line
from loyalty.merchants import acts
from loyalty.merchants.places import ChangedMeanwhile
from loyalty.merchants.roles import Duty

NAME_MAX, KEY_MAX, SHOP_MAX = 80, 40, 200
_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_NO_NAME = Text("Dai un nome al segmento.", "Give the segment a name.")
_LONG_NAME = Text(f"Al massimo {NAME_MAX} caratteri.", f"At most {NAME_MAX} characters.")
_BAD_KEY = Text(
    f"Da 1 a {KEY_MAX} lettere minuscole, cifre, - e _.",
    f"Between 1 and {KEY_MAX} small letters, digits, - and _.",
)
_NESTED = Text(
    "Dentro un segmento salvato possono stare solo i segmenti della casa.",
    "A saved segment may hold only the segments that every shop has.",
)
_MANY = Text(
    f"Ci sono già {SHOP_MAX} segmenti: eliminane uno che non serve.",
    f"There are {SHOP_MAX} segments already: drop one that is not needed.",
)


def find(session: Session, *, merchant_id: UUID, key: str) -> Segment:
    """The shop's saved segment of that key. Raises Unknown("segment")."""
    found = session.execute(
        sa.select(Segment).where(Segment.merchant_id == merchant_id, Segment.key == key)
    ).scalar_one_or_none()
    if found is None:
        raise Unknown("segment")
    return found


def every(
    session: Session, *, merchant_id: UUID, after: UUID | None = None, limit: int = SHOP_MAX
) -> list[Segment]:
    """The shop's saved segments in the order in which they were made, after a key."""
    query = sa.select(Segment).where(Segment.merchant_id == merchant_id)
    if after is not None:
        query = query.where(Segment.id > after)
    return list(session.execute(query.order_by(Segment.id).limit(limit)).scalars())


def save(
    session: Session,
    *,
    duty: Duty,
    name: str,
    audience: dict[str, Any],
    at: datetime,
    key: str | None = None,
) -> Segment:
    """Keep a segment; its key is made from its name unless one is given.

    Raises Invalid, and StateConflict where the shop, or the house, has one of that key.
    """
    name = _named(name)
    conditions_of(audience)
    if key is not None and not _KEY.fullmatch(key):
        raise Invalid({"key": [_BAD_KEY]})
    taken = {one.key for one in every(session, merchant_id=duty.merchant_id)} | BUILTIN.keys()
    if len(taken) - len(BUILTIN) >= SHOP_MAX:
        raise Invalid({"name": [_MANY]})
    if key in taken:
        raise StateConflict(segment=key)
    made = Segment(
        merchant_id=duty.merchant_id,
        id=new_id(),
        key=key or _key_of(name, taken),
        name=name,
        audience=audience,
        actor=duty.actor,
        created_at=at,
        changed_at=at,
    )
    _insert(session, made)
    acts.note(session, duty=duty, act="segment.save", target=ref("seg", made.id), at=at)
    return made


def _insert(session: Session, made: Segment) -> None:
    try:
        with part(session):
            session.add(made)
            session.flush()
    except IntegrityError as taken:  # somebody else was faster
        raise StateConflict(segment=made.key) from taken


def edition(segment: Segment) -> str:
    """What tells two states of a segment apart."""
    return fingerprint([segment.name, segment.audience]).hex()


def change(
    session: Session,
    *,
    duty: Duty,
    key: str,
    name: str,
    audience: dict[str, Any],
    at: datetime,
    seen: str | None = None,
) -> Segment:
    """Say a segment anew; whoever uses it uses the new one from now on.

    `seen` is the edition that was shown. Raises Unknown("segment"), Invalid and ChangedMeanwhile.
    """
    found = find(session, merchant_id=duty.merchant_id, key=key)
    session.refresh(found, with_for_update=True)
    if seen is not None and seen != edition(found):
        raise ChangedMeanwhile
    conditions_of(audience)
    found.name, found.audience, found.changed_at = _named(name), audience, at
    session.flush()
    acts.note(session, duty=duty, act="segment.change", target=ref("seg", found.id), at=at)
    return found


def drop(session: Session, *, duty: Duty, key: str, at: datetime) -> None:
    """Do away with a saved segment. Raises Unknown("segment")."""
    found = find(session, merchant_id=duty.merchant_id, key=key)
    session.delete(found)
    session.flush()
    acts.note(session, duty=duty, act="segment.drop", target=ref("seg", found.id), at=at)


def conditions_of(audience: dict[str, Any]) -> Node:
    """What a segment's audience asks. Raises Invalid, also where it names another saved one."""
    node = conditions.parse(audience)
    if any(each.key not in BUILTIN for each in _segments(node)):
        raise Invalid({"audience": [_NESTED]})
    return node


def _segments(node: Node) -> Iterator[Named]:
    if isinstance(node, Named):
        yield node
    elif isinstance(node, Group):
        for each in node.parts:
            yield from _segments(each)


def _named(name: str) -> str:
    name = one_line(name)
    if not name:
        raise Invalid({"name": [_NO_NAME]})
    if len(name) > NAME_MAX:
        raise Invalid({"name": [_LONG_NAME]})
    return name


def _key_of(name: str, taken: set[str]) -> str:
    """A key that reads like the name: "Clienti del sabato" is clienti-del-sabato."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[: KEY_MAX - 4].strip("-") or "segment"
    numbered = (stem if number == 1 else f"{stem}-{number}" for number in range(1, SHOP_MAX + 20))
    return next(key for key in numbered if key not in taken)
