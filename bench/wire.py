"""What a PostgreSQL was really asked: the statements of one act, out of the server's own log."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.rigs import postgres

RELOAD_S = 0.5  # a signal to every backend; they heed it before their next command
_LINE = re.compile(r"^\S+ \S+ \S+ \[(\d+)\] (\w+):  (.*)$")
_ASKED = re.compile(r"^(?:statement|execute [^:]+): (.*)$", re.DOTALL)
_VALUE = re.compile(r"\$\d+ = (NULL|'(?:[^']|'')*')")


@dataclass(frozen=True)
class Statement:
    """A statement as it arrived, with the values of its parameters; None is NULL."""

    text: str
    values: tuple[str | None, ...] = ()


def statements_of(server: postgres.Server, act: Callable[[], object]) -> list[Statement]:
    """Everything that others ask of the server while `act` runs, in order."""
    assert server.folder is not None, "the log of a server of our own"
    log = server.folder / "log"
    with postgres.connect(server.url) as connection:
        own = connection.info.backend_pid
        connection.execute("ALTER SYSTEM SET log_statement = 'all'")
        connection.execute("SELECT pg_reload_conf()")
        time.sleep(RELOAD_S)
        start = log.stat().st_size
        act()
        connection.execute("ALTER SYSTEM RESET log_statement")
        connection.execute("SELECT pg_reload_conf()")
        time.sleep(RELOAD_S)
    with log.open("rb") as file:
        file.seek(start)
        return _parsed(file.read().decode("utf-8"), own)


def _parsed(text: str, own: int) -> list[Statement]:
    found: list[Statement] = []
    for pid, level, said in _messages(text):
        if pid == own:
            continue
        if level == "LOG" and (asked := _ASKED.match(said)):
            found.append(Statement(" ".join(asked[1].split()).removesuffix(";")))
        elif level == "DETAIL" and "arameters: " in said and found:
            found[-1] = Statement(found[-1].text, tuple(map(_plain, _VALUE.findall(said))))
    return found


def _messages(text: str) -> list[tuple[int, str, str]]:
    """Messages of several lines are continued by lines that begin with a tab."""
    found: list[tuple[int, str, str]] = []
    for line in text.splitlines():
        if (head := _LINE.match(line)) is not None:
            found.append((int(head[1]), head[2], head[3]))
        elif found:
            pid, level, said = found[-1]
            found[-1] = (pid, level, f"{said}\n{line.removeprefix(chr(9))}")
    return found


def _plain(value: str) -> str | None:
    return None if value == "NULL" else value[1:-1].replace("''", "'")
