"""What people see of the mail that a shop's customers were owed: a list, and one of it whole."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.db import table
from loyalty.core.errors import Unknown
from loyalty.core.ids import parse_ref, ref
from loyalty.core.mail import FAILED, KEPT, WAITING, Mail

_MAIL = table(Mail)
Knows = Callable[[Session, UUID, list[str]], set[str]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One mail: `address` and the whole of `facts` are there while it is kept or waits."""

    id: UUID
    merchant_id: UUID | None
    kind: str
    state: str
    address: str | None
    language: str
    facts: dict[str, Any] | None
    created_at: datetime
    tries: int
    error: str | None

    @property
    def ref(self) -> str:
        """Its public name."""
        return ref("mai", self.id)


_ENTRY = sa.select(*(_MAIL.c[name] for name in Entry.__slots__))
STATES = (KEPT, WAITING, FAILED)
_HOUSE_MAX = 200  # of the house's mails those looked at for one page


def page(
    session: Session,
    *,
    merchant_id: UUID,
    before: UUID | None,
    limit: int,
    knows: Knows | None,
    but: frozenset[str] = frozenset(),
) -> list[Entry]:
    """What is kept, waits or has failed, the newest first, before a key.

    With `knows`, the house's own mails as well, to addresses that the shop knows as a customer's:
    it is given addresses and returns those. Kinds in `but` are left out.
    """
    ours = sa.and_(_MAIL.c.merchant_id == merchant_id, _MAIL.c.kind.not_in(but))
    found = _newest(session, ours, before, limit)
    if knows is not None:
        house = _newest(session, _MAIL.c.merchant_id.is_(None), before, _HOUSE_MAX)
        known = knows(session, merchant_id, [one.address for one in house if one.address])
        found += [one for one in house if one.address in known]
    return sorted(found, key=lambda one: one.id, reverse=True)[:limit]


def _newest(
    session: Session, whose: sa.ColumnElement[bool], before: UUID | None, limit: int
) -> list[Entry]:
    query = _ENTRY.where(whose, _MAIL.c.state.in_(STATES))
    if before is not None:
        query = query.where(_MAIL.c.id < before)
    return [Entry(*row) for row in session.execute(query.order_by(_MAIL.c.id.desc()).limit(limit))]


def find(
    session: Session,
    *,
    merchant_id: UUID,
    mail_ref: str,
    knows: Knows | None,
    but: frozenset[str] = frozenset(),
) -> Entry:
    """One mail that can still be read whole. Raises Unknown("mail"), for a stranger's too."""
    mail_id = parse_ref("mai", mail_ref)
    query = _ENTRY.where(_MAIL.c.id == mail_id, _MAIL.c.state == KEPT)
    row = session.execute(query).one_or_none() if mail_id else None
    entry = Entry(*row) if row else None
    if entry is None or entry.address is None or entry.kind in but:
        raise Unknown("mail")
    is_ours = entry.merchant_id == merchant_id
    if entry.merchant_id is None and knows is not None:
        is_ours = entry.address in knows(session, merchant_id, [entry.address])
    if not is_ours:
        raise Unknown("mail")
    return entry
