"""Months in which files, tills and people who change their minds get in each other's way."""

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from loyalty.core.errors import LoyaltyError
from loyalty.core.ids import ref
from loyalty.counter.models import Visit
from loyalty.imports import listing
from loyalty.imports.undo import run_undo
from tests.builders import NOW, STAMPS, Shop
from tests.club import CLUB
from tests.domain.import_desk import Desk
from tests.domain.test_import_returns import HEAD, in_order
from tests.programs import with_changes

OPENED_AT = NOW - timedelta(days=500)
PROGRAMS = {
    "levels and a cause": CLUB,
    "debts are written off": with_changes(CLUB, debt="clamp"),
    "debts are refused": with_changes(CLUB, debt="block"),
    "stamps": STAMPS,
}
DEEDS = 30


class Months:
    """A shop whose till and whose files speak of the same few customers."""

    def __init__(self, desk: Desk, program: str, seed: int) -> None:
        self.desk, self.program, self.dice = desk, program, random.Random(seed)
        self.day = OPENED_AT + timedelta(days=2)
        self.rows: list[str] = []
        self.cards = [
            desk.shop.card(program, at=OPENED_AT, external_ref=f"c{number}") for number in range(3)
        ]

    def live(self) -> int:
        """One deed after the other; how many were not refused."""
        deeds: list[Callable[[], object]] = [
            *(self.bring_file, self.bring_file, self.visit, self.visit, self.refund),
            *(self.void, self.redeem, self.undo),
        ]
        done = 0
        for _ in range(DEEDS):
            self.day += timedelta(days=self.dice.randrange(1, 20))
            try:
                self.dice.choice(deeds)()
                done += 1
            except LoyaltyError:
                continue
            in_order(self.desk)
        return done

    def bring_file(self) -> None:
        """A file with new rows and some old ones, goods that came back among them."""
        fresh = [self._row() for _ in range(self.dice.randrange(1, 8))]
        old = self.dice.sample(self.rows, min(len(self.rows), 3))
        self.rows += fresh
        path = self.desk.file(*fresh, *old, head=HEAD)
        self.desk.run(path, self.program, at=self.day)

    def _row(self) -> str:
        dice = self.dice
        on = (self.day - timedelta(days=dice.randrange(60))).date()
        who, product = f"c{dice.randrange(5)}", dice.choice(["a", "b"])
        receipt = dice.choice(["", f"{who}-{dice.randrange(12)}"])
        cents, sign = dice.randrange(1, 30_000), "-" if dice.random() < 0.3 else ""
        pieces = f"{sign}{dice.randrange(1, 4)}"
        amount = f"{sign}{cents // 100}.{cents % 100:02d}"
        return f"{who},{on},{amount},{receipt},{product},,{pieces},coffee"

    def visit(self) -> None:
        """Somebody pays at the till."""
        cents = self.dice.randrange(100, 40_000)
        self.desk.shop.visit(self.dice.choice(self.cards), cents, at=self.day)

    def refund(self) -> None:
        """Part of any visit is given back at the till."""
        self.desk.shop.refund(self._any_visit(), self.dice.randrange(1, 2_000), at=self.day)

    def void(self) -> None:
        """Any visit should not have been."""
        self.desk.shop.void(self._any_visit(), at=self.day)

    def redeem(self) -> None:
        """Somebody takes a reward."""
        reward = "free-coffee" if self.program == "stamps" else "breakfast"
        self.desk.shop.reserve(self.dice.choice(self.cards), reward, at=self.day)

    def undo(self) -> None:
        """Any import is taken back."""
        merchant = ref("mer", self.desk.shop.merchant_id)
        database = self.desk.shop.database
        with database.read() as session:
            found = listing.listed(session, merchant_ref=merchant)
        if found:
            which = self.dice.choice(found).ref
            run_undo(database, merchant_ref=merchant, import_ref=which, at=self.day)

    def _any_visit(self) -> str:
        with self.desk.shop.database.read() as session:
            found = session.execute(sa.select(Visit.id).order_by(Visit.id)).scalars().all()
        return ref("vis", self.dice.choice(found)) if found else "vis_none"


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("seed", range(2))
def test_the_books_stay_in_order_and_told_again_they_are_the_same(
    shop: Shop, tmp_path: Path, program: str, seed: int
) -> None:
    desk = Desk(shop, tmp_path)
    shop.programs.pop("stamps")
    shop.program(program, PROGRAMS[program], at=OPENED_AT)
    assert Months(desk, program, seed).live() > DEEDS // 2
