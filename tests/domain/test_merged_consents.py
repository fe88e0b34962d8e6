"""Consents of two customers who turn out to be one: joined on the strict side, and parted again."""

from datetime import timedelta
from itertools import pairwise, product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalty.core.errors import StateConflict
from loyalty.core.ids import parse_ref
from loyalty.customers import consents
from tests.builders import NOW
from tests.domain.folk import (
    ANNA,
    DOUBLE,
    as_it_is,
    customer,
    merge,
    part,
    profile,
    read,
    row,
    say,
    state,
)
from tests.domain.races import at_once

DAY = timedelta(days=1)
EACH = (None, False, True)


@pytest.fixture
def anna(shop):
    """Anna as the shop knows her well."""
    return customer(shop, **ANNA)


@pytest.fixture
def double(shop):
    """Anna again, from a card made in a hurry."""
    return customer(shop, **DOUBLE)


def log_of(shop, who):
    return read(shop, consents.log, customer_id=parse_ref("cus", who))


@pytest.mark.parametrize(("ours", "theirs"), list(product(EACH, EACH)))
def test_the_survivor_agrees_only_to_what_both_gave_and_parting_undoes_it(
    shop, anna, double, ours, theirs
):
    for who, word in ((anna, ours), (double, theirs)):
        if word is not None:
            say(shop, who, given=word)
    before = as_it_is(shop, anna, double)
    merge(shop, double, anna, at=NOW + DAY)
    nobody_spoke = ours is None and theirs is None
    joined = {} if nobody_spoke else {"marketing": bool(ours and theirs)}
    assert state(shop, anna) == state(shop, double) == joined
    part(shop, double, at=NOW + 2 * DAY)
    assert as_it_is(shop, anna, double) == before
    assert state(shop, anna, at=NOW + DAY) == joined


def test_a_merge_writes_a_consent_only_where_it_differs(shop, anna, double):
    say(shop, anna, "marketing", text_id="news-it-1")
    say(shop, anna, "profiling")
    say(shop, double, "profiling")
    say(shop, double, "tracking", given=False, text_id="pixel-it-2")
    merged = merge(shop, double, anna, at=NOW + DAY)
    events = log_of(shop, anna)
    written = {
        event.purpose: (event.given, event.text_id, event.actor, event.at)
        for event in events
        if event.source == "merge"
    }
    assert {event.merge_id for event in events} == {None, merged.merge_id}
    by, then = shop.owner.actor, NOW + DAY
    assert written == {
        "marketing": (False, "news-it-1", by, then),
        "tracking": (False, "pixel-it-2", by, then),
    }


def test_what_was_said_since_the_merge_stands_after_it_is_undone(shop, anna, double):
    say(shop, double, "marketing", given=False)
    merge(shop, double, anna)
    say(shop, anna, "marketing", at=NOW + DAY)
    part(shop, double, at=NOW + 2 * DAY)
    assert state(shop, anna) == {"marketing": True}
    assert state(shop, double) == {"marketing": False}


def test_a_withdrawal_since_the_merge_holds_for_both_afterwards(shop, anna, double):
    for who in (anna, double):
        say(shop, who)
    merge(shop, double, anna)
    say(shop, double, given=False, at=NOW + DAY)
    part(shop, double, at=NOW + 2 * DAY)
    assert state(shop, anna) == state(shop, double) == {"marketing": False}


def test_a_word_from_between_that_comes_in_after_the_undo_has_its_place(shop, anna, double):
    say(shop, anna)
    merge(shop, double, anna, at=NOW + DAY)
    part(shop, double, at=NOW + 3 * DAY)
    assert state(shop, anna) == {"marketing": True}
    say(shop, anna, given=False, at=NOW + 4 * DAY, said_at=NOW + 2 * DAY)
    assert state(shop, anna) == {"marketing": False}


def test_parting_from_one_leaves_the_survivor_bound_by_the_other(shop, anna, double):
    other = customer(shop, phone="333 9")
    say(shop, anna)
    merge(shop, double, anna)  # silent: nothing given any more
    merge(shop, other, anna)  # silent too, and nothing changes
    part(shop, double)
    assert state(shop, anna) == {"marketing": False}
    assert profile(shop, anna) == ANNA | {"phone": "333 9"}
    part(shop, other)
    assert state(shop, anna) == {"marketing": True}
    assert profile(shop, anna) == ANNA


def test_a_withdrawal_that_meets_a_merge_is_not_lost(shop):
    def meet(number):
        pair = people[number // 2]
        if number % 2:
            return merge(shop, *pair)
        return say(shop, pair[0], given=False)

    people = [(customer(shop), customer(shop)) for _ in range(4)]
    for who in (who for pair in people for who in pair):
        say(shop, who)
    assert at_once(meet) == {"done": 8}
    for pair in people:
        assert state(shop, pair[1]) == {"marketing": False}


# --- any story -----------------------------------------------------------------------------------

STEP = st.one_of(
    st.tuples(st.just("say"), st.integers(0, 3), st.booleans()),
    st.tuples(st.just("merge"), st.integers(0, 3), st.integers(0, 3)),
    st.tuples(st.just("part"), st.integers(0, 3), st.none()),
)


def do(shop, people, step, at):
    """One step of a story, if it can be done."""
    what, who, other = step
    acts = {
        "say": lambda: say(shop, people[who], given=other, at=at),
        "merge": lambda: merge(shop, people[who], people[other], at=at),
        "part": lambda: part(shop, people[who], at=at),
    }
    try:
        acts[what]()
    except StateConflict:
        return


def agreed(shop, who):
    """What the one who was named agrees to, each on their own."""
    return consents.state(log_of(shop, who))[consents.Purpose.MARKETING]


def words_since(shop, who, moment):
    return [each for each in log_of(shop, who) if each.merge_id is None and each.at > moment]


def unproven(shop, people):
    """Who counts as having agreed though one who turned out to be them did not, nor they since."""
    ids = {parse_ref("cus", who): who for who in people}
    for who in people:
        found = row(shop, who)
        into = ids.get(found["merged_into_id"])
        agrees_alone = into and agreed(shop, into) and not agreed(shop, who)
        if agrees_alone and not words_since(shop, into, found["merged_at"]):
            yield who


@settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # each time other customers
)
@given(story=st.lists(STEP, max_size=14))
def test_whatever_happens_nobody_agrees_by_being_merged(shop, story):
    people = [customer(shop) for _ in range(4)]
    for tick, step in enumerate(story):
        do(shop, people, step, NOW + tick * DAY)
        assert not list(unproven(shop, people))
    living = [who for who in people if row(shop, who)["merged_into_id"] is None]
    late = NOW + 20 * DAY
    for loser, survivor in pairwise(living):
        before = as_it_is(shop, loser, survivor)
        merge(shop, loser, survivor, at=late)
        part(shop, loser, at=late)
        assert as_it_is(shop, loser, survivor) == before
