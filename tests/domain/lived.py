"""A shop's books in a file, lived once and then damaged many times, each time on a copy."""

import shutil
from contextlib import contextmanager

from loyalty.core import db
from loyalty.core.db import Database
from tests.builders import open_shop
from tests.conftest import settings_for


def lived(template, folder, live):
    """The file of a shop in which `live` has happened."""
    with copied(template, folder) as database:
        db.use(database)
        live(open_shop(database, name="Caffè Aurora", owner="aurora", cashier="bruno"))
        db.use(None)
    return folder / "loyalty.sqlite3"


@contextmanager
def copied(file, folder):
    """A copy of such a file, opened."""
    path = folder / "loyalty.sqlite3"
    shutil.copy(file, path)
    database = Database(settings_for(folder, f"sqlite:///{path}"))
    yield database
    database.dispose()
