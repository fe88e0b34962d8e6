"""Dates as the shops of the tests have them: late in the evening another day than that of UTC."""

from datetime import date

from loyalty.core import clock
from loyalty.core.calendar import local_day

TIMEZONE = "Europe/Rome"


def today() -> date:
    """The date in the shop just now."""
    return local_day(clock.now(), TIMEZONE)
