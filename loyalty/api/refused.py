"""A refused scan is kept, in a small write of its own after the refused one was rolled back."""

from collections.abc import Iterator
from contextlib import contextmanager

from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import LoyaltyError, Refused, Unknown
from loyalty.counter import refusals
from loyalty.web import guard


@contextmanager
def kept(act: str, scan: str | None) -> Iterator[None]:
    """Keep who tried what and why it was refused; the refusal itself goes on."""
    try:
        yield
    except (Refused, Unknown) as error:
        _keep(act, scan, error)
        raise


def _keep(act: str, scan: str | None, error: LoyaltyError) -> None:
    with write() as session:
        refusals.keep(session, duty=guard.duty(), act=act, error=error, scan=scan, at=clock.now())
