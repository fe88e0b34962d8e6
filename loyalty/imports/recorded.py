"""Reading what the shop holds already of everything that a batch of sales mentions."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards import lookup
from loyalty.cards.models import Card
from loyalty.counter.models import Visit
from loyalty.customers import living
from loyalty.customers.models import Customer
from loyalty.imports.basket import Row
from loyalty.imports.club import Club
from loyalty.imports.models import ImportedSale
from loyalty.imports.verdict import Recorded, RefHolder
from loyalty.ledger.models import Operation

_IDENTITIES = sa.select(ImportedSale.identity).where(
    ImportedSale.merchant_id == sa.bindparam("merchant_id"),
    ImportedSale.program_id == sa.bindparam("program_id"),
)
# A list is spelt out anew for each batch; an array is one parameter, and the statement is known.
_KNOWN = {
    "sqlite": _IDENTITIES.where(ImportedSale.identity.in_(sa.bindparam("wanted", expanding=True))),
    "postgresql": _IDENTITIES.where(
        ImportedSale.identity == sa.any_(sa.bindparam("wanted", type_=sa.ARRAY(sa.LargeBinary(16))))
    ),
}
_REFS = (
    sa.select(
        Visit.external_ref,
        Visit.id,
        Customer.external_ref.label("customer"),
        Operation.via,
        Visit.voided_at,
        Visit.amount_minor,
    )
    .join(Card, sa.and_(Card.merchant_id == Visit.merchant_id, Card.id == Visit.card_id))
    .join(
        Customer,
        sa.and_(Customer.merchant_id == Card.merchant_id, Customer.id == Card.customer_id),
    )
    .join(
        Operation,
        sa.and_(Operation.merchant_id == Visit.merchant_id, Operation.id == Visit.id),
    )
    .where(
        Visit.merchant_id == sa.bindparam("merchant_id"),
        Visit.program_id == sa.bindparam("program_id"),
        Visit.external_ref.in_(sa.bindparam("wanted", expanding=True)),
    )
)
_PEOPLE = (
    sa.select(
        Customer.external_ref,
        Customer.id.label("customer_id"),
        Customer.merged_into_id,
        Card.id.label("card_id"),
        Card.blocked_at,
        Card.merged_into_id.label("keeper_id"),
    )
    .outerjoin(
        Card,
        sa.and_(
            Card.merchant_id == Customer.merchant_id,
            Card.customer_id == Customer.id,
            Card.program_id == sa.bindparam("program_id"),
        ),
    )
    .where(
        Customer.merchant_id == sa.bindparam("merchant_id"),
        Customer.external_ref.in_(sa.bindparam("wanted", expanding=True)),
    )
)


def read(session: Session, *, club: Club, rows: Sequence[Row]) -> Recorded:
    """The identities, refs, customers and cards that are there already."""
    found = Recorded()
    scope = {"merchant_id": club.merchant_id, "program_id": club.program_id}
    wanted = scope | {"wanted": [row.identity for row in rows]}
    dialect = session.get_bind().dialect.name
    found.identities.update(session.execute(_KNOWN[dialect], wanted).scalars())
    refs = list({row.sale.external_ref for row in rows if row.sale.external_ref})
    for row in session.execute(_REFS, scope | {"wanted": refs}) if refs else ():
        assert row.external_ref is not None, "asked for by name"
        found.refs[row.external_ref] = RefHolder(
            row.id,
            row.customer,
            row.via == "import",
            is_void=row.voided_at is not None,
            amount_minor=row.amount_minor or 0,
        )
    people = list({row.sale.customer for row in rows})
    for one in session.execute(_PEOPLE, scope | {"wanted": people}):
        if one.merged_into_id is not None or one.keeper_id is not None:
            _follow(session, club, found, one.external_ref, one.customer_id)
            if one.keeper_id is not None:
                found.named[one.external_ref] = one.card_id
            continue
        found.customers[one.external_ref] = one.customer_id
        if one.card_id is not None:
            found.cards[one.customer_id] = one.card_id
        if one.blocked_at is not None:
            found.blocked.add(one.customer_id)
    return found


def _follow(
    session: Session, club: Club, found: Recorded, reference: str | None, customer_id: UUID
) -> None:
    """Somebody who was merged, or whose card was: their sales go to the living card."""
    assert reference is not None, "asked for by reference"
    merchant_id = club.merchant_id
    holder = living.resolve(session, merchant_id=merchant_id, customer_id=customer_id)
    found.customers[reference] = holder
    cards = lookup.cards_of(session, merchant_id=merchant_id, customer_ids=[holder])
    row = session.execute(
        sa.select(Card.id, Card.blocked_at).where(
            Card.merchant_id == merchant_id,
            Card.program_id == club.program_id,
            Card.id.in_(cards.get(holder, [])),
        )
    ).first()
    if row is not None:
        found.cards[holder] = row.id
        if row.blocked_at is not None:
            found.blocked.add(holder)
