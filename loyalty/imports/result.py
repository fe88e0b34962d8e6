"""How an import went, in numbers, and the refused rows as a file."""

import csv
import resource
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from loyalty.imports.verdict import Sorted

_STATUS = Path("/proc/self/status")
_KIB, _MIB, _MILLION = 1024, 1024 * 1024, 1_000_000


@dataclass(frozen=True, slots=True)
class ImportResult:
    """rows = accepted + refused + no_customer + replayed.

    `sales` are those of the accepted rows; None for a file of customers.
    """

    rows: int
    accepted: int
    refused: int
    no_customer: int
    replayed: int
    milliseconds: int
    peak_bytes: int
    ignored_columns: tuple[str, ...] = ()
    sales: int | None = None
    import_ref: str | None = None  # by which it is undone; None where it brought no sale

    def __post_init__(self) -> None:
        parts = self.accepted + self.refused + self.no_customer + self.replayed
        assert self.rows == parts, "every row is counted once"

    def as_dict(self) -> dict[str, int | float]:
        """The answer of `--json`."""
        return {
            "rows": self.rows,
            **({} if self.sales is None else {"sales": self.sales}),
            "accepted": self.accepted,
            "refused": self.refused,
            "no_customer": self.no_customer,
            "replayed": self.replayed,
            "seconds": self.milliseconds / 1000,
            "peak_mb": round(self.peak_bytes / _MIB, 1),
        }


@dataclass(slots=True)
class Count:
    """The rows of an import under way, and since when."""

    rows: int = 0
    accepted: int = 0
    refused: int = 0
    no_customer: int = 0
    replayed: int = 0
    sales: int | None = None
    ignored: tuple[str, ...] = ()
    began_ns: int = field(default_factory=time.monotonic_ns)

    def add(self, found: Sorted) -> None:
        """Count a batch."""
        self.sales = (self.sales or 0) + len(found.taken)
        self.accepted += sum(len(basket.rows) for basket in found.baskets)
        self.refused += len(found.refused)
        self.replayed += found.replayed

    def result(self) -> ImportResult:
        """What has been counted, with the time and memory it took."""
        return ImportResult(
            rows=self.rows,
            accepted=self.accepted,
            refused=self.refused,
            no_customer=self.no_customer,
            replayed=self.replayed,
            milliseconds=(time.monotonic_ns() - self.began_ns) // _MILLION,
            peak_bytes=peak_bytes(),
            ignored_columns=self.ignored,
            sales=self.sales,
        )


def peak_bytes() -> int:
    """The most memory that this process has held.

    Linux: of this program alone. The resource call would also count what the process was before
    it became this program (getrusage(2) keeps the peak over exec).
    """
    if _STATUS.exists():
        for line in _STATUS.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * _KIB
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * _KIB


def write_errors(path: Path, refusals: Iterable[tuple[int, str, str]]) -> None:
    """The refused rows with line, column and reason; written whole or not at all."""
    draft = path.with_name(path.name + ".part")
    with draft.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["line", "column", "reason"])
        writer.writerows(refusals)
    draft.replace(path)
