"""A shop whose automations run by themselves: people who have broken a habit, and a moved clock."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from loyalty.automations import switching, upkeep
from loyalty.automations.journeys import WIN_BACK
from loyalty.automations.models import Automation, AutomationRun, AutomationStep
from loyalty.campaigns.models import Campaign, Message
from loyalty.core.db import table
from loyalty.core.ids import parse_ref
from loyalty.counter.models import Redemption
from loyalty.customers.consents import Purpose
from loyalty.customers.models import Customer
from loyalty.feedback.models import Remark
from loyalty.worker import automating, campaigning
from tests.worker.writing import GIFT, Desk

GAP_DAYS = 10


def _go_on():
    """The worker holds on to its job."""


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

    def work(self, **later):
        """Time passes, then the worker does what is due of letters, and nothing else."""
        self.now += timedelta(**later)
        automating.tend(self.database, payload={}, at=self.now, beat=_go_on)
        campaigning.tend(self.database, payload={}, at=self.now, beat=_go_on)
        if "ready" in self.states():  # lines to a mail server take a while to open
            campaigning.send(self.database, payload={}, at=self.now, beat=_go_on)

    def days(self, much=1, every=1):
        """So many days go by, the worker at it at half past ten of every day, or of some."""
        for _ in range(0, much, every):
            morning = self.now.replace(hour=9, minute=30)
            self.work(seconds=(morning + timedelta(days=every) - self.now).total_seconds())

    def tend_only(self):
        """People are taken a step further, and no letter leaves yet."""
        automating.tend(self.database, payload={}, at=self.now, beat=_go_on)

    def stop(self, kind=WIN_BACK):
        """Switch off and let nobody go on."""
        with self.database.write() as session:
            upkeep.stop(session, duty=self.shop.owner, kind=kind, at=self.now)

    def rewrite(self, step, subject, version=None):
        """Write a letter otherwise."""
        with self.database.write() as session:
            setting = switching.find(session, merchant_id=self.shop.merchant_id, kind=WIN_BACK)
            switching.write_letter(
                session, duty=self.shop.owner, kind=WIN_BACK, step=step,
                wanted={"it": {"subject": subject, "body": "Ciao!"}},
                version=setting.version if version is None else version, at=self.now,
            )  # fmt: skip

    def newcomer(self, name, **more):
        """Somebody who joined by the poster just now."""
        found = self.customer(name, **more)
        with self.database.write() as session:
            whose = parse_ref("cus", found.customer)
            session.get_one(Customer, (self.shop.merchant_id, whose)).source = "poster"
        return found

    def answer(self, card):
        """The shop sees to what somebody said at the counter."""
        with self.database.write() as session:
            session.execute(
                sa.update(Remark)
                .where(Remark.customer_id == parse_ref("cus", card.customer))
                .values(state="done", done_at=self.now, done_by="system")
            )

    def vouchers(self):
        """What became of each voucher."""
        with self.database.read() as session:
            return list(session.execute(sa.select(table(Redemption).c.state)).scalars())

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

    def taken(self):
        """The steps of each run, in the order in which they were taken."""
        step = table(AutomationStep)
        with self.database.read() as session:
            found = {}
            for row in session.execute(sa.select(step).order_by(step.c.message_id)):
                found.setdefault(row.run_id, []).append(row.step)
            return found

    def forget_claims(self):
        """The database is an older one: it knows of fewer claims than the installation."""
        with self.database.write() as session:
            session.execute(sa.update(table(Campaign)).values(claims=0))

    def forget_runs(self):
        """Nor does it know who was on the way."""
        with self.database.write() as session:
            session.execute(sa.delete(table(AutomationStep)))
            session.execute(sa.delete(table(AutomationRun)))

    def state(self, kind=WIN_BACK):
        with self.database.read() as session:
            return session.get_one(Automation, (self.shop.merchant_id, kind)).state


@pytest.fixture
def ladder(shop, postbox):
    """On a Monday morning: on Sundays nothing leaves."""
    found = Ladder(shop, postbox)
    found.now += timedelta(days=2)
    return found
