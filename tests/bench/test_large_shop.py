"""A shop that was made large in bulk is as true as one that was lived, and goes on like one."""

import pytest
import sqlalchemy as sa

from bench import books, copies, pattern
from loyalty.cards import claims, lookup
from loyalty.cards.models import CardToken
from loyalty.cards.tokens import read_scan
from loyalty.core import clock
from loyalty.core.ids import parse_ref, ref
from loyalty.core.money import Money
from loyalty.counter import redemptions, visits
from loyalty.counter.requests import VisitRequest, intent
from loyalty.ledger.models import Account, Operation
from loyalty.merchants.roles import Role, staff_duty
from loyalty.replay import whole
from tests.rigs.asked import asked

CARDS, VISITS, TIMES = 6, 40, 5


@pytest.fixture
def small(database):
    """The pattern, as the product's verbs made it."""
    return pattern.live(database, cards=CARDS, visits_made=VISITS)


@pytest.fixture
def totals(database, small):
    """What the small shop holds."""
    return held(database)


@pytest.fixture
def large(database, small, totals):
    """The same, five times."""
    return copies.multiply(database, small, times=TIMES)


def held(database):
    """Units on cards, and operations by kind."""
    with database.read() as session:
        balance = session.scalar(
            sa.select(sa.func.sum(Account.balance)).where(Account.kind == "card")
        )
        counted = sa.select(Operation.kind, sa.func.count()).group_by(Operation.kind)
        return {"balance": int(balance), **dict(map(tuple, session.execute(counted)))}


def test_a_large_shop_holds_a_small_one_so_many_times(database, totals, large):
    assert held(database) == {name: TIMES * count for name, count in totals.items()}
    assert totals["visit"] == VISITS
    assert totals["redemption"] > 0
    assert totals["refund"] > 0
    assert len(set(large.codes)) == CARDS * TIMES


def test_a_large_shop_passes_the_audit_the_foreign_keys_and_the_replay(database, large):
    assert books.findings(database) == []
    assert books.orphans(database) == []
    with database.read() as session:
        report = whole.replay(session)
    assert (report.cards, report.differences) == (CARDS * TIMES, [])


def test_a_copys_receipt_names_the_copy(database, large):
    with database.read() as session:
        rows = session.execute(
            sa.select(Operation.id, Operation.kind, Operation.card_id, Operation.answer)
        ).all()
        tokens = session.execute(sa.select(CardToken.card_id, CardToken.code))
        codes = dict(map(tuple, tokens))
    told = [row for row in rows if row.answer]
    assert len(told) > CARDS * TIMES
    for row in told:
        if row.kind == "enrolment":
            assert row.answer["ref"] == ref("crd", row.card_id)
            assert row.answer["code"] == codes[row.card_id]
        else:
            assert row.answer["ref"].partition("_")[2] == ref("x", row.id).partition("_")[2]


def test_the_counter_goes_on_in_a_large_shop(database, large):
    duty = staff_duty(large.merchant_id, large.merchant_id, Role.OWNER)
    request = VisitRequest(scan=large.codes[-1], amount=Money(2_000, "EUR"))
    with database.write() as session:
        receipt = visits.accrue(
            session, duty=duty, request=request, intent=intent("k", "b"), at=clock.now()
        )
    assert receipt.body["earned"] == {"points": 20}
    with database.write() as session:
        spent = redemptions.reserve(
            session,
            duty=duty,
            scan=large.codes[-1],
            reward="breakfast",
            intent=intent("k2", "b"),
            at=clock.now(),
        )
    assert spent.body["vouchers"][0]["state"] == "reserved"
    assert books.findings(database) == []


def test_each_copy_of_a_card_is_found_by_its_own_qr_code(database, large):
    with database.read() as session:
        tokens = session.execute(sa.select(CardToken.card_id, CardToken.token)).all()
        for row in tokens:
            scan = read_scan(row.token)
            facts = lookup.by_scan(session, merchant_id=large.merchant_id, scan=scan)
            assert facts.card_id == row.card_id
            assert claims.card_by_token(session, token=row.token) == ref("crd", row.card_id)
    assert len({row.card_id for row in tokens}) == CARDS * TIMES


def test_nothing_that_was_written_can_be_changed_in_a_large_shop(database, large):
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), database.write() as session:
        session.execute(sa.update(Operation).values(kind="visit"))


def test_a_row_that_got_past_the_foreign_keys_is_found(database, large):
    from bench.unguarded import unguarded

    with unguarded(database) as connection:
        one = connection.execute(sa.select(CardToken.id).limit(1)).scalar_one()
        nobody = parse_ref("crd", "crd_" + "0" * 26)
        connection.execute(sa.update(CardToken).where(CardToken.id == one).values(card_id=nobody))
    assert books.orphans(database) == [
        "1 rows break fk_card_token_merchant_id_card_id_card",
    ]


def test_a_large_shop_costs_as_many_statements_a_visit_as_a_small_one(database, large):
    duty = staff_duty(large.merchant_id, large.merchant_id, Role.OWNER)
    counts = set()
    for number, code in enumerate((large.codes[0], large.codes[-1])):
        request = VisitRequest(scan=code, amount=Money(500, "EUR"))
        with asked(database) as sent, database.write() as session:
            visits.accrue(
                session, duty=duty, request=request, intent=intent(f"n{number}", ""), at=clock.now()
            )
        counts.add(len(sent))
    assert len(counts) == 1
