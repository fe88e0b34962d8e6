"""The one place that asks what time it is."""

from datetime import UTC, datetime


def now() -> datetime:
    """The current moment, aware, in UTC. Only edges call it; operations are given `at`."""
    return datetime.now(UTC)


def rfc3339(at: datetime) -> str:
    """A moment as JSON carries it: UTC, to the microsecond where there is one, with Z."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
