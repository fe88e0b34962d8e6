"""`loyalty openapi`."""

import json

import click

from loyalty.api import document


@click.command()
def openapi() -> None:
    """Print the OpenAPI document of the API."""
    click.echo(json.dumps(document.build(), indent=2, ensure_ascii=False))
