"""The nightly clocks: what is old enough is cleared, of whom it must be, and nothing else."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from loyalty.audit import audit
from loyalty.core.calendar import add_months
from loyalty.core.ids import new_id
from loyalty.counter.models import VisitLine
from loyalty.counter.requests import LineRequest
from loyalty.counter.rollups.models import MemberProduct
from loyalty.customers.models import Erasure
from loyalty.merchants import acts, clocks
from loyalty.merchants.clock_models import RetentionRun
from loyalty.merchants.models import SignInAttempt, StaffAct
from loyalty.persons import erasure
from loyalty.replay.whole import replay
from loyalty.worker import retention
from loyalty.worker.chores import CHORES
from tests.builders import NOW
from tests.domain.dumped import hits
from tests.domain.folk import say

SOLD = [
    LineRequest("ESP", "Espresso doppio", "coffee", 2_000, 220),
    LineRequest(None, "Cornetto", None, 1_000, 150),
]


def months_later(months, days=0):
    on = add_months(NOW.date(), months) + timedelta(days=days)
    return datetime.combine(on, NOW.timetz())


def night(shop, at):
    """One night; what it has cleared in the shop, by clock."""
    retention.run(shop.database, payload={}, at=at, beat=lambda: None)
    with shop.database.read() as session:
        assert audit(session) == []
        report = replay(session)
        assert report.differences == []
        run = session.execute(
            sa.select(RetentionRun.cleared)
            .where(RetentionRun.merchant_id == shop.merchant_id)
            .order_by(RetentionRun.id.desc())
        )
        return {kind: many for kind, many in run.scalars().first().items() if many}


def count(shop, model, *where):
    with shop.database.read() as session:
        query = sa.select(sa.func.count()).select_from(model).where(*where)
        return session.execute(query).scalar_one()


def telling(shop):
    return count(shop, VisitLine, VisitLine.item.is_not(None))


@pytest.fixture
def people(shop):
    """Three people, each with two lines on the same day: who agreed to nothing, to one, to both."""
    cards = [shop.card("stamps", name=name) for name in ("Anna", "Bice", "Carla")]
    for card in cards:
        shop.visit(card, 370, lines=SOLD)
    say(shop, cards[1].customer, "profiling")
    for purpose in ("profiling", "marketing"):
        say(shop, cards[2].customer, purpose)
    return cards


def test_after_twelve_months_it_goes_unless_both_are_agreed_to_and_after_24_of_all(shop, people):
    assert night(shop, months_later(12)) == {}
    assert telling(shop) == 6
    assert night(shop, months_later(12, days=1)) == {clocks.DETAIL: 4}
    assert (telling(shop), count(shop, MemberProduct)) == (2, 2)
    assert night(shop, months_later(12, days=2)) == {}
    assert night(shop, months_later(24)) == {}
    assert night(shop, months_later(24, days=1)) == {clocks.AGREED: 2}
    assert hits(shop.database, ["Espresso doppio", "Cornetto"]) == []
    assert count(shop, MemberProduct) == 0


def test_who_takes_a_consent_back_is_cleared_the_next_night(shop, people):
    assert night(shop, months_later(13)) == {clocks.DETAIL: 4}
    say(shop, people[2].customer, "marketing", given=False, at=months_later(13))
    assert night(shop, months_later(13, days=1)) == {clocks.DETAIL: 2}


def test_an_old_visit_is_refunded_by_lines_after_it_was_cleared(shop, people):
    visit = shop.visit(people[0], 370, lines=SOLD).body["ref"]
    night(shop, months_later(13))
    given = shop.refund(visit, lines=((1, 1_000),), at=months_later(13)).body
    assert given["earned"] == {"stamps": -1}
    assert night(shop, months_later(13, days=1)) == {}


def test_a_sale_that_comes_in_late_is_cleared_by_its_own_day(shop):
    card = shop.card("stamps")
    night(shop, months_later(13))
    shop.visit(card, 370, lines=SOLD, at=NOW)
    assert night(shop, months_later(13, days=1)) == {clocks.DETAIL: 2}


def test_many_are_cleared_in_portions_exactly_once(shop, monkeypatch):
    monkeypatch.setattr(retention, "_LOOK", 7)
    card = shop.card("stamps")
    for number in range(25):
        shop.visit(card if number % 2 else shop.card("stamps"), 370, lines=SOLD)
    assert night(shop, months_later(13)) == {clocks.DETAIL: 50}
    assert telling(shop) == 0


def test_each_shop_has_its_own_clocks(shop, stranger, people):
    stranger.visit(stranger.card("stamps"), 370, lines=SOLD)
    change(shop, clocks.DETAIL, months=36)
    assert night(shop, months_later(13)) == {}
    assert telling(shop) == 6
    change(shop, clocks.DETAIL, is_on=False)
    change(shop, clocks.AGREED, is_on=False)
    change(shop, clocks.STAFF_LOG, is_on=False)
    assert night(shop, months_later(60)) == {}
    assert telling(shop) == 6
    change(shop, clocks.DETAIL)
    assert night(shop, months_later(60)) == {clocks.DETAIL: 4}


def change(shop, kind, *, months=12, is_on=True, reason="Il commercialista lo chiede"):
    with shop.database.write() as session:
        clocks.change(
            session,
            duty=shop.owner,
            kind=kind,
            months=months,
            is_on=is_on,
            reason=reason,
            at=NOW,
        )


def test_staff_log_and_proofs_go_after_24_months_and_sign_ins_after_30_days(shop):
    card = shop.card(name="Anna", email="anna@example.it")
    with shop.database.write() as session:
        acts.note(session, duty=shop.owner, act="card.block", target=card.ref, at=NOW, reason="x")
        erasure.erase(session, duty=shop.owner, customer_ref=card.customer, at=NOW)
        for days in (0, 29, 31):
            at = months_later(25) - timedelta(days=days)
            session.add(SignInAttempt(id=new_id(), digest=b"0" * 16, at=at))
    logged = count(shop, StaffAct)
    assert night(shop, months_later(24)) == {}
    assert night(shop, months_later(25)) == {clocks.STAFF_LOG: logged, clocks.PROOF: 1}
    assert count(shop, StaffAct) == 0
    assert count(shop, Erasure, Erasure.address_hash.is_not(None)) == 0
    assert count(shop, SignInAttempt) == 2


def test_it_comes_round_every_night():
    cadence = CHORES.schedules["data.retention"]
    night_at = datetime(2026, 11, 22, 3, 10, tzinfo=UTC)
    assert cadence.latest(night_at + timedelta(hours=5)) == night_at
