"""The paper of conventions names tests that exist, for each of the thirty rows."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAPER = (ROOT / "docs/conventions.md").read_text()
ROWS = re.findall(r"^\| (\d+) \|.*\|(.*)\|$", PAPER, re.MULTILINE)


def test_there_are_thirty_in_their_order() -> None:
    assert [int(number) for number, _ in ROWS] == list(range(1, 31))


@pytest.mark.parametrize(("number", "tests"), ROWS, ids=[number for number, _ in ROWS])
def test_each_names_a_test_that_exists(number: str, tests: str) -> None:
    named = re.findall(r"`(tests/\w+/\w+\.py)::(\w+)`", tests)
    assert named, f"row {number} names no test"
    for path, name in named:
        assert f"def {name}(" in (ROOT / path).read_text(), f"row {number}: {name} is gone"
