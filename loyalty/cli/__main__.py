"""`python -m loyalty.cli`."""

from loyalty.cli.commands import main

main()
