"""What benches stand on is tried on both engines."""

from tests.domain.conftest import engine

__all__ = ["engine"]
