"""pgbench with the very statements of one accrual: the yardstick of what the database can do."""

import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.cast import FIRST_CODE
from bench.wire import Statement
from tests.rigs import postgres

_PARAMETER = re.compile(r"\$(\d+)")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MOVES = re.compile(r"\.moves = \$(\d+)")
_FILLED = re.compile(r"\(\$\d+ \|\| \$\d+\)|decode\(\$\d+ \|\| \$\d+, 'hex'\)|NULL|\$\d+")
_TPS = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)
# Sixteen digits before sixteen of chance: ids grow with time, as the product's own do.
FIRST_TURN = 20_000_000_000_000
TURNS_A_ROUND = 1_000_000_000
HEAD = "\\set turn :turn + 1\n\\set head :turn * 100 + :client_id\n"


@dataclass(frozen=True)
class Sample:
    """One accrual as the server saw it, and whose: the card's code, its id and its account's."""

    statements: Sequence[Statement]
    code: str
    card_id: str
    account_id: str


@dataclass
class Script:
    """A pgbench script; `values` are what never changes, sent as parameters like the rest."""

    text: str = ""
    shape: list[str] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    _fresh: dict[str, str] = field(default_factory=dict)

    def constant(self, value: str) -> str:
        """A variable that holds this text."""
        known = {text: name for name, text in self.values.items()}
        name = known.get(value, f"c{len(self.values) + 1}")
        self.values[name] = value
        return f":{name}"

    def fresh(self, value: str) -> str:
        """Thirty-two digits that differ from turn to turn, the same wherever `value` stood."""
        name = self._fresh.setdefault(value, f"r{len(self._fresh) + 1}")
        return f":head || :{name}"

    def head(self, cards: int) -> str:
        """What is drawn before each turn."""
        draw = "random(1000000000000000, 9999999999999999)"
        drawn = "".join(f"\\set {name} {draw}\n" for name in self._fresh.values())
        return f"{HEAD}\\set code random({FIRST_CODE}, {FIRST_CODE + cards - 1})\n{drawn}"


def render(one: Sample, other: Sample, *, cards: int) -> Script:
    """The script that asks what both accruals asked; where they differ it varies, too."""
    differences = set(shape(one.statements)) ^ set(shape(other.statements))
    assert shape(one.statements) == shape(other.statements), f"they differ: {differences}"
    script, lines = Script(shape=shape(one.statements)), []
    for asked, twin in zip(one.statements, other.statements, strict=True):
        lines.append(_line(script, one, asked, twin))
    script.text = script.head(cards) + "".join(lines)
    return script


def shape(statements: Sequence[Statement]) -> list[str]:
    """The statements without the values: what is compared between the product and pgbench."""
    return [_FILLED.sub("?", statement.text) for statement in statements]


def _line(script: Script, sample: Sample, asked: Statement, twin: Statement) -> str:
    moves = {int(number) for number in _MOVES.findall(asked.text)}

    def fill(found: re.Match[str]) -> str:
        number = int(found[1])
        value, other = asked.values[number - 1], twin.values[number - 1]
        if value is None:
            return "NULL"
        if number in moves:
            return ":account_moves"
        return _variable(script, sample, value) if value != other else script.constant(value)

    return _PARAMETER.sub(fill, asked.text) + _ending(asked.text)


def _variable(script: Script, sample: Sample, value: str) -> str:
    """What differs is the card, an id or digest made for the occasion, or words of equal length."""
    known = {
        sample.code: ":code",
        sample.card_id: ":facts_card_id",
        sample.account_id: ":account_id",
    }
    if value in known:
        return known[value]
    if _UUID.fullmatch(value):
        return f"({script.fresh(value)})"
    if value.startswith("\\x"):
        return f"decode({script.fresh(value)}, 'hex')"
    return script.constant(value)


def _ending(text: str) -> str:
    """The card and its account are read before they are named, as in the product."""
    if text.startswith("SELECT card.") and "AS card_id" in text:
        return " \\gset facts_\n"
    if text.startswith("SELECT ledger_account.") and text.endswith("FOR UPDATE"):
        return " \\gset account_\n"
    return ";\n"


@dataclass
class Bench:
    """pgbench of the wheel against one database of the server."""

    server: postgres.Server
    url: str
    script: Script
    folder: Path
    rounds: int = 0

    def once(self) -> None:
        """A single turn, to be looked at."""
        self._run("-c1", "-t1")

    def run(self, *, seconds: int, clients: int) -> float:
        """One round; how many accruals a second."""
        said = self._run(f"-c{clients}", "-j2", f"-T{seconds}")
        tps = _TPS.search(said)
        assert tps is not None, said
        return float(tps[1])

    def _run(self, *load: str) -> str:
        assert self.server.programs is not None
        assert self.server.folder is not None
        path = self.folder / "accrual.sql"
        path.write_text(self.script.text, "utf-8")
        turn = FIRST_TURN + self.rounds * TURNS_A_ROUND
        self.rounds += 1
        values = [f"--define={name}={value}" for name, value in self.script.values.items()]
        where = ["-h", str(self.server.folder), "-U", "postgres", postgres.name_of(self.url)]
        command = [str(self.server.programs / "pgbench"), "-n", "-Mprepared", f"-f{path}", *load]
        done = subprocess.run(
            [*command, f"--define=turn={turn}", *values, *where],
            check=False,
            capture_output=True,
            text=True,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
        if done.returncode != 0 or "number of failed transactions: 0 " not in done.stdout:
            raise RuntimeError(f"pgbench failed: {done.stderr[-1000:]}{done.stdout[-500:]}")
        return done.stdout
