"""`python -m bench figures_large`: the figures of a shop of 48,000 members, a million visits."""

from collections.abc import Sequence

from bench import figures
from bench.outcome import Outcome


def main(argv: Sequence[str]) -> Outcome:
    return figures.main(["--large", *argv])
