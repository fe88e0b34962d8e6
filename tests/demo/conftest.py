"""The demo's street with a few of its people, on a busy evening; filled once a session."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from loyalty.core import clock, db
from loyalty.core.db import Database
from loyalty.core.settings import Settings
from loyalty.demo import fill
from loyalty.demo.plan import ShopPlan, Worker
from loyalty.merchants import accounts
from loyalty.merchants.passwords import hash_password
from tests.builders import PASSWORD
from tests.conftest import settings_for
from tests.pages import Visitor, app, built
from tests.rigs import compiled

__all__ = ["app", "built"]

EVENING = datetime(2026, 12, 19, 17, 40, tzinfo=UTC)  # the last Saturday before Christmas
PERCENT = 6
fill_a_little = partial(fill.fill, percent=PERCENT, progress=lambda _done, _total: None)


@pytest.fixture(scope="session")
def street_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A filled SQLite file; tests work on copies of it."""
    path = tmp_path_factory.mktemp("street") / "loyalty.sqlite3"
    shutil.copy(sqlite_template, path)
    database = Database(settings_for(path.parent, f"sqlite:///{path}"))
    db.use(database)
    fill_a_little(database, at=EVENING)
    db.use(None)
    database.dispose()
    return path


@pytest.fixture
def settings(street_template: Path, home: Path, monkeypatch) -> Settings:
    """An installation with the street in it, that evening."""
    path = home / "loyalty.sqlite3"
    shutil.copy(street_template, path)
    monkeypatch.setattr(clock, "now", lambda: EVENING)
    return settings_for(home, f"sqlite:///{path}")


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """The database in use during the test."""
    database = Database(settings)
    compiled.share(database)
    db.use(database)
    yield database
    db.use(None)
    database.dispose()


@pytest.fixture(scope="session")
def password_hash() -> str:
    """What the door keeps of a password; slow to make, on purpose."""
    return hash_password(PASSWORD)


@pytest.fixture
def signed_in(app, database: Database, password_hash: str):
    """Somebody of a shop who followed their link, chose a password and signed in."""

    def enter(plan: ShopPlan, who: Worker) -> Visitor:
        with database.write() as session:
            person = accounts.find_sign_in(session, email=who.email)
            assert person is not None
            token = accounts.invite_staff(
                session,
                merchant_id=person.merchant_id,
                email=who.email,
                name=who.name,
                role=who.role,
                at=EVENING,
            )
            accounts.accept_link(session, token=token, password_hash=password_hash, at=EVENING)
        visitor = Visitor(app)
        assert visitor.sign_in(who.email).status == 200, plan.name
        return visitor

    return enter
