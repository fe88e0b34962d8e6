"""The two commands: what run.py does when something is missing, half-made or old."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import run

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(tmp_path, monkeypatch) -> Path:
    """A checkout of its own for run.py, with an environment that has a Python."""
    for name in ("requirements.lock", "requirements-dev.lock", "pyproject.toml"):
        (tmp_path / name).write_text((ROOT / name).read_text())
    venv = tmp_path / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(sys.executable)
    locks = {"run": tmp_path / "requirements.lock", "dev": tmp_path / "requirements-dev.lock"}
    places = {"ROOT": tmp_path, "VENV": venv, "PYTHON": venv / "bin" / "python", "LOCKS": locks}
    for name, value in (places | {"STAMP": venv / ".loyalty-stamp.json"}).items():
        monkeypatch.setattr(run, name, value)
    return tmp_path


@pytest.fixture
def done(checkout, monkeypatch) -> list[str]:
    """The steps that run.py takes, in their order, without taking them."""
    steps: list[str] = []
    monkeypatch.setattr(run, "make_environment", lambda: steps.append("environment"))
    monkeypatch.setattr(run, "install_locked", lambda lock: steps.append(lock.name))
    monkeypatch.setattr(run, "install_project", lambda: steps.append("project"))
    monkeypatch.setattr(run, "build_stale", lambda: False)
    return steps


def test_a_first_demo_makes_everything_and_a_second_nothing(done) -> None:
    run.set_up("run")
    assert done == ["environment", "requirements.lock", "project"]
    done.clear()
    run.set_up("run")
    assert done == []


def test_from_demo_to_test_and_back_only_the_tools_are_added(done) -> None:
    run.set_up("run")
    done.clear()
    run.set_up("dev")
    run.set_up("run")
    run.set_up("dev")
    assert done == ["requirements-dev.lock", "project"]


def test_a_new_lock_is_installed_over_the_old_packages(checkout, done) -> None:
    run.set_up("run")
    done.clear()
    with (checkout / "requirements.lock").open("a") as lock:
        lock.write("# one more\n")
    run.set_up("run")
    assert done == ["requirements.lock", "project"]


def test_a_set_up_that_was_cut_short_starts_over(checkout, done, monkeypatch) -> None:
    def power_cut() -> None:
        raise KeyboardInterrupt

    run.set_up("run")
    (checkout / "pyproject.toml").write_text("changed")
    with monkeypatch.context() as night:
        night.setattr(run, "install_project", power_cut)
        with pytest.raises(KeyboardInterrupt):
            run.set_up("run")
    done.clear()
    run.set_up("run")
    assert done == ["environment", "requirements.lock", "project"]


def test_a_moved_checkout_or_a_vanished_python_starts_over(checkout, done) -> None:
    run.set_up("run")
    stamp = json.loads(run.STAMP.read_text())
    run.STAMP.write_text(json.dumps(stamp | {"root": "/elsewhere"}))
    done.clear()
    run.set_up("run")
    assert done[0] == "environment"
    (checkout / ".venv" / "bin" / "python").unlink()
    done.clear()
    run.set_up("run")
    assert done[0] == "environment"


def test_a_python_without_venv_is_told_the_name_of_the_package(checkout, monkeypatch) -> None:
    monkeypatch.setattr(run.importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(run.Refusal, match="apt install python3-venv"):
        run.make_environment()


def test_an_old_python_is_told_so_before_anything_else() -> None:
    code = f"import sys; sys.version_info = (3, 9, 2); exec(open({str(ROOT / 'run.py')!r}).read())"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert said.returncode == 1
    assert said.stderr == "run.py: Python 3.11 or newer is needed; this is 3.9.2.\n"


def test_a_failing_step_shows_its_words_and_one_sentence() -> None:
    with pytest.raises(run.Refusal, match=r"the oven is cold\.\nno gas"):
        run.run([sys.executable, "-c", "print('no gas'); raise SystemExit(3)"], "the oven is cold")


def test_one_package_of_a_lock_comes_with_all_its_hashes_and_no_other() -> None:
    with run.locked_subset(run.LOCKS["run"], lambda name: name == "uv") as subset:
        lines = subset.read_text().splitlines()
    assert lines[0].startswith("uv==")
    assert len(lines) > 10
    assert all(line.startswith("    --hash=sha256:") for line in lines[1:])


def test_whatever_is_locked_is_installed_once() -> None:
    lock = run.LOCKS["dev"]
    with run.locked_subset(lock, lambda name: name not in run.SOURCES) as wheels:
        as_wheels = wheels.read_text()
    with run.locked_subset(lock, lambda name: name in run.SOURCES) as sources:
        from_source = sources.read_text()
    assert sorted((as_wheels + from_source).splitlines()) == sorted(lock.read_text().splitlines())
    assert [line.partition("==")[0] for line in from_source.splitlines()[:1]] == ["dkimpy"]


def test_an_unknown_command_gets_the_list_of_commands(capsys) -> None:
    with pytest.raises(SystemExit) as left:
        run.main(["brew"])
    assert left.value.code == 2
    assert "usage: python3 run.py COMMAND" in capsys.readouterr().err
