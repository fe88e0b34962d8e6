"""Bugs planted on purpose: `python -m tests.planted` proves that the suite kills each of them.

Each goes alone into a throw-away copy of the tree, where the tests that guard the place must fail;
without a bug the same tests must pass there, so that no bug is "killed" by a broken copy.
"""

import compileall
import os
import py_compile
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.planted_bugs import BUGS, Bug

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("loyalty", "tests", "bench", "templates", "migrations", "static", "pyproject.toml")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "e2e", "*.br", "*.gz")
_FAILED = re.compile(r"^FAILED \S+::(\w+)", re.MULTILINE)
PASSED, KILLED = 0, 1  # how pytest ends


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="loyalty-planted-") as folder:
        tree = copy_tree(Path(folder))
        told = [sound(tree), *(trial(tree, bug) for bug in BUGS)]
    for line in told:
        print(line)  # noqa: T201  # it talks to a person
    return 0 if all(line.startswith(("sound", "killed")) for line in told) else 1


def copy_tree(folder: Path) -> Path:
    """What the tests need, as it is in this checkout, compiled: by the content of each file, for
    whole seconds and size may be the same with a bug and without."""
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=LEFT_OUT)
        else:
            shutil.copy(ROOT / name, folder / name)
    by_content = py_compile.PycInvalidationMode.CHECKED_HASH
    compileall.compile_dir(folder, quiet=2, invalidation_mode=by_content)
    return folder


def sound(tree: Path) -> str:
    """Whether all guards pass where no bug is planted, in a line."""
    code, said = _tested(tree, BUGS, keep="")  # pytest's own bytecode of the tests as well
    return "sound: the guards pass without a bug" if code == PASSED else f"broken copy:\n{said}"


def trial(tree: Path, bug: Bug) -> str:
    """Plant a bug, ask its guards, take it out again: what came of that, in a line."""
    path = tree / bug.path
    right = path.read_text("utf-8")
    if right.count(bug.right) != 1:
        return f"unproven: {bug.name}; {bug.path} has changed, plant it anew"
    path.write_text(right.replace(bug.right, bug.wrong), "utf-8")
    try:
        code, said = _tested(tree, [bug])
    finally:
        path.write_text(right, "utf-8")
    if code != KILLED:
        return f"SURVIVED: {bug.name}; pytest ended with {code}:\n{said[-2000:]}"
    failed = _FAILED.search(said)
    return f"killed: {bug.name}, by {failed[1] if failed else bug.guards}"


def _tested(tree: Path, bugs: Sequence[Bug], keep: str = "1") -> tuple[int, str]:
    """How pytest ends with the guards of these bugs, and what it says; `keep` is "1" where no new
    bytecode is to be left behind."""
    chosen = " or ".join(f"({bug.chosen})" for bug in bugs)
    what = [*dict.fromkeys(bug.guards for bug in bugs), "-k", chosen]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *what],
        check=False,
        cwd=tree,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": keep, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )
    return done.returncode, done.stdout + done.stderr


if __name__ == "__main__":
    sys.exit(main())
