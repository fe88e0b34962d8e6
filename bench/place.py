"""The machine that a bench runs on, in one sentence that names nobody."""

import os
import platform
import re
import subprocess
from functools import cache
from pathlib import Path

from loyalty.core.sqlite import sqlite_module
from tests.rigs import postgres

ROOT = Path(__file__).resolve().parent.parent


@cache
def machine() -> str:
    """Processor, cores, memory, system, and the versions of what does the work."""
    parts = [
        f"{_processor()}, {os.cpu_count()} cores",
        f"{round(_memory_kb() / 2**20)} GiB",
        _system(),
        f"Python {platform.python_version()}",
        f"SQLite {sqlite_module().sqlite_version}",
        _postgresql(),
    ]
    return ", ".join(parts)


def _processor() -> str:
    text = Path("/proc/cpuinfo").read_text("utf-8", "replace")
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1].strip() if found else platform.machine()


def _memory_kb() -> int:
    text = Path("/proc/meminfo").read_text("ascii")
    found = re.search(r"^MemTotal:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) if found else 0


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return f"{platform.system()} {platform.release()}"


def _postgresql() -> str:
    """The wheel's, which the benches start."""
    program = postgres.wheel_install() / "bin" / "postgres"
    said = subprocess.run([str(program), "--version"], check=True, capture_output=True, text=True)
    return f"PostgreSQL {said.stdout.split()[2]}"
