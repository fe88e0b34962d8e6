"""`loyalty serve`."""

import sys

import click

from loyalty import serve
from loyalty.assets import AssetsNotBuiltError
from loyalty.cli import house


@click.command("serve")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes; 1 on SQLite, else 2.")
@click.option("--bind", default="127.0.0.1:8000", show_default=True)
@click.option("--with-worker", is_flag=True, help="And do what waits in the background.")
def serve_command(workers: int | None, bind: str, with_worker: bool) -> None:
    """Serve with gunicorn in the shipped configuration."""
    serving = serve.serve_with_worker if with_worker else serve.serve
    try:
        serving(house.settings(), bind=bind, workers=workers)
    except AssetsNotBuiltError as error:
        click.echo(str(error), err=True)
        sys.exit(house.WRONG_USE)
