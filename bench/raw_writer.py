"""One raw writer on SQLite, as durable as the product: what the file itself takes in a second.

A connection of its own and one thread: the least that an accrual could be. It finds a card, moves
its balance, and adds an operation and an entry.
"""

import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from loyalty.core.sqlite import sqlite_module, wal_is_safe

CARDS = 2_000
SCHEMA = """
    CREATE TABLE card (id INTEGER PRIMARY KEY, code TEXT UNIQUE, balance INTEGER, moves INTEGER);
    CREATE TABLE operation (id BLOB PRIMARY KEY, key BLOB UNIQUE, card INTEGER, answer TEXT);
    CREATE TABLE entry (id BLOB PRIMARY KEY, operation BLOB, card INTEGER, units INTEGER);
    CREATE INDEX ix_entry_card ON entry (card, id);
"""
ANSWER = "x" * 1_000  # about as much as a receipt


def open_file(path: Path) -> Any:
    """A new file with cards in it, and a connection set up as the product's."""
    module = sqlite_module()
    connection = module.connect(str(path), isolation_level=None)
    connection.execute(f"PRAGMA journal_mode={'WAL' if wal_is_safe(module) else 'DELETE'}")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA cache_size=-32000")
    connection.executescript(SCHEMA)
    connection.execute("BEGIN")
    rows = [(number, str(number), 0, 0) for number in range(CARDS)]
    connection.executemany("INSERT INTO card VALUES (?, ?, ?, ?)", rows)
    connection.execute("COMMIT")
    return connection


def run(connection: Any, *, seconds: int) -> float:
    """One round; how many accruals a second."""
    began, done = time.monotonic(), 0
    while (took := time.monotonic() - began) < seconds:
        _accrue(connection, str(done % CARDS))
        done += 1
    return done / took


def _accrue(connection: Any, code: str) -> None:
    operation = uuid4().bytes
    connection.execute("BEGIN IMMEDIATE")
    card = connection.execute("SELECT id FROM card WHERE code = ?", (code,)).fetchone()[0]
    connection.execute(
        "UPDATE card SET balance = balance + 1, moves = moves + 1 WHERE id = ?", (card,)
    )
    connection.execute(
        "INSERT INTO operation VALUES (?, ?, ?, ?)", (operation, uuid4().bytes, card, ANSWER)
    )
    connection.execute("INSERT INTO entry VALUES (?, ?, ?, 1)", (uuid4().bytes, operation, card))
    connection.execute("COMMIT")
