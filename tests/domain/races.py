"""Eight at once: threads that start on one signal, and what became of each."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy.exc import IntegrityError

from loyalty.core.errors import LoyaltyError

THREADS = 8


def at_once(act):
    """Call act(0) … act(7) together; how often it was "done", "replayed", or refused by which code.

    Two that break the same unique index at once: the database itself refuses the second, and the
    doors answer that as state_conflict.
    """
    ready = threading.Barrier(THREADS)

    def one(number):
        ready.wait(timeout=30)
        try:
            answer = act(number)
        except LoyaltyError as refusal:
            return refusal.code
        except IntegrityError:
            return "state_conflict"
        return "replayed" if getattr(answer, "replayed", False) else "done"

    with ThreadPoolExecutor(THREADS) as pool:
        return Counter(pool.map(one, range(THREADS)))
