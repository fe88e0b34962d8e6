"""A shop whose automations run by themselves: people who have broken a habit, and a moved clock."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from loyalty.automations import switching
from loyalty.automations.journeys import WIN_BACK
from loyalty.automations.models import Automation, AutomationRun, AutomationStep
from loyalty.campaigns.models import Message
from loyalty.core.db import table
from loyalty.customers.consents import Purpose
from tests.worker.writing import GIFT, Desk

GAP_DAYS = 10


class Ladder(Desk):
    """The desk, with automations."""

    def regular(self, name="Anna", silent=40, visits=6, **more):
        """Somebody who came every ten days, and not for so many; they agreed to everything."""
        agrees = more.pop("agrees", True)
        now = self.now
        first = silent + GAP_DAYS * (visits - 1)
        self.now = now - timedelta(days=first)
        found = self.customer(name, agrees=agrees, **more)
        if agrees:
            self.say(found.customer, given=True, purpose=Purpose.PROFILING)
        for number in range(visits):
            at = now - timedelta(days=first - number * GAP_DAYS)
            self.shop.visit(found, 1_000, at=at)
        self.now = now
        return found

    def set(self, kind=WIN_BACK, offer=GIFT, percent=0):
        """Choose the gift and how many are held back."""
        with self.database.write() as session:
            version = switching.find(session, merchant_id=self.shop.merchant_id, kind=kind).version
            switching.set_terms(
                session, duty=self.shop.owner, kind=kind, offer=offer, holdout_percent=percent,
                version=version, at=self.now,
            )  # fmt: skip

    def switch_on(self, kind=WIN_BACK):
        with self.database.read() as session:
            ready = switching.prepare(session, merchant_id=self.shop.merchant_id, kind=kind)
        with self.database.write() as session:
            switching.switch_on(
                session, duty=self.shop.owner, kind=kind, prepared=ready, at=self.now
            )

    def switch_off(self, kind=WIN_BACK):
        with self.database.write() as session:
            switching.switch_off(session, duty=self.shop.owner, kind=kind, at=self.now)

    def days(self, much=1):
        """So many days go by, the worker at it three times a day."""
        for _ in range(much):
            for _ in range(3):
                self.work(hours=8)
                self.work(minutes=6)

    def runs(self, *columns):
        """These columns of every run, in the order in which they began."""
        wanted = [table(AutomationRun).c[name] for name in columns or ("step", "ended_as")]
        with self.database.read() as session:
            rows = session.execute(sa.select(*wanted).order_by(table(AutomationRun).c.id))
            return [tuple(row) for row in rows]

    def steps(self):
        """Each step that was taken, and what became of its letter, in their order."""
        step, message = table(AutomationStep), table(Message)
        both = sa.and_(
            message.c.merchant_id == step.c.merchant_id, message.c.id == step.c.message_id
        )
        with self.database.read() as session:
            rows = session.execute(
                sa.select(step.c.step, message.c.state, message.c.reason)
                .select_from(step.outerjoin(message, both))
                .order_by(step.c.taken_at, step.c.step)
            )
            return [tuple(row) for row in rows]

    def state(self, kind=WIN_BACK):
        with self.database.read() as session:
            return session.get_one(Automation, (self.shop.merchant_id, kind)).state


@pytest.fixture
def ladder(shop, postbox):
    """On a Monday morning: on Sundays nothing leaves."""
    found = Ladder(shop, postbox)
    found.now += timedelta(days=2)
    return found
