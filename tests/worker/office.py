"""Somebody who owes mail, the worker who sends it, and the server that it goes to."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from loyalty.core import mail
from loyalty.core.db import table
from loyalty.core.mail import Mail
from loyalty.worker.chores import CHORES
from loyalty.worker.once import once
from tests.builders import NOW
from tests.rigs.postbox import open_postbox

CONFIRM = {"shop": "Caffè Aurora", "link": "https://card.example.it/j/ok/SECRET", "hours": 48}


@pytest.fixture
def postbox():
    with open_postbox() as box:
        yield box


class Office:
    """Somebody who owes mail, and the worker who sends it."""

    def __init__(self, database):
        self.database, self.now = database, NOW

    def use(self, url, sender="carte@card.example.it"):
        self.database.settings = replace(self.database.settings, smtp_url=url, mail_from=sender)

    def post(self, kind="sign_in_code", to="anna@example.it", language="it", whose=None, **facts):
        facts = facts or {"code": "123456", "minutes": 10}
        with self.database.write() as session:
            return mail.post(
                session,
                kind=kind,
                to=to,
                language=language,
                facts=facts,
                at=self.now,
                whose=whose,
            )

    def work(self):
        return once(self.database, CHORES, at=self.now)

    def later(self, **much):
        self.now += timedelta(**much)
        return self.work()

    def mail(self, *columns):
        with self.database.read() as session:
            return session.execute(
                sa.select(*(table(Mail).c[name] for name in columns)).order_by(table(Mail).c.id)
            ).all()


@pytest.fixture
def office(database, postbox):
    office = Office(database)
    office.use(f"smtp://127.0.0.1:{postbox.port}")
    return office
