"""Files of sales in eventful days: goods that came back, lines that came later, and undoing."""

import tempfile
from pathlib import Path

from loyalty.core.ids import ref
from loyalty.imports import listing
from loyalty.imports.order import Order
from loyalty.imports.sales import run_import
from loyalty.imports.undo import run_undo

HEAD = "customer,occurred_at,amount,external_ref,sku,category,quantity"


def bring(days, *rows):
    """A file with these rows goes into the club."""
    merchant, program = ref("mer", days.shop.merchant_id), days.shop.programs[days.program]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sales.csv"
        path.write_text("\n".join([HEAD, *rows]) + "\n", "utf-8")
        order = Order(merchant, path, program_ref=program)
        return run_import(days.shop.database, order=order, at=days.at)


def some(days, one, two, much):
    """A few rows of three customers who are known by files only."""
    on = days.at.date()
    who, sign = f"f{one % 3}", "-" if two % 3 == 0 else ""
    amount, pieces = (3, 17, 45, 110)[much % 4], 1 + two % 4
    return bring(
        days,
        f"{who},{on},{sign}{amount}.50,{who}-{much % 5},cake,cake,{sign}{pieces}",
        f"{who},{on},{pieces}.20,{who}-{two % 5},coffee,coffee,{pieces}",
    )


def undo(days, which):
    """One of the files so far is taken back."""
    database, merchant = days.shop.database, ref("mer", days.shop.merchant_id)
    with database.read() as session:
        found = listing.listed(session, merchant_ref=merchant)
    if found:
        number = found[which % len(found)].ref
        run_undo(database, merchant_ref=merchant, import_ref=number, at=days.at)


def story(days):
    """A receipt in two files, a return of it, one that nobody knows, and all of that undone."""
    on = days.at.date()
    bring(days, f"f0,{on},40.50,r1,cake,cake,1", f"f0,{on},2.40,r2,coffee,coffee,2")
    bring(
        days,
        f"f0,{on},9.90,r1,cake,cake,1",
        f"f0,{on},-2.40,,coffee,coffee,-2",
        f"f0,{on},-30.00,,armchair,,-1",
    )
    undo(days, 0)
