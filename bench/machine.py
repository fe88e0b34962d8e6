"""Whose CPU time it was: ours by process tree, the machine's whole; what is left is foreign."""

import os
import resource
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
CORES = os.cpu_count() or 1
FOREIGN_MAX = 0.15  # of the whole machine; a busier round is thrown away


@dataclass(frozen=True)
class Usage:
    """What a round cost: seconds on the clock, cores kept busy by each part, the foreign share."""

    wall_s: float
    cores: Mapping[str, float]
    foreign: float

    @property
    def is_quiet(self) -> bool:
        """Whether others left the machine to us."""
        return self.foreign <= FOREIGN_MAX

    def __str__(self) -> str:
        parts = [f"{name} {cores:.2f}" for name, cores in self.cores.items()]
        return f"cores: {', '.join(parts)}; foreign {self.foreign:.0%}"


@dataclass
class Meter:
    """Counts from its making on; `roots` are our processes, each with all its children."""

    roots: Mapping[str, int]
    _started: float = field(default_factory=time.monotonic)
    _busy: float = 0.0
    _before: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._busy = busy_s()
        self._before = self._spent()

    def read(self) -> Usage:
        """What has been used since; the load generator is the child that we have waited for."""
        wall, after = time.monotonic() - self._started, self._spent()
        cores = {name: (after[name] - self._before[name]) / wall for name in after}
        busy = (busy_s() - self._busy) / wall
        return Usage(wall, cores, max(0.0, busy - sum(cores.values())) / CORES)

    def _spent(self) -> dict[str, float]:
        waited = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = {name: tree_s(root) for name, root in self.roots.items()}
        return {
            **spent,
            "generator": waited.ru_utime + waited.ru_stime,
            "bench": time.process_time(),
        }


def busy_s() -> float:
    """CPU seconds that the whole machine has worked; stolen ones count, for they are lost to us."""
    fields = Path("/proc/stat").read_text("ascii").splitlines()[0].split()[1:]
    user, nice, system, _idle, _wait, _irq, _softirq, steal = (int(field) for field in fields[:8])
    return (user + nice + system + steal) / TICKS_A_SECOND


def tree_s(root: int) -> float:
    """CPU seconds of a process, its children, and those of them that have ended."""
    return sum(_spent_by(pid) for pid in tree(root))


def queued_s(pid: int) -> float:
    """Seconds that a process was ready to go on while others had the processor."""
    nanoseconds = Path(f"/proc/{pid}/schedstat").read_text("ascii").split()[1]
    return int(nanoseconds) / 1e9


def tree(root: int) -> set[int]:
    """The ids of a process and of everything below it."""
    below: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        if (fields := _stat(int(path.parent.name))) is not None:
            below.setdefault(int(fields[1]), []).append(int(path.parent.name))
    found, waiting = set(), [root]
    while waiting:
        pid = waiting.pop()
        found.add(pid)
        waiting += below.get(pid, [])
    return found


def _spent_by(pid: int) -> float:
    fields = _stat(pid)
    return 0.0 if fields is None else sum(int(field) for field in fields[11:15]) / TICKS_A_SECOND


def _stat(pid: int) -> list[str] | None:
    """The fields of a process after its name, which may hold blanks and brackets."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
