"""The floor under everything: what the database itself refuses, and that a write begins at once."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from loyalty.core.sqlite import sqlite_module
from loyalty.ledger.models import Lot


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_write_has_its_turn_from_its_first_word_on(shop, engine):
    """Else two could read the same balance, and the second to write would be refused too late."""
    path = shop.database.settings.database_url.removeprefix("sqlite:///")
    stranger = sqlite_module().connect(path, timeout=0, isolation_level=None)
    try:
        with shop.database.write() as session:
            session.execute(sa.text("SELECT 1"))
            with pytest.raises(sqlite_module().OperationalError, match="locked"):
                stranger.execute("BEGIN IMMEDIATE")
        stranger.execute("BEGIN IMMEDIATE")
    finally:
        stranger.close()


def move_the_end(shop, days):
    with shop.database.write() as session:
        lot = session.execute(sa.select(Lot)).scalars().one()
        assert lot.expires_at is not None
        lot.expires_at += timedelta(days=days)


def test_a_lot_never_ends_earlier_whoever_asks(shop):
    shop.visit(shop.card(), 1_000)
    move_the_end(shop, 1)
    with pytest.raises(IntegrityError):
        move_the_end(shop, -1)
    with pytest.raises(IntegrityError), shop.database.write() as session:
        session.execute(sa.update(Lot).values(is_pending=True))
