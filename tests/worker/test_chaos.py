"""The rig in its short form; in full it is `python -m tests.chaos`."""

import pytest

from tests.chaos.rig import Plot, play
from tests.rigs import postgres


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_workers_that_are_killed_while_they_send_double_nobody_and_lose_nobody(engine, tmp_path):
    url = f"sqlite:///{tmp_path / 'loyalty.sqlite3'}"
    if engine == "postgresql":
        url = postgres.shared().create_database()
    found = play(Plot(url, tmp_path, people=150, kills=6))
    assert found.is_good, str(found)
    assert found.kills == 6
