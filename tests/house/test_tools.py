"""The checks that read the code rather than run it, so that one command runs everything."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = Path(sys.executable).parent


def findings(*command: str | Path) -> str:
    """What a checker has to say; nothing when it is content."""
    environment = {**os.environ, "NO_COLOR": "1"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    said = f"{done.stdout}{done.stderr}".strip()
    return said if done.returncode else ""


@pytest.mark.parametrize("arguments", [("check",), ("format", "--check")])
def test_the_code_is_written_in_one_hand(arguments: tuple[str, ...]) -> None:
    assert not findings(TOOLS / "ruff", *arguments, "--quiet", ".")


def test_every_function_says_what_it_takes_and_gives() -> None:
    assert not findings(TOOLS / "mypy", "--no-error-summary", "--no-color-output")


def test_imports_go_down_only_and_the_domain_knows_no_web() -> None:
    assert not findings(TOOLS / "lint-imports", "--no-cache")


def test_the_scripts_of_the_pages_are_typed() -> None:
    sys.path.insert(0, str(ROOT))
    import hatch_build

    front_end = ROOT / "frontend"
    hatch_build.install_node_modules(front_end)
    node, _ = hatch_build.find_node()
    compiler = front_end / "node_modules" / "typescript" / "bin" / "tsc"
    assert not findings(*node, compiler, "--noEmit", "--project", front_end)


def test_an_untyped_function_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text('"""A shop."""\n\ndef sell(item):\n    return item\n')
    assert "no-untyped-def" in findings(TOOLS / "mypy", "--strict", tmp_path / "shop.py")
