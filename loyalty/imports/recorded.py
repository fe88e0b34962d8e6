"""Reading what the shop holds already of everything that a batch of sales mentions."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards.models import Card
from loyalty.counter.models import Visit
from loyalty.customers.models import Customer
from loyalty.imports.club import Club
from loyalty.imports.models import ImportedSale
from loyalty.imports.spool import Spooled
from loyalty.imports.verdict import Recorded, RefHolder, identity
from loyalty.ledger.models import Operation

_KNOWN = sa.select(ImportedSale.identity).where(
    ImportedSale.merchant_id == sa.bindparam("merchant_id"),
    ImportedSale.program_id == sa.bindparam("program_id"),
    ImportedSale.identity.in_(sa.bindparam("wanted", expanding=True)),
)
_REFS = (
    sa.select(Visit.external_ref, Customer.external_ref.label("customer"), Operation.via)
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
        Card.id.label("card_id"),
        Card.blocked_at,
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


def read(session: Session, *, club: Club, sales: Sequence[Spooled]) -> Recorded:
    """The identities, refs, customers and cards that are there already."""
    found = Recorded()
    scope = {"merchant_id": club.merchant_id, "program_id": club.program_id}
    wanted = scope | {"wanted": [identity(one) for one in sales]}
    found.identities.update(session.execute(_KNOWN, wanted).scalars())
    refs = list({one.sale.external_ref for one in sales if one.sale.external_ref})
    for ref, customer, via in session.execute(_REFS, scope | {"wanted": refs}) if refs else ():
        assert ref is not None, "asked for by name"
        found.refs[ref] = RefHolder(customer, via == "import")
    people = list({one.sale.customer for one in sales})
    for row in session.execute(_PEOPLE, scope | {"wanted": people}):
        found.customers[row.external_ref] = row.customer_id
        if row.card_id is not None:
            found.cards[row.customer_id] = row.card_id
        if row.blocked_at is not None:
            found.blocked.add(row.customer_id)
    return found
