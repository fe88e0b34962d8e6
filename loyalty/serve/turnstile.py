"""A turnstile before the application: few requests at work, though many are being read or sent.

Python runs one thread at a time. Eight that all want to cost each page twice its time in handing
over; two keep the processor busy and are done sooner. A slow phone holds no place: what it sends is
read before, and answers are whole before they are sent.
"""

import threading
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

AT_WORK = 2
WAIT_S = 0.5  # then a request goes in anyway: something long may hold both places
_READ_MAX = 64 * 1024  # larger bodies are few, and are read at work
Environ = dict[str, Any]
Wsgi = Callable[[Environ, Any], Iterable[bytes]]


class Turnstile:
    """Lets so many requests of a process work at once."""

    def __init__(self, application: Wsgi, at_work: int = AT_WORK) -> None:
        self._application = application
        self._places = threading.BoundedSemaphore(at_work)

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """The application's answer."""
        _read(environ)
        has_place = self._places.acquire(timeout=WAIT_S)
        try:
            return self._application(environ, start_response)
        finally:
            if has_place:
                self._places.release()


def _read(environ: Environ) -> None:
    """Take a body of known size into memory; one that is cut short stays as short."""
    length = environ.get("CONTENT_LENGTH") or "0"
    if length.isascii() and length.isdigit() and 0 < int(length) <= _READ_MAX:
        environ["wsgi.input"] = BytesIO(environ["wsgi.input"].read(int(length)))
