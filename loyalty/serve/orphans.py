"""How a child notices that its parent has gone, however it went: nobody holds the pipe any more."""

import contextlib
import os
import signal
import threading

_STDIN = 0  # the parent holds the other end and never writes


def end_with_parent(pid: int) -> None:
    """Ask process `pid` to end (SIGTERM) as soon as the parent of this family is no more."""
    threading.Thread(target=_watch, args=(pid,), name="orphans", daemon=True).start()


def _watch(pid: int) -> None:
    with contextlib.suppress(OSError):
        while os.read(_STDIN, 1):
            pass
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
