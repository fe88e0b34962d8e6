"""What the house has mailed: the worker's turn, and the links in what is kept."""

import re

import sqlalchemy as sa

from loyalty.core import clock
from loyalty.core.mail import Mail
from loyalty.worker.chores import CHORES
from loyalty.worker.once import once


def deliver(database):
    """Let the worker do all that is due."""
    once(database, CHORES, at=clock.now())


def letters(database, kind):
    """The facts of every mail of that kind, the oldest first."""
    deliver(database)
    with database.read() as session:
        rows = session.execute(sa.select(Mail).where(Mail.kind == kind).order_by(Mail.id))
        return [(mail.address, mail.facts) for mail in rows.scalars()]


def link_in(database, kind):
    """The path of the link in the latest mail of that kind."""
    return re.sub("^https?://[^/]+", "", letters(database, kind)[-1][1]["link"])
