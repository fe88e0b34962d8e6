"""Who may be sent news and offers: the one place that says so.

Whoever agreed to it, and has an address. What somebody ticked on a page of ours counts once they
proved that the address is theirs; what another program or an import brings is that one's own word.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.db import table
from loyalty.customers import consents
from loyalty.customers.consents import Purpose
from loyalty.customers.models import ConsentEvent, Customer

_CUSTOMER, _EVENT = table(Customer), table(ConsentEvent)
# Made once: every letter asks them.
_PEOPLE = sa.select(
    _CUSTOMER.c.id,
    _CUSTOMER.c.email,
    _CUSTOMER.c.name,
    _CUSTOMER.c.language,
    _CUSTOMER.c.email_confirmed_at,
).where(
    _CUSTOMER.c.merchant_id == sa.bindparam("merchant"),
    _CUSTOMER.c.id.in_(sa.bindparam("ids", expanding=True)),
    _CUSTOMER.c.merged_into_id.is_(None),
    _CUSTOMER.c.erased_at.is_(None),
)
_WORDS = sa.select(
    _EVENT.c.id,
    _EVENT.c.customer_id,
    _EVENT.c.purpose,
    _EVENT.c.given,
    _EVENT.c.source,
    _EVENT.c.at,
    _EVENT.c.merge_id,
).where(
    _EVENT.c.merchant_id == sa.bindparam("merchant"),
    _EVENT.c.customer_id.in_(sa.bindparam("ids", expanding=True)),
    _EVENT.c.purpose.in_([Purpose.MARKETING.value, Purpose.PROFILING.value]),
)
OWN_PAGES = ("join", "card")  # how the sources of consents given on our pages begin


@dataclass(frozen=True, slots=True)
class Reach:
    """How somebody may be reached with news: where, what to call them, and since when they agree.

    `is_proven`: they agreed on a page of ours and proved the address. `profiled`: they also agreed
    that what they buy is looked at.
    """

    customer_id: UUID
    email: str
    name: str | None
    language: str | None
    agreed_at: datetime
    is_proven: bool
    profiled: bool


def reach(
    session: Session, *, merchant_id: UUID, customer_ids: Collection[UUID]
) -> dict[UUID, Reach]:
    """How to reach each of these customers who live and may be sent news and offers now."""
    asked = {"merchant": merchant_id, "ids": list(customer_ids)}
    # Asked of the rows: a condition on the address makes SQLite walk the shop's index of them.
    rows = [row for row in session.execute(_PEOPLE, asked) if row.email is not None]
    logs = _said(session, merchant_id, [row.id for row in rows])
    found = {row.id: _reach(row, logs[row.id]) for row in rows if row.id in logs}
    return {who: one for who, one in found.items() if one is not None}


def _reach(row: Any, log: list[Any]) -> Reach | None:
    in_force = consents.latest(log)
    event = in_force.get(Purpose.MARKETING)
    is_proven = row.email_confirmed_at is not None
    if event is None or not event.given or not (is_proven or _is_word(event)):
        return None
    profiling = in_force.get(Purpose.PROFILING)
    return Reach(
        customer_id=row.id,
        email=row.email,
        name=row.name,
        language=row.language,
        agreed_at=event.at,
        is_proven=is_proven and not _is_word(event),
        profiled=profiling is not None and profiling.given,
    )


def _said(
    session: Session, merchant_id: UUID, customer_ids: Collection[UUID]
) -> dict[UUID, list[Any]]:
    """What each of them ever said on news and on profiling."""
    logs: dict[UUID, list[Any]] = {}
    asked = {"merchant": merchant_id, "ids": list(customer_ids)}
    for event in session.execute(_WORDS, asked):
        logs.setdefault(event.customer_id, []).append(event)
    return logs


def _is_word(event: Any) -> bool:
    """Whether it needs no proof of the address."""
    return not event.source.startswith(OWN_PAGES)
