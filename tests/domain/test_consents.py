"""Consents: each said for one purpose, never overwritten, and known for every moment."""

from datetime import timedelta
from itertools import product

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from loyalty.core.errors import Invalid, Unknown
from loyalty.core.ids import new_id, parse_ref
from loyalty.customers import consents
from loyalty.customers.consents import Purpose, strictest
from loyalty.customers.models import ConsentEvent
from loyalty.customers.refusals import MergedAway
from tests.builders import NOW
from tests.domain.folk import customer, merge, read, say, state
from tests.domain.law import refused

DAY = timedelta(days=1)
EACH = (None, False, True)


def test_nobody_has_agreed_to_anything_before_they_are_asked(shop):
    anna = customer(shop)
    assert read(shop, consents.of, customer_ref=anna) == dict.fromkeys(Purpose)


def test_one_purpose_says_nothing_of_another(shop):
    anna = customer(shop)
    say(shop, anna, "marketing")
    say(shop, anna, "profiling", given=False)
    assert state(shop, anna) == {"marketing": True, "profiling": False}


def test_the_last_word_counts_and_every_word_is_kept(shop):
    anna = customer(shop)
    for days, given_then in enumerate((True, False, True)):
        say(shop, anna, given=given_then, at=NOW + days * DAY, text_id=f"news-it-{days}")
    events = read(shop, consents.log, customer_id=parse_ref("cus", anna))
    assert [(event.given, event.text_id, event.source, event.actor) for event in events] == [
        (True, "news-it-0", "counter", shop.cashier.actor),
        (False, "news-it-1", "counter", shop.cashier.actor),
        (True, "news-it-2", "counter", shop.cashier.actor),
    ]
    assert state(shop, anna) == {"marketing": True}


def test_the_shop_can_say_what_was_agreed_at_any_moment(shop):
    anna = customer(shop)
    say(shop, anna, at=NOW)
    say(shop, anna, given=False, at=NOW + 2 * DAY)
    then = {days: state(shop, anna, at=NOW + days * DAY) for days in (-1, 0, 1, 2, 3)}
    given_then, withdrawn = {"marketing": True}, {"marketing": False}
    assert then == {-1: {}, 0: given_then, 1: given_then, 2: withdrawn, 3: withdrawn}


def test_a_form_that_arrives_late_counts_from_when_it_was_signed(shop):
    anna = customer(shop)
    say(shop, anna, given=False, at=NOW)
    late = say(shop, anna, at=NOW + DAY, said_at=NOW - 7 * DAY)
    assert (late.at, late.recorded_at) == (NOW - 7 * DAY, NOW + DAY)
    assert state(shop, anna) == {"marketing": False}
    assert state(shop, anna, at=NOW - DAY) == {"marketing": True}


def test_a_clock_that_is_ahead_does_not_outlast_a_withdrawal(shop):
    anna = customer(shop)
    say(shop, anna, at=NOW, said_at=NOW + timedelta(minutes=4))
    say(shop, anna, given=False, at=NOW + timedelta(minutes=1))
    assert state(shop, anna) == {"marketing": False}


@pytest.mark.parametrize("said_at", [NOW + DAY, NOW.replace(year=1999)])
def test_nobody_agrees_tomorrow_or_in_the_last_century(shop, said_at):
    anna = customer(shop)
    with refused(shop, Invalid):
        say(shop, anna, said_at=said_at)


def test_nobody_keeps_or_reads_a_consent_of_anothers_customer(shop, stranger):
    anna = customer(shop)
    say(shop, anna)
    for name in (anna, "cus_" + "0" * 26, ""):
        with refused(stranger, Unknown):
            say(stranger, name)
        with refused(stranger, Unknown):
            state(stranger, name)
    anna_id = parse_ref("cus", anna)
    assert read(stranger, consents.log, customer_id=anna_id) == []
    many = read(stranger, consents.of_many, customer_ids=[anna_id])
    assert many == {anna_id: dict.fromkeys(Purpose)}


def test_the_consents_of_many_are_those_of_each(shop):
    people = [customer(shop) for _ in range(3)]
    say(shop, people[0])
    say(shop, people[1], "tracking")
    say(shop, people[1], "tracking", given=False)
    many = read(shop, consents.of_many, customer_ids=[parse_ref("cus", who) for who in people])
    assert list(many.values()) == [read(shop, consents.of, customer_ref=who) for who in people]


def test_no_word_is_ever_changed_or_taken_out(shop):
    say(shop, customer(shop))
    whole = {
        "sqlite": "INSERT OR REPLACE INTO consent_event SELECT * FROM consent_event",
        "postgresql": "TRUNCATE consent_event",
    }
    columns = [column.name for column in ConsentEvent.__table__.columns]
    damages = [f"UPDATE consent_event SET {column} = {column}" for column in columns]
    for damage in (*damages, "DELETE FROM consent_event", whole[shop.database.dialect]):
        with pytest.raises(IntegrityError), shop.database.write() as session:
            session.execute(sa.text(damage))


def test_the_database_knows_four_purposes_and_no_other(shop):
    anna = customer(shop)
    row = dict.fromkeys(("at", "recorded_at"), NOW) | {"purpose": "resale", "given": True}
    row |= {"text_id": "x", "source": "web", "actor": "system"}
    with pytest.raises(IntegrityError), shop.database.write() as session:
        session.add(
            ConsentEvent(
                merchant_id=shop.merchant_id,
                id=new_id(),
                customer_id=parse_ref("cus", anna),
                **row,
            )
        )


# --- of somebody who was merged ------------------------------------------------------------------


def test_a_withdrawal_reaches_whoever_they_are_by_now(shop):
    anna, double, third = (customer(shop) for _ in range(3))
    say(shop, anna)
    say(shop, double)
    merge(shop, third, double)
    merge(shop, double, anna)
    event = say(shop, third, given=False, at=NOW + DAY)
    assert event.customer_id == parse_ref("cus", anna)
    for who in (anna, double, third):
        assert state(shop, who) == {"marketing": False}


def test_a_consent_is_asked_of_whoever_they_are_by_now(shop):
    anna, double = customer(shop), customer(shop)
    merge(shop, double, anna)
    with refused(shop, MergedAway, customer=anna):
        say(shop, double)


def test_before_they_were_merged_each_spoke_for_themselves(shop):
    anna, double = customer(shop), customer(shop)
    say(shop, double)
    merge(shop, double, anna, at=NOW + DAY)
    assert state(shop, double, at=NOW) == {"marketing": True}
    assert state(shop, double, at=NOW + DAY) == {"marketing": False}
    assert state(shop, anna, at=NOW) == {}


# --- the rules, pure -----------------------------------------------------------------------------


def test_two_who_are_one_agree_only_to_what_both_gave():
    yes, no, silence = True, False, None
    assert strictest(yes, yes) is yes
    for other in EACH:
        assert strictest(no, other) is no
    assert strictest(yes, silence) is no  # silence is not consent
    assert strictest(silence, silence) is silence


def test_it_does_not_matter_in_which_order_they_are_joined():
    for one, other, third in product(EACH, repeat=3):
        assert strictest(one, other) == strictest(other, one)
        joined = strictest(strictest(one, other), third)
        assert joined == strictest(one, strictest(other, third))


MERGES = [new_id() for _ in range(2)]
WORD = st.tuples(st.sampled_from(Purpose), st.booleans(), st.integers(0, 9))


@st.composite
def logs(draw):
    """What may come to stand in a log: words of any time in any order, merges and their undo."""
    events = []
    for tick in range(draw(st.integers(0, 12))):
        purpose, is_given, said = draw(WORD)
        merge_id = draw(st.sampled_from([None, None, *MERGES]))
        source = draw(st.sampled_from(["merge", "unmerge"])) if merge_id else "web"
        # What a merge brings about happens when it is recorded; a word may be older than that.
        at = NOW + (tick if merge_id else min(said, tick)) * DAY
        events.append(
            ConsentEvent(
                id=new_id(),
                purpose=purpose.value,
                given=is_given,
                source=source,
                at=at,
                merge_id=merge_id,
            )
        )
    return draw(st.permutations(events))


def replayed(events, until):
    """The log told anew, word for word, striking out what an undo takes back."""
    told = {purpose: [] for purpose in Purpose}
    struck = set()
    for event in sorted(events, key=lambda each: (each.at, each.id)):
        if event.at > until:
            continue
        page = told[Purpose(event.purpose)]
        if event.source == "unmerge":
            struck.add((event.purpose, event.merge_id))
            page[:] = [each for each in page if each.merge_id != event.merge_id]
        elif (event.purpose, event.merge_id) not in struck:
            page.append(event)
    return {purpose: page[-1].given if page else None for purpose, page in told.items()}


@settings(derandomize=True, database=None, deadline=None, max_examples=300)
@given(logs())
def test_at_any_moment_the_state_is_the_log_told_anew(events):
    for days in range(13):
        until = NOW + days * DAY
        then = [event for event in events if event.at <= until]
        assert consents.state(then) == replayed(events, until)


@settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # each time another customer
)
@given(words=st.lists(WORD, max_size=8))
def test_and_so_it_is_in_the_books(shop, words):
    anna = customer(shop)
    for tick, (purpose, is_given, said) in enumerate(words):
        said_at = NOW + min(said, tick) * DAY
        say(shop, anna, purpose, given=is_given, at=NOW + tick * DAY, said_at=said_at)
    events = read(shop, consents.log, customer_id=parse_ref("cus", anna))
    assert len(events) == len(words)
    for days in range(10):
        then = NOW + days * DAY
        assert read(shop, consents.of, customer_ref=anna, at=then) == replayed(events, then)
