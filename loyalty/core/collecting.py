"""Garbage collection while a process starts: what is made then stays, and need not be searched."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """No collection inside the block, and afterwards none of what is there by then.

    Python would search the hundreds of thousands of objects of modules, tables and schemas again
    and again while they come, and in every full collection later, in the middle of a sale.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
