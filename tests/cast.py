"""The two shops that most tests are about: opened once, and found open by each test."""

from collections.abc import Iterable
from dataclasses import replace

from loyalty.core.db import Database
from loyalty.programs import catalogue
from tests.builders import Shop, open_shop

SHOPS = {
    "shop": {"name": "Caffè Aurora", "owner": "aurora", "cashier": "bruno"},
    "stranger": {"name": "Bar Dario", "owner": "dario", "cashier": "elio"},
}
Opened = dict[str, Shop]


def asked_for(fixtures: Iterable[str]) -> tuple[str, ...]:
    """Which of the shops are among these fixtures of a test."""
    return tuple(name for name in SHOPS if name in fixtures)


def open_all(database: Database, names: Iterable[str]) -> Opened:
    """Open these shops."""
    return {name: open_shop(database, **SHOPS[name]) for name in names}


def found(opened: Opened, name: str, database: Database) -> Shop:
    """The shop as it stands in this database, opened now if it is not there."""
    if name not in opened:
        return open_shop(database, **SHOPS[name])
    # What a process keeps of published versions it keeps by their numbers, which come again here.
    catalogue._kept.clear()
    shop = opened[name]
    return replace(shop, database=database, programs=dict(shop.programs))
