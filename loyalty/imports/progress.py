"""A bar on a terminal: how many rows are done, and how fast."""

import time
from typing import TextIO

_WIDTH = 24
_REDRAW_EVERY_NS = 200_000_000
_SECOND_NS = 1_000_000_000


class Bar:
    """Call it with what is done and the total (0 while nobody knows it); close it at the end.

    Where the stream is no terminal nothing is drawn: logs stay readable.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_drawn = stream.isatty()
        self._began_ns = time.monotonic_ns()
        self._drawn_ns = 0

    def __call__(self, done: int, total: int) -> None:
        """Draw, at most five times a second and once more when all is done."""
        now_ns = time.monotonic_ns()
        is_due = now_ns - self._drawn_ns >= _REDRAW_EVERY_NS or done == total
        if self._is_drawn and is_due:
            self._drawn_ns = now_ns
            self._stream.write("\r" + self._line(done, total, now_ns) + "\x1b[K")
            self._stream.flush()

    def close(self) -> None:
        """Leave the last state on a line of its own."""
        if self._is_drawn and self._drawn_ns:
            self._stream.write("\n")
            self._stream.flush()

    def _line(self, done: int, total: int, now_ns: int) -> str:
        spent_ns = max(1, now_ns - self._began_ns)
        speed = f"{done * _SECOND_NS // spent_ns:,}/s"
        if not total:
            return f"{done:,} … {speed}"
        full = done * _WIDTH // total
        bar = "█" * full + "░" * (_WIDTH - full)
        return f"{bar} {done * 100 // total:3d}%  {done:,} / {total:,}  {speed}"
