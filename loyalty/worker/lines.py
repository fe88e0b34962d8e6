"""So many lines to the mail server, each in a thread: letters go in, what came of them out."""

import os
import queue
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from loyalty.core.line import LAST_ANSWER_S_MAX, Line, Said
from loyalty.core.smtp import Server

_CLOSE_S = 2
_TOGETHER_S = 0.01  # so long one that has ended waits for others, to share a commit
_NICE = 10  # letters wait rather than tills


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to send: `write` makes its bytes, in the thread that sends it."""

    id: UUID
    domain: str
    sender: str
    to: str
    write: Callable[[], bytes]


class Lines:
    """The lines of one worker; its methods are for the one thread that leads them.

    Without a server every letter counts as kept: it can be read, and goes nowhere.
    """

    def __init__(
        self,
        server: Server | None,
        *,
        own_name: str,
        size: int,
        last_answer_s: float = LAST_ANSWER_S_MAX,
    ) -> None:
        self.size = size
        self.busy: dict[UUID, str] = {}  # the domain of each letter on its way
        self._server, self._own_name, self._last_answer_s = server, own_name, last_answer_s
        self._todo: queue.SimpleQueue[Letter | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[tuple[UUID, Said]] = queue.SimpleQueue()
        self._is_free = threading.Event()
        self._is_free.set()
        self._threads = [
            threading.Thread(target=self._work, name=f"line-{number}", daemon=True)
            for number in range(size)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def room(self) -> int:
        """How many more letters may be on their way: two for each line, so that none waits."""
        return 2 * self.size - len(self.busy)

    def has_room_for(self, domain: str, more: int) -> bool:
        """Whether one may go to that domain beside `more` others: no receiver gets every line."""
        most = 2 * max(1, self.size * 3 // 4)
        return list(self.busy.values()).count(domain) + more < most

    def send(self, letter: Letter) -> None:
        """Let the next free line send it."""
        self.busy[letter.id] = letter.domain
        self._todo.put(letter)

    def came(self, *, wait_s: float) -> list[tuple[UUID, Said]]:
        """What has come of letters, those of several where they end together."""
        found: list[tuple[UUID, Said]] = []
        try:
            found.append(self._done.get(timeout=wait_s))
            while len(found) < self.size:
                found.append(self._done.get(timeout=_TOGETHER_S))
        except queue.Empty:
            pass  # whatever else comes, comes next time
        for key, _ in found:
            del self.busy[key]
        return found

    @contextmanager
    def still(self) -> Iterator[None]:
        """No line begins anything while the block runs.

        For whoever holds the database: with eight lines at work it would wait for the interpreter
        at each statement, and every till would wait for it.
        """
        self._is_free.clear()
        try:
            yield
        finally:
            self._is_free.set()

    def close(self) -> None:
        """Say goodbye to the server, unless it takes long."""
        for _ in self._threads:
            self._todo.put(None)
        for thread in self._threads:
            thread.join(_CLOSE_S)

    def _work(self) -> None:
        _step_back()
        line = (
            Line(self._server, own_name=self._own_name, last_answer_s=self._last_answer_s)
            if self._server
            else None
        )
        while (letter := self._todo.get()) is not None:
            self._done.put((letter.id, self._send(line, letter)))
        if line is not None:
            line.close()

    def _send(self, line: Line | None, letter: Letter) -> Said:
        if line is None:
            return Said("sent", "kept")
        self._is_free.wait()
        try:
            message = letter.write()
        except Exception as error:  # noqa: BLE001  # one letter that cannot be made stops no other
            return Said("failed", type(error).__name__[:20])
        self._is_free.wait()
        return line.send(message, sender=letter.sender, to=letter.to)


def _step_back() -> None:
    """This thread takes what the others leave; only Linux knows a thread's own priority."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
