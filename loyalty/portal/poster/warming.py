"""What draws posters is large: it is read while somebody chooses which one they want."""

import threading

from loyalty.portal.poster import sheets

WAIT_S = 0.2  # the page that they look at meanwhile goes first
_begun = threading.Event()


def begin() -> None:
    """Read it beside the requests, once a process; whoever asks for a poster meanwhile waits."""
    if _begun.is_set():
        return
    _begun.set()
    reading = threading.Timer(WAIT_S, sheets.warm)
    reading.name, reading.daemon = "posters", True
    reading.start()
