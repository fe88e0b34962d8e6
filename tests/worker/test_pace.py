"""A job of many writes leaves the database to the tills between them."""

import time

import pytest
import sqlalchemy as sa

from loyalty.worker.pace import Pace


def _took(database, *, left: int, writes: int = 3, hold_s: float = 0.02) -> float:
    pace = Pace(database, left=left)
    began = time.monotonic()
    for _ in range(writes):
        with pace.write() as session:
            session.execute(sa.text("SELECT 1"))
            time.sleep(hold_s)
    return time.monotonic() - began


@pytest.mark.parametrize("engine", ["sqlite"])
def test_on_sqlite_the_next_write_waits_for_a_multiple_of_the_last(database):
    assert _took(database, left=3) >= 3 * 0.02 + 2 * 3 * 0.02
    assert _took(database, left=3) > 2 * _took(database, left=0)


@pytest.mark.parametrize("engine", ["postgresql"])
def test_on_postgresql_nobody_waits(database):
    assert _took(database, left=50) < 50 * 0.02


def test_a_write_that_fails_still_leaves_room(database):
    pace = Pace(database)
    with pytest.raises(ValueError, match="no"), pace.write():
        raise ValueError("no")
    with pace.write() as session:
        assert session.execute(sa.text("SELECT 1")).scalar_one() == 1
