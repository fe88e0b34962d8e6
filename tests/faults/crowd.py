"""Eight tills that never stop: each sends visits and remembers what it sent and was told."""

import http.client
import itertools
import json
import random
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Self

from bench.cast import Counter

TILLS = 8
PAID_MINOR = 100  # one point a visit, so that the points count the visits
_PATIENCE_S = 15


@dataclass
class Notes:
    """Every key that was sent with the card it was for, and every answer that came back."""

    sent: dict[str, str] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)
    odd: list[str] = field(default_factory=list)

    @property
    def unknown(self) -> list[str]:
        """Keys whose answer never came."""
        return [key for key in self.sent if key not in self.told]


@dataclass(frozen=True)
class Told:
    """An answer: its status, its body, and whether it was given before."""

    status: int
    body: Any
    replayed: bool


def send(connection: http.client.HTTPConnection, counter: Counter, key: str, code: str) -> Told:
    """One visit."""
    body = {"scan": code, "amount": {"amount_minor": PAID_MINOR, "currency": "EUR"}}
    headers = {
        "Authorization": f"Bearer {counter.key}",
        "Content-Type": "application/json",
        "Idempotency-Key": key,
    }
    connection.request("POST", "/api/v1/visits", json.dumps(body), headers)
    answer = connection.getresponse()
    said = json.loads(answer.read())
    return Told(answer.status, said, answer.getheader("Idempotent-Replay") == "true")


class Crowd:
    """The tills of one round; they go on through errors until they are told to stop."""

    _numbers = itertools.count(1)

    def __init__(self, counter: Counter, port: int, notes: Notes) -> None:
        self._counter, self._port, self._notes = counter, port, notes
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._work) for _ in range(TILLS)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while not self._stop.is_set():
            with closing(self._connect()) as connection:
                self._serve(connection)

    def _serve(self, connection: http.client.HTTPConnection) -> None:
        """Until told to stop, or until the connection breaks: then nobody knows whether the visit
        was recorded, and a till would ask again with the same key.
        """
        while not self._stop.is_set():
            key = f"till-{next(self._numbers)}"
            code = random.choice(self._counter.codes)
            self._notes.sent[key] = code
            try:
                told = send(connection, self._counter, key, code)
            except (OSError, http.client.HTTPException, ValueError):
                time.sleep(0.02)
                return
            self._note(key, told)

    def _note(self, key: str, told: Told) -> None:
        if told.status == 201 and not told.replayed:
            self._notes.told[key] = told.body
        else:
            self._notes.odd.append(f"{key}: {told}")

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self._port, timeout=_PATIENCE_S)
