"""What the model of one card is made of: its rules, lots, sales and prizes; see model."""

import calendar
from dataclasses import dataclass
from datetime import date


class Refusal(Exception):
    """The contract says no; `code` is the public one."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


@dataclass(eq=False)  # two lots alike are still two
class Lot:
    """Units that came together; `lost` of them expired.

    They may be used from `ready` on. With `slides` they live so many months after a visit that is
    later than `since`; the last day moves along.
    """

    left: int
    last_day: date | None
    ready: date = date.min
    slides: int | None = None
    since: date = date.min
    grace: bool = False
    lost: int = 0

    def is_over(self, today):
        return self.last_day is not None and today > self.last_day

    def visited(self, on):
        if self.slides and on > self.since:
            self.last_day = max(self.last_day, months_later(on, self.slides))


@dataclass
class Sale:
    """What was sold, in minor units or pieces, and what of it was refunded."""

    sold: int
    on: date = date.min
    refunded: int = 0
    voided: bool = False
    gave: int = 0  # in millionths, when it was recorded
    allowed: int | None = None  # what the cap of its day left
    lot: Lot | None = None
    covered: int = 0  # refunded units that had expired


@dataclass
class Prize:
    """A redemption: what it took from which lots."""

    takes: list
    last_day: date | None
    filled: bool = False
    state: str = "reserved"

    def is_over(self, today):
        return self.state == "reserved" and self.last_day is not None and today > self.last_day


@dataclass
class Rules:
    """`per` minor units (or pieces) give one unit; with `fills` full cards become vouchers.

    Units last `months` (kind rolling, month_end or inactivity) and wait `wait_days`. A sale of at
    least `double_from` gives twice as much; caps are in units.
    """

    per: int
    cost: int
    months: int | None = None
    kind: str = "rolling"
    wait_days: int = 0
    voucher_days: int | None = None
    fills: bool = False
    double_from: int | None = None
    cap_visit: int | None = None
    cap_day: int | None = None
    debt: str = "carry"


def months_later(on, months):
    if months is None:
        return None
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return date(year, month + 1, min(on.day, calendar.monthrange(year, month + 1)[1]))
