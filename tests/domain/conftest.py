"""Domain tests run on both engines."""

import pytest


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    """Once on each engine."""
    return str(request.param)
