"""Faults run against the real thing on both engines, and say so with their marker."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.rigs import postgres

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("faults")


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def installation(engine: str, tmp_path: Path) -> Iterator[Mapping[str, str]]:
    """The environment of an installation of its own, still empty."""
    if engine == "sqlite":
        yield {"LOYALTY_DATA": str(tmp_path)}
        return
    url = postgres.shared().create_database()
    yield {"LOYALTY_DATA": str(tmp_path), "DATABASE_URL": url}
    postgres.shared().drop_database(url)
