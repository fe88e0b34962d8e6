"""`pulse.take`: after each night, how many different members came in the four weeks before."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from loyalty.analytics import pulses
from loyalty.core.calendar import local_day
from loyalty.core.db import Database
from loyalty.merchants.models import Merchant
from loyalty.worker.registry import Beat


def run(database: Database, *, payload: dict[str, Any], at: datetime, beat: Beat) -> None:  # noqa: ARG001  # time says it all
    """Count for every shop what is missing up to its yesterday; mostly that is one day or none."""
    with database.read() as session:
        shops = session.execute(sa.select(Merchant.id, Merchant.timezone)).all()
    for merchant_id, timezone in shops:
        last_on = local_day(at, timezone) - timedelta(days=1)
        with database.read() as session:
            wanted = pulses.missing(session, merchant_id=merchant_id, last_on=last_on)
        for day in wanted:
            with database.read() as session:
                came = pulses.count(session, merchant_id=merchant_id, last_on=day)
            with database.write() as session:
                pulses.keep(session, merchant_id=merchant_id, came=came)
            beat()
