"""What a bench found: figures with their bars, what is wrong, and how both are told."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One quantity, measured once a round; the middle one is held against the bars.

    It has to reach `gate` (`at_least`) or to stay under it; `aim` is what it should become. A
    figure without a gate is told only.
    """

    name: str
    values: Sequence[float]
    gate: float | None = None
    aim: float | None = None
    at_least: bool = True
    unit: str = ""

    @property
    def middle(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.values)

    @property
    def is_met(self) -> bool:
        """Whether the figure is good enough."""
        return self.gate is None or self._reaches(self.gate)

    @property
    def verdict(self) -> str:
        """In one word or two."""
        if self.gate is None:
            return "told only"
        if not self.is_met:
            return "MISSED"
        return "aim reached" if self.aim is not None and self._reaches(self.aim) else "met"

    def _reaches(self, bar: float) -> bool:
        return self.middle >= bar if self.at_least else self.middle <= bar

    @property
    def spread(self) -> str:
        """The lowest, the middle and the highest, with as many digits as say something."""
        return " / ".join(map(shown, (min(self.values), self.middle, max(self.values))))

    def bar(self, bar: float | None) -> str:
        """A gate or an aim in words."""
        return "" if bar is None else f"{'at least' if self.at_least else 'at most'} {bar:,g}"


@dataclass(frozen=True)
class Outcome:
    """All that one bench says; `setting` is what was measured, how large and how long.

    Found on a machine that others used at the same time, it is `noisy` and goes into no table.
    """

    setting: str
    figures: Sequence[Figure]
    faults: Sequence[str] = ()
    noisy: bool = False

    @property
    def is_good(self) -> bool:
        """Whether every figure is met and nothing is wrong."""
        return all(figure.is_met for figure in self.figures) and not self.faults

    def tell(self) -> None:
        """Print it all."""
        mark = " (NOISY: others used this machine; not for the record)" if self.noisy else ""
        print(f"  min / median / max{mark}")
        width = max((len(figure.name) for figure in self.figures), default=0)
        for figure in self.figures:
            bars = f" ({figure.bar(figure.gate)})" if figure.gate is not None else ""
            line = f"  {figure.name:{width}}  {figure.spread} {figure.unit}".rstrip()
            print(f"{line}{bars}: {figure.verdict}" if bars else line)
        for fault in self.faults:
            print(f"  WRONG: {fault}")
        print(end="", flush=True)


def shown(figure: float) -> str:
    """A number with three digits that count, or whole."""
    size = abs(figure)
    digits = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 3
    return f"{figure:,.{digits}f}"
