"""Tags: words by which a shop groups its customers, put on and taken off."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.conflicts import insert_unless_there
from loyalty.core.db import table
from loyalty.core.errors import Invalid, Unknown
from loyalty.core.ids import new_id, parse_ref, ref
from loyalty.core.text import Text, one_line
from loyalty.customers.models import CustomerMerge
from loyalty.customers.record_models import CustomerTag, Tag

LETTERS_MAX = 40
SHOP_MAX = 200
_TAG, _ON = table(Tag), table(CustomerTag)
_EMPTY = Text("Scrivi l'etichetta.", "Write the tag.")
_LONG = Text(
    f"Un'etichetta ha al massimo {LETTERS_MAX} caratteri.",
    f"A tag has at most {LETTERS_MAX} characters.",
)
_MANY = Text(
    f"Ci sono già {SHOP_MAX} etichette: usane una di quelle.",
    f"There are {SHOP_MAX} tags already: use one of those.",
)


@dataclass(frozen=True, slots=True)
class Named:
    """A tag as it is shown; `members` is how many customers carry it, where that was asked."""

    ref: str
    name: str
    members: int = 0


def make(session: Session, *, merchant_id: UUID, name: str, at: datetime) -> UUID:
    """The id of the tag of that name, made when it is new; large and small letters are one.

    Raises Invalid at the field "tag".
    """
    name = one_line(name)
    if not name:
        raise Invalid({"tag": [_EMPTY]})
    if len(name) > LETTERS_MAX:
        raise Invalid({"tag": [_LONG]})
    folded = name.casefold()[: 2 * LETTERS_MAX]
    if (found := _by_name(session, merchant_id, folded)) is not None:
        return found
    _demand_room(session, merchant_id)
    made = insert_unless_there(session, _TAG, by=["merchant_id", "folded"])
    row = {"merchant_id": merchant_id, "id": new_id(), "name": name, "folded": folded}
    session.execute(made, row | {"created_at": at})
    now = _by_name(session, merchant_id, folded)
    assert now is not None, "it was made above, or by somebody else"
    return now


def _by_name(session: Session, merchant_id: UUID, folded: str) -> UUID | None:
    query = sa.select(Tag.id).where(Tag.merchant_id == merchant_id, Tag.folded == folded)
    return session.execute(query).scalar_one_or_none()


def _demand_room(session: Session, merchant_id: UUID) -> None:
    mine = sa.select(Tag.id).where(Tag.merchant_id == merchant_id).limit(SHOP_MAX)
    if len(session.execute(mine).all()) >= SHOP_MAX:
        raise Invalid({"tag": [_MANY]})


def find(session: Session, *, merchant_id: UUID, tag_ref: str) -> Tag:
    """The merchant's tag of that ref. Raises Unknown("tag")."""
    tag_id = parse_ref("tag", tag_ref)
    found = session.get(Tag, (merchant_id, tag_id)) if tag_id else None
    if found is None:
        raise Unknown("tag")
    return found


def of_shop(session: Session, *, merchant_id: UUID) -> list[Named]:
    """The shop's tags by name, each with how many customers carry it."""
    members = sa.func.count(CustomerTag.customer_id)
    rows = session.execute(
        sa.select(Tag.id, Tag.name, Tag.folded, members)
        .outerjoin(
            CustomerTag,
            sa.and_(CustomerTag.merchant_id == Tag.merchant_id, CustomerTag.tag_id == Tag.id),
        )
        .where(Tag.merchant_id == merchant_id)
        .group_by(Tag.id, Tag.name, Tag.folded)
    ).all()
    return [Named(ref("tag", row[0]), row[1], row[3]) for row in sorted(rows, key=lambda r: r[2])]


def of_many(
    session: Session, *, merchant_id: UUID, customer_ids: Collection[UUID]
) -> dict[UUID, list[Named]]:
    """The tags of each of these customers, by name; who has none is not there."""
    rows = session.execute(
        sa.select(CustomerTag.customer_id, Tag.id, Tag.name, Tag.folded)
        .join(
            Tag, sa.and_(Tag.merchant_id == CustomerTag.merchant_id, Tag.id == CustomerTag.tag_id)
        )
        .where(CustomerTag.merchant_id == merchant_id, CustomerTag.customer_id.in_(customer_ids))
    ).all()
    found: dict[UUID, list[Named]] = {}
    for row in sorted(rows, key=lambda row: row.folded):
        found.setdefault(row.customer_id, []).append(Named(ref("tag", row.id), row.name))
    return found


def put(
    session: Session,
    *,
    merchant_id: UUID,
    tag_id: UUID,
    customer_ids: Iterable[UUID],
    actor: str,
    at: datetime,
) -> set[UUID]:
    """Put a tag on living customers; those of them who did not have it."""
    wanted = set(customer_ids)
    new = sorted(wanted - _carrying(session, merchant_id, tag_id, wanted))
    row = {"merchant_id": merchant_id, "tag_id": tag_id, "actor": actor, "at": at}
    if new:
        adding = insert_unless_there(session, _ON)
        session.execute(adding, [row | {"customer_id": each, "merge_id": None} for each in new])
    return set(new)


def take_off(
    session: Session, *, merchant_id: UUID, tag_id: UUID, customer_ids: Iterable[UUID]
) -> set[UUID]:
    """Take a tag off customers; those of them who had it."""
    had = _carrying(session, merchant_id, tag_id, set(customer_ids))
    mine = (CustomerTag.merchant_id == merchant_id, CustomerTag.tag_id == tag_id)
    session.execute(
        sa.delete(CustomerTag)
        .where(*mine, CustomerTag.customer_id.in_(had))
        .execution_options(synchronize_session=False)
    )
    return had


def _carrying(
    session: Session, merchant_id: UUID, tag_id: UUID, customer_ids: Collection[UUID]
) -> set[UUID]:
    query = sa.select(CustomerTag.customer_id).where(
        CustomerTag.merchant_id == merchant_id,
        CustomerTag.tag_id == tag_id,
        CustomerTag.customer_id.in_(customer_ids),
    )
    return set(session.execute(query).scalars())


# --- merges --------------------------------------------------------------------------------------


def join(session: Session, *, merge: CustomerMerge, at: datetime) -> None:
    """The survivor carries what the loser carries; each tag knows the merge that brought it."""
    theirs = sa.select(CustomerTag.tag_id).where(
        CustomerTag.merchant_id == merge.merchant_id, CustomerTag.customer_id == merge.loser_id
    )
    row = {
        "merchant_id": merge.merchant_id,
        "customer_id": merge.survivor_id,
        "actor": merge.actor,
        "at": at,
        "merge_id": merge.id,
    }
    rows = [row | {"tag_id": tag_id} for tag_id in sorted(session.execute(theirs).scalars())]
    if rows:
        session.execute(insert_unless_there(session, _ON), rows)


def part(session: Session, *, merge: CustomerMerge) -> None:
    """What the merge brought the survivor goes again."""
    session.execute(
        sa.delete(CustomerTag)
        .where(
            CustomerTag.merchant_id == merge.merchant_id,
            CustomerTag.customer_id == merge.survivor_id,
            CustomerTag.merge_id == merge.id,
        )
        .execution_options(synchronize_session=False)
    )


def forget(session: Session, *, merchant_id: UUID, customer_ids: Collection[UUID]) -> None:
    """Take every tag off people who are to be forgotten."""
    session.execute(
        sa.delete(CustomerTag)
        .where(CustomerTag.merchant_id == merchant_id, CustomerTag.customer_id.in_(customer_ids))
        .execution_options(synchronize_session=False)
    )
