"""What the commands share: the installation's database, the language, and how refusals are said."""

import functools
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, ParamSpec, TypeVar

import click

from loyalty.core import db
from loyalty.core.db import CACHE_MB, Database
from loyalty.core.errors import Invalid, LoyaltyError
from loyalty.core.settings import Settings, SettingsRefused
from loyalty.core.text import Text

P = ParamSpec("P")
R = TypeVar("R")
REFUSED, WRONG_USE = 1, 2


def language() -> str:
    """The language of the shell, "it" or "en"."""
    spoken = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG", "")
    return "it" if spoken.startswith("it") else "en"


def say(text: Text) -> str:
    """The sentence in the language of the shell."""
    return text.pick(language())


def settings() -> Settings:
    """The settings of this installation; ends the command when they cannot be used."""
    try:
        return Settings.from_environment(os.environ)
    except SettingsRefused as refused:
        for sentence in refused.sentences:
            click.echo(sentence, err=True)
        sys.exit(WRONG_USE)


@contextmanager
def database(*, cache_mb: int = CACHE_MB) -> Iterator[Database]:
    """The installation's database, in use until the block ends."""
    chosen = Database(settings(), cache_mb=cache_mb)
    db.use(chosen)
    try:
        yield chosen
    finally:
        db.use(None)
        chosen.dispose()


def tell(error: LoyaltyError) -> None:
    """Say what was refused and, field by field, why."""
    click.echo(say(error.sentence), err=True)
    fields = error.facts_in(language()).get("fields", {}) if isinstance(error, Invalid) else {}
    for field, faults in fields.items():
        click.echo(f"  {field}: {'; '.join(faults)}", err=True)


def refusals_said(command: Callable[P, R]) -> Callable[P, R]:
    """A command whose refusals become a sentence and exit code 1 instead of a trace."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except LoyaltyError as error:
            tell(error)
            sys.exit(REFUSED)

    return run


def wrong_use(sentence: Text) -> NoReturn:
    """End with exit code 2 and what to do instead."""
    click.echo(say(sentence), err=True)
    sys.exit(WRONG_USE)


def print_json(value: dict[str, Any]) -> None:
    """One line of JSON."""
    click.echo(json.dumps(value, ensure_ascii=False))
