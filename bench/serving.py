"""The shipped server for a bench or a fault: in a process group of its own, and provably ours."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.machine import tree

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS_MAX = 30
STOP_SECONDS_MAX = 25


@dataclass(frozen=True)
class Served:
    """A server that answers on a port of its own, begun at a time of the monotonic clock."""

    process: "subprocess.Popen[bytes]"
    port: int
    log: Path
    began: float

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def kill(self) -> None:
        """SIGKILL to every process of it at once, as when the power of the shop's box goes."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Ask it to end; make it, if it does not."""
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.kill()


PROGRAM: Sequence[str | Path] = (sys.executable, "-m", "loyalty.cli")


@contextmanager
def serving(
    environment: Mapping[str, str],
    log: Path,
    *,
    workers: int | None = None,
    program: Sequence[str | Path] = PROGRAM,
) -> Iterator[Served]:
    """The server while the block runs; `program` is how it is called, if not in this checkout."""
    served = start(environment, log, workers=workers, program=program)
    try:
        yield served
    finally:
        if served.process.poll() is None:
            served.stop()


def start(
    environment: Mapping[str, str],
    log: Path,
    *,
    workers: int | None = None,
    program: Sequence[str | Path] = PROGRAM,
) -> Served:
    """Start it and wait until it answers; raises RuntimeError with its own last words."""
    port, began = free_port(), time.monotonic()
    command = [*map(str, program), "serve", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", str(workers)] if workers else []
    with log.open("ab") as out:
        process = subprocess.Popen(
            command,
            cwd=ROOT if program is PROGRAM else log.parent,
            env=environment_of(environment),
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    served = Served(process, port, log, began)
    try:
        _wait_until_ready(served)
    except BaseException:
        if process.poll() is None:
            served.kill()
        raise
    return served


def environment_of(environment: Mapping[str, str]) -> dict[str, str]:
    """Ours with an installation's settings, and with no other installation's.

    And with compiled modules kept, as on a shop's machine: to compile all at each start costs more
    than the start itself.
    """
    outer = {key: value for key, value in os.environ.items() if not key.startswith("LOYALTY_")}
    for other in ("DATABASE_URL", "PYTHONDONTWRITEBYTECODE"):
        outer.pop(other, None)
    return {**outer, **environment}


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(served: Served) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while not _answers(served.port):
        if served.process.poll() is not None or time.monotonic() > deadline:
            words = served.log.read_text("utf-8", "replace")[-2000:]
            raise RuntimeError(f"the server did not start:\n{words}")
        time.sleep(0.02)
    assert is_ours(served), f"another server answers on port {served.port}"


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def is_ours(served: Served) -> bool:
    """Whether the socket that listens on the port belongs to the processes that we started.

    A forgotten server on the same port would otherwise answer for it.
    """
    there = _listening(served.port)
    return bool(there) and there <= {
        inode for pid in tree(served.process.pid) for inode in _sockets_of(pid)
    }


def _listening(port: int) -> set[str]:
    listen, found = "0A", set()
    for line in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]:
        fields = line.split()
        if fields[3] == listen and int(fields[1].rpartition(":")[2], 16) == port:
            found.add(f"socket:[{fields[9]}]")
    return found


def _sockets_of(pid: int) -> list[str]:
    try:
        return [str(path.readlink()) for path in Path(f"/proc/{pid}/fd").iterdir()]
    except (FileNotFoundError, ProcessLookupError):
        return []
