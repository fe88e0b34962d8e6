"""Where members of a real file of sales stand at three dates, beside the slow calculation."""

from datetime import timedelta

import sqlalchemy as sa

from bench import oracle, real_shop
from bench.figures import differing
from bench.naive import Naive, by_customer
from bench.oracle import Tally
from loyalty.analytics import past
from loyalty.core.ids import parse_ref
from loyalty.customers.models import Customer

DAYS_BEFORE_THE_END = (0, 60, 150)


def compare(environment: dict[str, str], merchant: str, tally: Tally) -> list[str]:
    """Say for each date whether all states agree; the faults found."""
    end = oracle.last_day(tally.purchases)
    days = [end - timedelta(days=back) for back in DAYS_BEFORE_THE_END]
    slow = Naive(by_customer((one.customer, one.on) for one in tally.purchases))
    merchant_id = parse_ref("mer", merchant)
    assert merchant_id is not None
    with real_shop.opened(environment) as database, database.read() as session:
        known = past.read(session, merchant_id=merchant_id)
        names = sa.select(Customer.id, Customer.external_ref)
        rows = session.execute(names.where(Customer.merchant_id == merchant_id))
        called = {row.id: row.external_ref for row in rows}
    found = [differing(known, slow, day, called.__getitem__) for day in days]
    for day, fault in zip(days, found, strict=True):
        print(f"  states of {len(slow.states(day))} members on {day}: {fault or 'agree'}")
    return [fault for fault in found if fault]
