"""What every test stands on: a migrated database of its own, and the cast of two shops."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from loyalty import schema
from loyalty.core import db, triggers
from loyalty.core.db import Database
from loyalty.core.settings import Settings
from loyalty.counter.rollups import checking
from loyalty.merchants.models import Merchant
from tests.builders import Shop, open_shop
from tests.rigs import compiled, memory, postgres
from tests.rigs.kept import Kept

SECRET = bytes(range(32))


def settings_for(data: Path, database_url: str) -> Settings:
    """Settings of a test's own installation."""
    return Settings(
        data=data,
        database_url=database_url,
        public_url="http://127.0.0.1:8000",
        secret=SECRET,
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that load the whole machine take turns in one worker, and begin first."""
    loads = [item for item in items if "faults" in item.path.parts]
    for item in loads:
        item.add_marker(pytest.mark.xdist_group("faults"))
    items.sort(key=lambda item: item not in loads)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file; tests work on copies of it."""
    folder = tmp_path_factory.mktemp("template")
    path = folder / "loyalty.sqlite3"
    _migrate(settings_for(folder, f"sqlite:///{path}"))
    return path


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
def settings(engine: str, home: Path, request: pytest.FixtureRequest) -> Iterator[Settings]:
    """An installation with an empty, migrated database of its own."""
    if engine == "sqlite":
        path = home / "loyalty.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield settings_for(home, f"sqlite:///{path}")
        return
    kept: Kept = request.getfixturevalue("postgresql")
    yield settings_for(home, kept.ready())
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
def shop(database: Database) -> Shop:
    """Aurora's café with its cashier Bruno, a points and a stamps program."""
    return open_shop(database, name="Caffè Aurora", owner="aurora", cashier="bruno")


@pytest.fixture
def stranger(database: Database) -> Shop:
    """Dario's shop next door: whatever is Aurora's does not exist for him."""
    return open_shop(database, name="Bar Dario", owner="dario", cashier="elio")
