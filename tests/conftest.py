"""What every test stands on: a migrated database of its own, and the cast of two shops."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST

from loyalty import schema
from loyalty.core import db, triggers
from loyalty.core.db import Database
from loyalty.core.settings import Settings
from loyalty.counter.rollups import checking
from loyalty.merchants import passwords
from loyalty.merchants.models import Merchant
from tests import cast
from tests.builders import Shop
from tests.cast import Opened
from tests.rigs import compiled, memory, postgres
from tests.rigs.kept import Kept

SECRET = bytes(range(32))
_SHIPPED = passwords._hasher


def settings_for(data: Path, database_url: str) -> Settings:
    """Settings of a test's own installation."""
    return Settings(
        data=data,
        database_url=database_url,
        public_url="http://127.0.0.1:8000",
        secret=SECRET,
    )


# Who shares what takes long to make does so in one worker.
_TOGETHER = ("faults", "demo")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that load the whole machine take turns in one worker. What takes long begins first: a
    long test at the end has one worker waiting for the other."""
    for item in items:
        for group in _TOGETHER:
            if group in item.path.parts and item.get_closest_marker("xdist_group") is None:
                item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    group = item.get_closest_marker("xdist_group")
    if group is not None:
        return _TOGETHER.index(group.args[0])
    return len(_TOGETHER) + (item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file; tests work on copies of it."""
    folder = tmp_path_factory.mktemp("template")
    path = folder / "loyalty.sqlite3"
    _migrate(settings_for(folder, f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def sqlite_shops(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[tuple[str, ...]], tuple[Path, Opened]]:
    """For names of the cast a SQLite file in which their shops are open, and those shops."""

    @cache
    def opened(names: tuple[str, ...]) -> tuple[Path, Opened]:
        if not names:
            return sqlite_template, {}
        path = tmp_path_factory.mktemp("shops") / "loyalty.sqlite3"
        shutil.copy(sqlite_template, path)
        database = Database(settings_for(path.parent, f"sqlite:///{path}"))
        shops = cast.open_all(database, names)
        database.dispose()
        return path, shops

    return opened


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """A migrated PostgreSQL database that each test finds empty."""
    url = postgres.shared().create_database()
    _migrate(settings_for(tmp_path_factory.mktemp("pg"), url))
    kept = Kept(postgres.name_of(url))
    yield kept
    kept.give_up()


def _migrate(settings: Settings) -> None:
    database = Database(settings)
    schema.migrate(database)
    database.dispose()


@pytest.fixture
def engine() -> str:
    """Pages are tested on SQLite; domain, api and worker tests run on both engines."""
    return "sqlite"


@pytest.fixture
def home() -> Iterator[Path]:
    """The data folder of a test's installation: in memory where there is such a place, for what a
    test writes need not outlive a power cut."""
    with tempfile.TemporaryDirectory(dir=memory.folder()) as folder:
        yield Path(folder)


@pytest.fixture
def opened() -> Opened:
    """The shops that the test's database was made with."""
    return {}


@pytest.fixture
def settings(
    engine: str, home: Path, opened: Opened, request: pytest.FixtureRequest
) -> Iterator[Settings]:
    """An installation with a migrated database of its own: empty, but for the shops asked for."""
    names = cast.asked_for(request.fixturenames)
    if engine == "sqlite":
        path = home / "loyalty.sqlite3"
        template, shops = request.getfixturevalue("sqlite_shops")(names)
        shutil.copy(template, path)
        opened.update(shops)
        yield settings_for(home, f"sqlite:///{path}")
        return
    kept: Kept = request.getfixturevalue("postgresql")
    settings = settings_for(home, kept.ready())
    opened.update(kept.peopled(names, kept.open(settings)))
    yield settings
    kept.clear()


@pytest.fixture
def database(settings: Settings, request: pytest.FixtureRequest) -> Iterator[Database]:
    """The database in use during the test."""
    if settings.is_sqlite:
        database = Database(settings)
        compiled.share(database)
    else:
        database = request.getfixturevalue("postgresql").open(settings)
    db.use(database)
    yield database
    adds_up(database)
    db.use(None)
    if settings.is_sqlite:
        database.dispose()


def adds_up(database: Database) -> None:
    """Whatever a test has done: no operation may write visits and forget what they add up to.

    Not asked where a test has taken the guards away, to damage the books on purpose.
    """
    with database.read() as session:
        if triggers.differences(session.connection()):
            return
        for merchant_id in session.execute(sa.select(Merchant.id)).scalars().all():
            found = list(checking.differences(session, merchant_id=merchant_id))
            assert [each.sentence.en for each in found] == []


@pytest.fixture
def shop(database: Database, opened: Opened) -> Shop:
    """Aurora's café with its cashier Bruno, a points and a stamps program."""
    return cast.found(opened, "shop", database)


@pytest.fixture
def stranger(database: Database, opened: Opened) -> Shop:
    """Dario's shop next door: whatever is Aurora's does not exist for him."""
    return cast.found(opened, "stranger", database)


@pytest.fixture(scope="session", autouse=True)
def quick_secrets() -> Iterator[None]:
    """Passwords and PINs at the least cost; `shipped_secrets` is for tests about that cost."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher.from_parameters(CHEAPEST))
        yield


@pytest.fixture
def shipped_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords as they are kept in a shop: slow, on purpose."""
    monkeypatch.setattr(passwords, "_hasher", _SHIPPED)
