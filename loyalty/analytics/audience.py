"""Who is meant: an audience of the contract, counted, and paged with why each of them matches."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.analytics import conditions, saved, standing, why
from loyalty.analytics.builtin import BUILTIN
from loyalty.analytics.compiling import Predicate, compile_one
from loyalty.analytics.conditions import Condition, Group, Named, Node
from loyalty.analytics.ground import Ground
from loyalty.analytics.rhythm import STATES
from loyalty.core.db import table
from loyalty.core.text import Text
from loyalty.counter.rollups.models import MemberStats
from loyalty.customers.models import Customer

_CUSTOMER, _STATS = table(Customer).c, table(MemberStats).c
_SHOWN = (
    _CUSTOMER.id,
    _CUSTOMER.name,
    _CUSTOMER.birthday,
    _CUSTOMER.source,
    _CUSTOMER.created_at,
    _STATS.first_on,
    _STATS.last_on,
    _STATS.visit_days,
    _STATS.visits,
    _STATS.spend_minor,
)


@dataclass(frozen=True, slots=True)
class Audience:
    """Conditions that make sense, and how they were written."""

    node: Node
    raw: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Match:
    """A member who is meant, and why, in a sentence for the shop."""

    customer_id: UUID
    why: Text


def parse(raw: dict[str, Any]) -> Audience:
    """Read an audience as the contract writes it. Raises Invalid naming each fault by its place."""
    return Audience(conditions.parse(raw), raw)


def of_segment(key: str) -> Audience:
    """Everybody of a segment, built in or saved."""
    return Audience(Named(key), {"segment": key})


def resolved(session: Session, *, merchant_id: UUID, audience: Audience) -> Audience:
    """The same with saved segments written out. Raises Unknown("segment") where one is gone."""
    return Audience(_written_out(session, merchant_id, audience.node), audience.raw)


def count(session: Session, *, merchant_id: UUID, audience: Audience, on: date) -> int:
    """How many are meant; `on` is the shop's date today. Raises Unknown("segment")."""
    ground = Ground(session, merchant_id, on)
    return count_on(ground, resolved(session, merchant_id=merchant_id, audience=audience))


def count_on(ground: Ground, audience: Audience) -> int:
    """The same where several are counted on one ground."""
    query = sa.select(sa.func.count()).select_from(standing.MEMBERS)
    query = query.where(*standing.living(ground.merchant_id), _compiled(ground, audience.node))
    return ground.session.execute(query).scalar_one()


def counts_on(ground: Ground, audiences: Sequence[Audience]) -> list[int]:
    """How many are in each of these, written out before, in one walk along the members."""
    if not audiences:
        return []
    each = [
        sa.func.coalesce(sa.func.sum(sa.case((_compiled(ground, one.node), 1), else_=0)), 0)
        for one in audiences
    ]
    query = sa.select(*each).select_from(standing.MEMBERS)
    row = ground.session.execute(query.where(*standing.living(ground.merchant_id))).one()
    return [int(count) for count in row]


def condition_on(ground: Ground, key: str) -> Predicate:
    """Whether a row of members is in a segment, built in or saved. Raises Unknown("segment")."""
    found = resolved(ground.session, merchant_id=ground.merchant_id, audience=of_segment(key))
    return _compiled(ground, found.node)


def page(
    session: Session,
    *,
    merchant_id: UUID,
    audience: Audience,
    on: date,
    after: UUID | None = None,
    limit: int = 50,
) -> list[Match]:
    """Who is meant, in the order in which they joined, after a key. Raises Unknown("segment")."""
    ground = Ground(session, merchant_id, on)
    node = resolved(session, merchant_id=merchant_id, audience=audience).node
    leaves = list(dict.fromkeys(_leaves(node)))
    told = [_leaf(ground, leaf).label(f"leaf_{number}") for number, leaf in enumerate(leaves)]
    states = [ground.state.label("state")] if _names_state(leaves) else []
    query = _following(sa.select(*_SHOWN, *states, *told), ground, node, after).limit(limit)
    rows = session.execute(query).mappings().all()
    told_by = why.Teller(ground, [row["id"] for row in rows], leaves)
    return [Match(row["id"], _why(told_by, node, dict(row), leaves)) for row in rows]


def people(
    session: Session,
    *,
    merchant_id: UUID,
    audience: Audience,
    on: date,
    after: UUID | None,
    limit: int,
) -> list[UUID]:
    """The same people by their ids alone, for whoever goes through them all."""
    ground = Ground(session, merchant_id, on)
    node = resolved(session, merchant_id=merchant_id, audience=audience).node
    query = _following(sa.select(_CUSTOMER.id), ground, node, after).limit(limit)
    return list(session.execute(query).scalars())


def _following(
    query: sa.Select[Any], ground: Ground, node: Node, after: UUID | None
) -> sa.Select[Any]:
    """Members who are meant, in the order in which they joined, after a key."""
    query = query.select_from(standing.MEMBERS)
    query = query.where(*standing.living(ground.merchant_id), _compiled(ground, node))
    if after is not None:
        query = query.where(_CUSTOMER.id > after)
    return query.order_by(_CUSTOMER.id)


def uses_behaviour(audience: Audience) -> bool:
    """Whether it tells people apart by what they did here: a mail then needs profiling too.

    A saved segment that was not written out counts as if it did.
    """
    return any(_is_behaviour(leaf) for leaf in _leaves(audience.node))


def _is_behaviour(leaf: Condition | Named) -> bool:
    if isinstance(leaf, Condition):
        return leaf.kind.is_behaviour
    return BUILTIN[leaf.key].is_behaviour if leaf.key in BUILTIN else True


def _written_out(session: Session, merchant_id: UUID, node: Node) -> Node:
    if isinstance(node, Named) and node.key not in BUILTIN:
        kept = saved.find(session, merchant_id=merchant_id, key=node.key)
        return conditions.parse(kept.audience)  # it names built-in ones only
    if isinstance(node, Group):

        def each(nodes: Iterable[Node]) -> tuple[Node, ...]:
            return tuple(_written_out(session, merchant_id, one) for one in nodes)

        none = each([node.none])[0] if node.none else None
        return Group(each(node.all), each(node.any), none)
    return node


def _leaves(node: Node) -> Iterator[Condition | Named]:
    if not isinstance(node, Group):
        yield node
        return
    for part in node.parts:
        yield from _leaves(part)


def _names_state(leaves: list[Condition | Named]) -> bool:
    return any(
        leaf.field == "state" if isinstance(leaf, Condition) else leaf.key in STATES
        for leaf in leaves
    )


def _leaf(ground: Ground, leaf: Condition | Named) -> Predicate:
    if isinstance(leaf, Condition):
        return compile_one(ground, leaf)
    return sa.func.coalesce(BUILTIN[leaf.key].compile(ground), sa.false())


def _compiled(ground: Ground, node: Node) -> Predicate:
    if not isinstance(node, Group):
        return _leaf(ground, node)
    parts = [_compiled(ground, one) for one in node.all]
    if node.any:
        parts.append(sa.or_(*(_compiled(ground, one) for one in node.any)))
    if node.none:
        parts.append(sa.not_(_compiled(ground, node.none)))
    return sa.and_(*parts)


def _why(
    teller: why.Teller, node: Node, row: dict[str, Any], leaves: list[Condition | Named]
) -> Text:
    held = {leaf for number, leaf in enumerate(leaves) if row[f"leaf_{number}"]}
    return why.joined(list(_reasons(teller, node, row, held)))


def _reasons(
    teller: why.Teller, node: Node, row: dict[str, Any], held: set[Condition | Named]
) -> Iterator[Text]:
    """What holds of what was asked: of alternatives those that do, of what is not the rest."""
    if not isinstance(node, Group):
        yield teller.told(node, row)
        return
    for one in node.all:
        yield from _reasons(teller, one, row, held)
    for one in node.any:
        if _holds(one, held):
            yield from _reasons(teller, one, row, held)
    if node.none:
        yield teller.not_so(list(_leaves(node.none)))


def _holds(node: Node, held: set[Condition | Named]) -> bool:
    if not isinstance(node, Group):
        return node in held
    return (
        all(_holds(one, held) for one in node.all)
        and (not node.any or any(_holds(one, held) for one in node.any))
        and not (node.none and _holds(node.none, held))
    )
