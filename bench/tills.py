"""Two tills that make visits one after the other, and how long each visit made them wait.

One calls the product in a thread of this process, the other asks the shipped server over HTTP.
"""

import http.client
import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import sqlalchemy as sa

from loyalty.cards import register
from loyalty.core import clock
from loyalty.core.db import Database
from loyalty.core.ids import ref
from loyalty.core.money import Money
from loyalty.counter import visits
from loyalty.counter.requests import VisitRequest, intent
from loyalty.customers import directory
from loyalty.customers.directory import Profile
from loyalty.merchants import keys
from loyalty.merchants.roles import Duty, Role, staff_duty
from loyalty.programs.models import Program

PAUSE_S = 0.02  # between two customers
AMOUNT = Money(130, "EUR")


def told(waits: Sequence[float], percent: int) -> str:
    """That percentile in milliseconds; 100 is the longest."""
    if not waits:
        return "-"
    return f"{1_000 * sorted(waits)[min(len(waits) - 1, len(waits) * percent // 100)]:.1f}"


@dataclass
class Tills:
    """Both tills of a shop; `waits` are those of the last time at work, in seconds."""

    database: Database
    duty: Duty
    port: int
    key: str
    codes: Sequence[str]
    waits: dict[str, list[float]] = field(default_factory=dict)

    @classmethod
    def open(cls, database: Database, merchant_id: UUID, port: int, cards: int) -> "Tills":
        """Tills with so many customers of their own, in the shop's one program."""
        at, duty = clock.now(), staff_duty(merchant_id, merchant_id, Role.OWNER)
        with database.write() as session:
            key = keys.create_key(session, merchant_id=merchant_id, name="t", scopes=["all"], at=at)
            one = sa.select(Program.id).where(Program.merchant_id == merchant_id)
            program = ref("prg", session.execute(one).scalar_one())
        codes = [enrol(database, duty, program) for _ in range(cards)]
        return cls(database, duty, port, key, codes)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Both make visits while the block runs; raises what went wrong at one of them."""
        stop, wrong = threading.Event(), list[BaseException]()
        self.waits = {"in process": [], "over HTTP": []}
        threads = [
            threading.Thread(target=self._serve, args=(name, visit, stop, wrong))
            for name, visit in (("in process", self._here), ("over HTTP", self._there()))
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        if wrong:
            raise wrong[0]

    def _serve(
        self,
        name: str,
        visit: Callable[[str], None],
        stop: threading.Event,
        wrong: list[BaseException],
    ) -> None:
        try:
            for code in itertools.cycle(self.codes):
                began = time.monotonic()
                visit(code)
                self.waits[name].append(time.monotonic() - began)
                if stop.wait(PAUSE_S):
                    return
        except BaseException as error:  # noqa: BLE001  # told by the thread that waits for us
            wrong.append(error)

    def _here(self, code: str) -> None:
        request = VisitRequest(scan=code, amount=AMOUNT)
        meant = intent(uuid4().hex, code)
        with self.database.write() as session:
            visits.accrue(session, duty=self.duty, request=request, intent=meant, at=clock.now())

    def _there(self) -> Callable[[str], None]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

        def visit(code: str) -> None:
            headers = {
                "Authorization": f"Bearer {self.key}",
                "Content-Type": "application/json",
                "Idempotency-Key": uuid4().hex,
            }
            body = json.dumps({"scan": code, "amount": AMOUNT.as_dict()})
            connection.request("POST", "/api/v1/visits", body, headers)
            answer = connection.getresponse()
            said = answer.read()
            assert answer.status == 201, said

        return visit

    def __str__(self) -> str:
        return "   ".join(
            f"{name} {len(waits):,} visits, p50 {told(waits, 50)}, p95 {told(waits, 95)},"
            f" max {told(waits, 100)} ms"
            for name, waits in self.waits.items()
        )


def enrol(database: Database, duty: Duty, program: str, *, birthday: str | None = None) -> str:
    """A new customer with a card in that program; its code."""
    at = clock.now()
    with database.write() as session:
        person = directory.create(
            session, merchant_id=duty.merchant_id, profile=Profile(birthday=birthday), at=at
        )
        made = register.enrol(
            session,
            duty=duty,
            customer_ref=ref("cus", person.id),
            program_ref=program,
            intent=None,
            at=at,
        )
    code: str = made.answer["code"]
    return code
