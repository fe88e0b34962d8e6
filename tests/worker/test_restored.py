"""A backup is put back: what it believes to be unsent may have been sent, and nobody gets two."""

import pytest
import sqlalchemy as sa

from loyalty.campaigns import claims, instance, launching
from loyalty.campaigns.models import Campaign, Message
from loyalty.core.db import table
from loyalty.worker import campaigning
from loyalty.worker.delivery import Watch
from tests.worker.writing import Desk

PEOPLE = 6


class Backup:
    """What the database knew of letters at some moment."""

    def __init__(self, database):
        self.database, self.kept = database, {}

    def take(self):
        with self.database.read() as session:
            for one in (table(Campaign), table(Message)):
                self.kept[one] = [row._asdict() for row in session.execute(sa.select(one))]

    def put_back(self):
        with self.database.write() as session:
            for one, rows in self.kept.items():
                kept = [row["id"] for row in rows]
                session.execute(sa.delete(one).where(one.c.id.not_in(kept)))
                for row in rows:
                    session.execute(sa.update(one).where(one.c.id == row["id"]).values(row))


@pytest.fixture
def backup(desk: Desk):
    return Backup(desk.database)


def people(desk):
    for number in range(PEOPLE):
        desk.customer(f"Anna{chr(97 + number)}")


def test_a_backup_from_the_middle_of_the_sending_halts_what_went_on(desk: Desk, postbox, backup):
    """Also where it knows of the last handful, of which some had left, and others left after it."""
    people(desk)
    postbox.data = ["250 taken", backup.take]
    campaign = desk.launch()
    desk.work()
    assert desk.states() == {"sent": PEOPLE}
    backup.put_back()
    assert desk.states() != {"sent": PEOPLE}
    desk.work(minutes=20)
    found = desk.campaign(campaign)
    assert (found.state, found.halted_for) == ("halted", "restored")
    assert len(postbox.arrived) == PEOPLE


def test_a_backup_from_after_the_last_letter_changes_nothing(desk: Desk, postbox, backup):
    people(desk)
    campaign = desk.launch()
    desk.work()
    backup.take()
    backup.put_back()
    desk.work(minutes=20)
    assert desk.campaign(campaign).state == "finished"
    assert len(postbox.arrived) == PEOPLE


def test_a_backup_that_is_the_right_one_goes_on_when_somebody_says_so(desk: Desk, postbox, backup):
    people(desk)
    campaign = desk.launch()
    backup.take()
    desk.work()
    backup.put_back()
    desk.work(minutes=20)
    assert desk.campaign(campaign).halted_for == "restored"
    desk.turn(launching.resume, campaign, not_after=None)
    desk.work(minutes=20)
    assert desk.campaign(campaign).state == "finished"


def test_a_worker_that_looked_before_another_took_some_takes_nothing_for_a_backup(
    desk: Desk, postbox
):
    people(desk)
    campaign = desk.launch()
    with desk.database.read() as session:
        (seen,) = launching.running(session)
    with desk.database.write() as session:
        counted = claims.count(session, campaign=seen)
    instance.note_taken(desk.database.settings.data, seen.id, counted)
    campaigning._tend(desk.database, seen, Watch(desk.now, lambda: None))
    assert desk.campaign(campaign).state == "running"
    desk.work()
    assert desk.states() == {"sent": PEOPLE}
