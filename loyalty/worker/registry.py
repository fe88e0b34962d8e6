"""Who does what: the handler of each kind of job, what comes round, who listens to which event."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from loyalty.core.db import Database
from loyalty.core.schedules import Cadence

Beat = Callable[[], None]


class Handler(Protocol):
    """Does one job; opens its own writes, many short ones rather than a long one.

    `beat()` holds the job for another while: call it between writes, at least every half minute,
    and let whatever it raises pass. A job may come twice, so doing it twice must do no harm.
    """

    def __call__(
        self, database: Database, *, payload: dict[str, Any], at: datetime, beat: Beat
    ) -> None:
        """Return when it is done; raise to have it tried again later."""


@dataclass
class Registry:
    """The kinds of job that a worker knows."""

    handlers: dict[str, Handler] = field(default_factory=dict)
    routes: dict[str, list[str]] = field(default_factory=dict)  # kind of event: kinds of job
    schedules: dict[str, Cadence] = field(default_factory=dict)  # by kind of job

    def add(
        self, kind: str, run: Handler, *, every: Cadence | None = None, on: Sequence[str] = ()
    ) -> None:
        """Let `run` do the jobs of a kind, which are made by hand, every so often, or on events.

        The payload of what comes round is `{"moment": RFC 3339}`; that of an event
        `{"merchant_id", "event_id", "kind", "facts"}`, the ids as text.
        """
        assert kind not in self.handlers, f"{kind} has a handler"
        self.handlers[kind] = run
        if every is not None:
            self.schedules[kind] = every
        for event in on:
            self.routes.setdefault(event, []).append(kind)

    def handler(
        self, kind: str, *, every: Cadence | None = None, on: Sequence[str] = ()
    ) -> Callable[[Handler], Handler]:
        """The same as a decorator."""

        def register(run: Handler) -> Handler:
            self.add(kind, run, every=every, on=on)
            return run

        return register
