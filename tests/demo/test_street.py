"""The demo's street: as large as promised, the same each time, and nothing in it is damaged."""

from collections import Counter
from datetime import timedelta
from shutil import copy

import pytest
import sqlalchemy as sa

from loyalty import audit
from loyalty.campaigns.models import Campaign
from loyalty.cards.models import Card
from loyalty.core import db
from loyalty.core.db import Database
from loyalty.counter import causes, chores
from loyalty.counter.models import Redemption, TierChange, Visit
from loyalty.customers.consents import Purpose
from loyalty.customers.models import ConsentEvent, Customer
from loyalty.demo import fill
from loyalty.demo.petshop import CAUSE
from loyalty.demo.shops import STREET
from loyalty.feedback.models import Remark
from loyalty.ledger.models import Entry, Lot, Operation
from loyalty.merchants.models import Location, Merchant, Staff
from loyalty.programs.models import ProgramVersion
from loyalty.replay.whole import replay
from tests.conftest import settings_for
from tests.demo.conftest import EVENING, fill_a_little


def count(session, model, *conditions) -> int:
    query = sa.select(sa.func.count()).select_from(model).where(*conditions)
    return session.execute(query).scalar_one()


def merchant(session, name):
    return session.execute(sa.select(Merchant.id).where(Merchant.name == name)).scalar_one()


# --- the whole street, by chance alone ------------------------------------------------------------


@pytest.mark.parametrize("days", [0, 131, 262])
def test_two_thousand_customers_pay_twenty_five_thousand_visits_whenever_it_is_filled(days):
    lives = fill.to_come(at=EVENING - timedelta(days=days))
    assert sum(len(life.members) for life in lives) == 2_000
    visits = sum(len(life.coming) for life in lives)
    assert 25_000 <= visits <= 29_000


@pytest.fixture(scope="module")
def lives():
    """What will happen in each shop until that evening."""
    return fill.to_come(at=EVENING)


def test_people_come_stay_slip_away_and_return(lives):
    cafe = lives[0]
    last = {id(visit.member): visit.at for visit in cafe.coming}
    silent = [(EVENING - at).days for at in last.values()]
    assert sum(days < 30 for days in silent) > len(silent) // 4
    assert sum(days > 90 for days in silent) > len(silent) // 4
    assert sum(len(member.habit.spans) > 1 for member in cafe.members) > len(silent) // 20


def test_august_is_quiet_and_the_bakery_is_full_before_christmas(lives):
    bakery = lives[1]
    months = Counter(visit.at.strftime("%Y-%m") for visit in bakery.coming)
    assert months["2026-08"] < months["2026-07"] // 2 + months["2026-09"] // 4
    assert months["2025-12"] > months["2025-11"]
    assert months["2025-12"] > months["2026-01"]


def test_every_address_and_number_is_nobodys(lives):
    profiles = [member.profile for life in lives for member in life.members]
    assert all(one.email.endswith(".example") for one in profiles if one.email)
    assert all(one.phone.startswith("+39 200 ") for one in profiles if one.phone)
    assert sum(one.name is None for one in profiles) > 50
    assert sum(" " not in one.name for one in profiles if one.name) > 200


# --- a twentieth of it, filled --------------------------------------------------------------------


def test_audit_and_replay_find_nothing(database):
    with database.read() as session:
        assert not [finding for finding in audit.audit(session) if finding.count]
        report = replay(session)
    assert report.is_same, report.differences
    assert report.operations > 1_500


def told(database: Database) -> list[tuple[object, ...]]:
    """Who bought what when, and what it changed on the cards: everything but ids and codes.

    Until the first letter: whom it is kept from is drawn by lot, in the demo too.
    """
    with database.read() as session:
        letter_at = session.execute(sa.select(sa.func.min(Campaign.launched_at))).scalar_one()
        until = Operation.occurred_at < letter_at
        visits = (
            sa.select(Merchant.name, Customer.name, Visit.occurred_at, Visit.net_minor)
            .join(Visit, Visit.merchant_id == Merchant.id)
            .join(Card, Card.id == Visit.card_id)
            .join(Customer, Customer.id == Card.customer_id)
            .where(Visit.occurred_at < letter_at)
        )
        entries = (
            sa.select(Merchant.name, Operation.occurred_at, Operation.kind, Entry.kind, Entry.units)
            .join(Operation, Operation.merchant_id == Merchant.id)
            .join(Entry, Entry.operation_id == Operation.id)
            .where(until)
        )
        rows = [*session.execute(visits), *session.execute(entries)]
    return sorted((tuple(row) for row in rows), key=repr)


def test_the_same_seed_and_evening_give_the_same_street(database, sqlite_template, tmp_path):
    once = told(database)
    again = Database(settings_for(tmp_path, f"sqlite:///{copy(sqlite_template, tmp_path)}"))
    db.use(again)
    fill_a_little(again, at=EVENING)
    assert len(once) > 1_000
    assert told(again) == once
    again.dispose()


def test_everything_that_happens_in_shops_has_happened(database):
    with database.read() as session:
        kinds = set(session.execute(sa.select(Operation.kind)).scalars())
        entries = set(session.execute(sa.select(Entry.kind)).scalars())
        states = set(session.execute(sa.select(Redemption.state)).scalars())
        over = (Redemption.state == "reserved", Redemption.until_at < EVENING)
        waiting = (Redemption.state == "reserved", Redemption.until_at > EVENING)
        assert count(session, Redemption, *over)
        assert count(session, Redemption, *waiting)
        assert count(session, Card, Card.blocked_at.is_not(None))
        assert count(session, Card, Card.merged_into_id.is_not(None))
        assert count(session, Customer, Customer.erased_at.is_not(None))
        near = Lot.expires_at.between(EVENING, EVENING + timedelta(days=60))
        assert count(session, Lot, Lot.remaining > 0, near)
    assert kinds >= {
        "visit", "refund", "void", "move", "redemption", "fulfilment", "cancel", "adjustment",
        "enrolment", "expiry", "activation", "review", "merge",
    }  # fmt: skip
    assert entries >= {"earn", "take", "spend", "give", "expire", "adjust", "activate", "merge"}
    assert states == {"reserved", "fulfilled", "cancelled"}


def test_customers_said_what_they_think_and_most_of_it_was_seen_to(database):
    with database.read() as session:
        for plan in STREET:
            ours = Remark.merchant_id == merchant(session, plan.name)
            waiting = count(session, Remark, ours, Remark.state == "open")
            seen_to = count(session, Remark, ours, Remark.state == "done")
            assert 0 < waiting < seen_to, plan.name
            late = EVENING - timedelta(days=25)
            assert count(session, Remark, ours, Remark.written_at > late), plan.name
        assert not count(session, Remark, Remark.done_at > EVENING)
        assert count(session, Customer, Customer.note.is_not(None))


def test_consents_were_given_refused_and_withdrawn(database):
    asked = sa.select(ConsentEvent.purpose, ConsentEvent.given, ConsentEvent.source).distinct()
    with database.read() as session:
        said = {tuple(row) for row in session.execute(asked)}
    assert said >= {
        (Purpose.PROGRAM, True, "counter"),
        (Purpose.MARKETING, True, "counter"),
        (Purpose.MARKETING, False, "counter"),
        (Purpose.MARKETING, False, "web"),
    }


def test_each_shop_has_its_people_its_counters_and_its_own_kind_of_program(database):
    with database.read() as session:
        for plan in STREET:
            mine = merchant(session, plan.name)
            roles = set(
                session.execute(sa.select(Staff.role).where(Staff.merchant_id == mine)).scalars()
            )
            assert roles == {"owner", "manager", "marketer", "cashier"}
            places = session.execute(
                sa.select(Visit.location_id).where(Visit.merchant_id == mine).distinct()
            ).all()
            assert len(places) == len(plan.locations)
            assert count(session, Location, Location.merchant_id == mine) == len(plan.locations)
        assert count(session, Staff, Staff.active.is_(False)) == 1
        drafts = ProgramVersion.published_at.is_(None)
        assert count(session, ProgramVersion, drafts) == 2
        assert count(session, ProgramVersion, ProgramVersion.number == 2, ~drafts) == 1


def test_the_salon_has_people_at_every_level_and_some_about_to_be_reviewed(database):
    with database.read() as session:
        levels = set(session.execute(sa.select(TierChange.level)).scalars())
        kinds = set(session.execute(sa.select(TierChange.kind)).scalars())
        near = TierChange.review_on.between(
            EVENING.date(), chores.notice_until(EVENING.date()) + timedelta(days=60)
        )
        assert count(session, TierChange, near)
    assert levels >= {"silver", "gold"}
    assert "up" in kinds


def test_the_shelter_was_paid_with_receipts_and_once_by_mistake(database):
    with database.read() as session:
        mine = merchant(session, "Zampe Felici")
        cause = causes.one(session, merchant_id=mine, cause=CAUSE, at=EVENING)
        undone = [row.reverses_id is not None for row in cause.payouts]
    assert cause.paid_minor > 0
    assert 0 < cause.unpaid_minor < cause.pledged_minor
    assert undone.count(False) >= 5
    assert undone.count(True) == 1
