"""What telling the log again has found: sentences about the shop that were not true once."""

import pytest
import sqlalchemy as sa

from loyalty.counter import chores
from loyalty.replay.whole import replay
from tests.domain.eventful import RULES, Days, rules


@pytest.fixture
def days(shop):
    """A club with one gold card."""
    shop.program("club", RULES[0])
    found = Days(shop)
    found.visit(found.enrol(), 2_500)
    return found


def steps(days):
    query = "SELECT kind, level, happened_on FROM tier_change ORDER BY id"
    return [(kind, level, str(on)) for kind, level, on in ask(days, query)]


def ask(days, query):
    with days.shop.database.read() as session:
        return session.execute(sa.text(query)).all()


def same(days):
    with days.shop.database.read() as session:
        report = replay(session)
    assert [each.sentence.en for each in report.differences] == []


def test_a_level_that_newer_rules_leave_as_it_is_is_reviewed_by_them(days):
    days.publish(rules(starts=(2_600, 9_000)))
    days.day = 40
    days.visit(days.cards[0], 2_500)  # enough by the older rules
    days.day = 75
    days.chore(chores.catch_up)
    assert [step[:2] for step in steps(days)[1:]] == [("rules", "gold"), ("grace", "gold")]
    same(days)


def test_a_notice_does_not_keep_newer_rules_away(days):
    days.publish(rules(starts=(2_000, 2_400)), adopt=False)
    days.chore(chores.notify)
    days.visit(days.cards[0], 1)
    assert [step[:2] for step in steps(days)[1:]] == [("notice", "gold"), ("rules", "platinum")]
    same(days)


def test_a_notice_does_not_make_a_late_sale_count_later(days):
    days.day = 3
    days.chore(chores.notify)
    days.visit(days.cards[0], 7_000, back=1)
    assert steps(days)[-1] == ("up", "platinum", "2026-11-23")
    same(days)


def test_a_visit_that_goes_home_with_its_card_counts_once(days):
    bruna = days.enrol()
    days.visit(bruna, 2_500)
    days.day = 60
    days.merge(bruna, days.cards[0])
    days.day = 61
    days.visit(bruna, 2_600)
    days.day = 75
    days.part(bruna)
    kept = ask(days, "SELECT measured FROM tier_change WHERE kind = 'kept'")
    assert [tuple(row) for row in kept] == [(2_600,), (2_600,)]
    same(days)
