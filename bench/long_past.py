"""Cards with a long and a short past, imported as a shop would bring them."""

import csv
import tempfile
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from loyalty.cards.models import Card, CardToken
from loyalty.core import clock
from loyalty.core.db import Database
from loyalty.core.ids import ref
from loyalty.customers.models import Customer
from loyalty.imports.order import Order
from loyalty.imports.sales import run_import

DAYS = 300
SHORT_CARDS, SHORT_ENTRIES = 200, 10


def make(database: Database, merchant_id: UUID, entries: int) -> tuple[str, list[str]]:
    """The code of a card with so many entries, and those of SHORT_CARDS with SHORT_ENTRIES each."""
    shorts = [f"short-{number}" for number in range(SHORT_CARDS)]
    with tempfile.TemporaryDirectory(prefix="loyalty-bench-") as folder:
        path = Path(folder) / "sales.csv"
        _write(path, {"long": entries, **dict.fromkeys(shorts, SHORT_ENTRIES)})
        run_import(database, order=Order(ref("mer", merchant_id), path), at=clock.now())
    codes = _codes(database, merchant_id)
    return codes["long"], [codes[name] for name in shorts]


def _write(path: Path, sales: dict[str, int]) -> None:
    began = clock.now() - timedelta(days=DAYS)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("customer", "occurred_at", "amount", "external_ref"))
        for who, count in sales.items():
            for number in range(count):
                at = began + timedelta(days=DAYS) * number / count
                rows.writerow((who, at.isoformat(), "2.60", f"{who}-{number}"))


def _codes(database: Database, merchant_id: UUID) -> dict[str, str]:
    """The code of each imported customer's card."""
    query = sa.select(Customer.external_ref, CardToken.code).where(
        Customer.merchant_id == merchant_id,
        Customer.external_ref.is_not(None),
        Card.merchant_id == merchant_id,
        Card.customer_id == Customer.id,
        CardToken.merchant_id == merchant_id,
        CardToken.card_id == Card.id,
    )
    with database.read() as session:
        return {row.external_ref: row.code for row in session.execute(query)}
