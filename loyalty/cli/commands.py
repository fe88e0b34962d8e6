"""The commands of contract.md that are built so far, each read when it is asked for."""

import importlib

import click

from loyalty.core import collecting

_COMMANDS = {
    "audit": "audit:audit",
    "demo": "demo:demo",
    "import": "imports:import_group",
    "jobs": "worker:jobs",
    "key": "keys:key",
    "openapi": "openapi:openapi",
    "program": "programs:program",
    "rebuild": "rebuild:rebuild",
    "replay": "replay:replay",
    "serve": "serving:serve_command",
    "setup": "setup:setup",
    "worker": "worker:worker",
}


class _WhenAsked(click.Group):
    """A group whose commands are imported by name: none waits for what only others need."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's own name
        """Their names."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # the same
        """The command of that name, or None."""
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(":")
        with collecting.paused():
            found: click.Command = getattr(importlib.import_module(f"loyalty.cli.{module}"), name)
        return found


@click.group(cls=_WhenAsked)
def main() -> None:
    """Points and stamps for small shops. See README.md for the settings."""
