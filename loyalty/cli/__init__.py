"""The command line. Exit codes: 0 done, 1 refused or found something, 2 wrong use."""

from loyalty.cli.commands import main

__all__ = ["main"]
