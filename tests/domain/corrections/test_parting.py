"""Two customers who were merged are parted: with nothing since, all is as it was."""

from datetime import timedelta

import pytest

from loyalty.cards import keeping, lookup
from loyalty.customers.refusals import MergedTooLongAgo, NotMerged
from tests.builders import NOW
from tests.domain import folk
from tests.domain.corrections import days, rules
from tests.domain.corrections.hands import both, merge, on, unmerge
from tests.domain.law import holds, keep, refused, stands

DAY = timedelta(days=1)
MONTH = 30 * DAY


PROGRAMS = {
    "points": rules.points(),
    "waiting": rules.waiting(24 * 5),
    "sliding": rules.lasting("inactivity", 2),
    "month end": rules.lasting("month_end", 1),
    "clamped": rules.CLAMPED,
    "levels": rules.LEVELS,
    "giving": rules.GIVING,
}


@pytest.mark.parametrize("day", days.ALL, ids=lambda day: day.__name__)
def test_with_nothing_since_all_is_as_it_was(shop, day):
    old, young = shop.card(), shop.card()
    day(shop, old, young)
    at = NOW + 3 * DAY
    before = both(shop, (old, young), at)
    for _ in range(2):
        merge(shop, young, old, at=at)
        unmerge(shop, young, at=at + 29 * DAY)
        assert both(shop, (old, young), at) == before


@pytest.mark.parametrize("program", [name for name in PROGRAMS if name != "points"])
def test_so_it_is_in_every_kind_of_program(shop, program):
    shop.program(program, PROGRAMS[program])
    old, young = shop.card(program), shop.card(program)
    days.plain(shop, old, young)
    at = NOW + 3 * DAY
    before = both(shop, (old, young), at)
    for _ in range(2):
        merge(shop, young, old, at=at)
        unmerge(shop, young, at=at)
        assert both(shop, (old, young), at) == before


def test_what_became_due_meanwhile_is_as_it_would_have_been(shop):
    """Waiting ends, points expire, and a level is reviewed, all within the thirty days."""
    shop.program("waiting", rules.waiting(24 * 5))
    old, young = shop.card("waiting"), shop.card("waiting")
    days.plain(shop, old, young)
    apart = both(shop, (old, young), NOW + MONTH)
    merge(shop, young, old, at=NOW + 3 * DAY)
    unmerge(shop, young, at=NOW + MONTH)
    assert both(shop, (old, young), NOW + MONTH) == apart


def test_points_that_expired_meanwhile_have_expired_on_their_own_card(shop):
    shop.program("month", rules.lasting("rolling", 1))
    old, young = shop.card("month"), shop.card("month")
    shop.visit(young, 700)
    shop.visit(old, 500, at=NOW + 12 * DAY)
    merge(shop, young, old, at=NOW + 12 * DAY)
    at = NOW + 33 * DAY
    shop.visit(old, 100, at=at)
    unmerge(shop, young, at=at)
    assert [holds(shop, card, at=at)["available"] for card in (old, young)] == [6, 0]


# --- codes, people, time -------------------------------------------------------------------------


def test_each_code_leads_to_its_own_card_again(shop, pair):
    old, young = pair
    merge(shop, young, old)
    unmerge(shop, young)
    for card in pair:
        for scan in (card.code, card.token, card.ref):
            assert shop.visit(card, 100, scan=scan).body["card"] == card.ref


def test_a_card_whose_codes_were_shut_with_a_lost_one_gets_new_ones(shop, pair):
    old, young = pair
    visit = shop.visit(young, 700).body["ref"]
    merge(shop, young, old)
    keep(shop, keeping.replace, old)
    assert shop.refund(visit, 100).body["card"] == old.ref
    unmerge(shop, young)
    with shop.database.read() as session:
        facts = lookup.find(session, merchant_id=shop.merchant_id, card_ref=young.ref)
    assert facts.code not in (young.code, old.code)
    assert shop.visit(young, 100, scan=facts.code).body["card"] == young.ref


def test_the_consents_and_the_profile_are_those_of_before(shop, pair):
    old, young = pair
    folk.say(shop, old.customer, given=True)
    folk.say(shop, young.customer, given=False)
    before = folk.as_it_is(shop, old.customer, young.customer)
    merge(shop, young, old)
    unmerge(shop, young)
    assert folk.as_it_is(shop, old.customer, young.customer) == before


def test_after_thirty_days_it_stays(shop, pair):
    old, young = pair
    merge(shop, young, old)
    with refused(shop, MergedTooLongAgo):
        unmerge(shop, young, at=NOW + 31 * DAY)
    assert stands(shop, young)["ref"] == old.ref


def test_a_merge_is_undone_once(shop, pair):
    old, young = pair
    merge(shop, young, old)
    unmerge(shop, young)
    with refused(shop, NotMerged):
        unmerge(shop, young)


def test_the_answer_names_the_cards(shop, pair):
    old, young = pair
    merge(shop, young, old, at=on(2026, 12, 1))
    answer = unmerge(shop, young, at=on(2026, 12, 2))
    assert (answer.survivor, answer.loser) == (old.customer, young.customer)
    assert answer.cards == [{"card": young.ref, "into": old.ref}]
