"""Few requests at work, many being read: nobody slow keeps the others waiting."""

import threading
import time
from io import BytesIO

import pytest

from loyalty.serve import turnstile
from loyalty.serve.turnstile import Turnstile


class Application:
    """Counts how many are in it at once; each stays until it is let go."""

    def __init__(self) -> None:
        self.inside, self.most, self.heard = 0, 0, []
        self.go, self._lock = threading.Event(), threading.Lock()

    def __call__(self, environ, start_response):
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        self.heard.append(environ["wsgi.input"].read())
        self.go.wait(5)
        with self._lock:
            self.inside -= 1
        return [b"done"]


def request(body=b""):
    return {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}


def sent(gate, count):
    """So many requests at once, each from a thread of its own."""
    threads = [threading.Thread(target=gate, args=(request(), None)) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads


def until(condition):
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_two_work_and_the_others_wait_for_their_turn(monkeypatch):
    monkeypatch.setattr(turnstile, "WAIT_S", 5)
    application = Application()
    threads = sent(Turnstile(application), 6)
    until(lambda: application.inside == 2)
    time.sleep(0.05)
    application.go.set()
    for thread in threads:
        thread.join(5)
    assert (application.most, application.inside, len(application.heard)) == (2, 0, 6)


def test_two_long_ones_hold_nobody_up_for_long(monkeypatch):
    monkeypatch.setattr(turnstile, "WAIT_S", 0.02)
    application = Application()
    threads = sent(Turnstile(application), 3)
    until(lambda: application.inside == 3)
    application.go.set()
    for thread in threads:
        thread.join(5)
    assert application.inside == 0


def test_a_place_comes_back_from_a_request_that_failed():
    def broken(_environ, _start_response):
        raise RuntimeError("a fault")

    gate = Turnstile(broken, at_work=1)
    for _ in range(3):
        with pytest.raises(RuntimeError, match="a fault"):
            gate(request(), None)


def test_a_slow_body_is_read_before_anybody_makes_place_for_it(monkeypatch):
    monkeypatch.setattr(turnstile, "WAIT_S", 5)
    application = Application()
    application.go.set()
    gate, may_end = Turnstile(application, at_work=1), threading.Event()

    class Slow(BytesIO):
        def read(self, *size):
            may_end.wait(5)
            return super().read(*size)

    slow = threading.Thread(
        target=gate, args=({"wsgi.input": Slow(b"slow"), "CONTENT_LENGTH": "4"}, None)
    )
    slow.start()
    assert gate(request(b"quick"), None) == [b"done"]
    may_end.set()
    slow.join(5)
    assert application.heard == [b"quick", b"slow"]
