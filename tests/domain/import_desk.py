"""Aurora at her computer with files of sales, for the tests of imports."""

import csv
import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from bench import oracle, real_shop
from loyalty.core.ids import ref
from loyalty.imports.order import Order
from loyalty.imports.result import ImportResult
from loyalty.imports.sales import run_import
from tests.builders import NOW, Shop

HEAD = "customer,occurred_at,amount,external_ref"


class Desk:
    """Aurora at her computer, with files to import."""

    def __init__(self, shop: Shop, folder: Path) -> None:
        self.shop = shop
        self.folder = folder

    def file(self, *rows: str, head: str = HEAD, name: str = "sales.csv") -> Path:
        path = self.folder / name
        path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
        return path

    def order(self, path: Path, program: str = "points", **more: object) -> Order:
        plain = Order(ref("mer", self.shop.merchant_id), path, self.shop.programs[program])
        return replace(plain, **more)

    def run(self, path: Path, program: str = "points", *, at: datetime = NOW, **more: object):
        return run_import(self.shop.database, order=self.order(path, program, **more), at=at)

    def rows(self, *rows: str, head: str = HEAD, **more: object) -> ImportResult:
        return self.run(self.file(*rows, head=head), **more)

    def ask(self, query: str) -> list[tuple[object, ...]]:
        with self.shop.database.read() as session:
            return [tuple(row) for row in session.execute(sa.text(query))]

    def held(self, program: str = "points") -> dict[str, oracle.Due]:
        return real_shop.holdings(
            self.shop.database,
            ref("mer", self.shop.merchant_id),
            self.shop.programs[program],
        )

    def balance(self, customer: str, program: str = "points") -> int:
        return self.held(program)[customer].balance

    def everything(self) -> dict[str, str]:
        return real_shop.fingerprint(self.shop.database, ref("mer", self.shop.merchant_id))


def counts(result: ImportResult) -> tuple[int, int, int, int]:
    return result.accepted, result.refused, result.no_customer, result.replayed


def written(path: Path, seed: int, rows: int = 400) -> Path:
    """A shuffled file of two years: regulars and strangers, free items, returns, equal rows."""
    dice = random.Random(seed)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["customer", "occurred_at", "amount", "external_ref", "quantity", "item"])
        for number in range(rows):
            who = f"c{min(int(dice.expovariate(0.2)), 30)}" if dice.random() > 0.05 else ""
            on = date(2024, 11, 1) + timedelta(days=dice.randrange(700))
            at = dice.choice([on.isoformat(), f"{on}T{dice.randrange(24):02d}:15:00"])
            cents = dice.choice([0, 130, 130, 1240, dice.randrange(100_000), -dice.randrange(900)])
            shared = f"r{dice.randrange(rows * 3)}" if dice.random() > 0.4 else ""
            sign = "-" if cents < 0 else ""
            amount = f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"
            pieces = dice.choice(["", "1", "2", "-1"][: 3 + number % 2])
            if cents < 0:
                pieces = dice.choice(["", "-1", "-2"])
            row = [who, at, amount, shared, pieces, dice.choice(["", "", "cornetto", "torta"])]
            writer.writerow(row)
            if dice.random() > 0.95:
                writer.writerow(row)
    return path
