"""Two customers who turn out to be one: what becomes of the person, and the way back."""

import json
from datetime import timedelta
from itertools import product

import pytest
import sqlalchemy as sa

from loyalty.core.errors import StateConflict, Unknown
from loyalty.core.ids import parse_ref, ref
from loyalty.customers import directory, living, merging
from loyalty.customers.models import CustomerMerge
from loyalty.customers.refusals import (
    MergedAway,
    MergedTooLongAgo,
    NotMerged,
    SamePerson,
    SeveralMerged,
)
from loyalty.tables import METADATA
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
    write,
)
from tests.domain.law import refused
from tests.domain.races import at_once
from tests.rigs.asked import asked

DAY = timedelta(days=1)


@pytest.fixture
def anna(shop):
    """Anna as the shop knows her well."""
    return customer(shop, **ANNA)


@pytest.fixture
def double(shop):
    """Anna again, from a card made in a hurry."""
    return customer(shop, **DOUBLE)


def change(shop, who, **changes):
    facts = {"merchant_id": shop.merchant_id, "customer_ref": who, "changes": changes}
    return write(shop, directory.change, **facts)


def erase(shop, who, *, at=NOW):
    facts = {"merchant_id": shop.merchant_id, "customer_ref": who, "at": at}
    return write(shop, directory.erase, **facts)


# --- the profile ---------------------------------------------------------------------------------


def test_the_survivor_keeps_what_it_has_and_takes_what_it_lacks(shop, anna, double):
    merge(shop, double, anna)
    taken = {"phone": DOUBLE["phone"], "birthday": DOUBLE["birthday"]}
    assert profile(shop, anna) == ANNA | taken
    assert profile(shop, double) == DOUBLE


def test_whoever_was_merged_is_listed_and_found_no_more(shop, anna, double):
    merge(shop, double, anna)
    listed = read(shop, directory.page)
    found = [*read(shop, directory.search, text="anna"), *read(shop, directory.search, text="C-2")]
    assert [ref("cus", each.id) for each in [*listed, *found]] == [anna, anna]


def test_whoever_was_merged_can_still_be_looked_up_and_leads_to_the_survivor(shop, anna, double):
    third = customer(shop)
    merge(shop, third, double)
    merge(shop, double, anna)
    seen = read(shop, directory.find, customer_ref=third)
    assert seen.merged_into_id == parse_ref("cus", double)
    for who in (anna, double, third):
        who_id = parse_ref("cus", who)
        assert ref("cus", read(shop, merging.resolve, customer_id=who_id)) == anna
    gathered = read(shop, living.gathered, customer_id=parse_ref("cus", anna))
    assert [ref("cus", each) for each in gathered] == [double, third]


def test_whoever_was_merged_is_changed_no_more(shop, anna, double):
    merge(shop, double, anna)
    with refused(shop, MergedAway, customer=anna):
        change(shop, double, name="Anna N.")
    with refused(shop, MergedAway, customer=anna):
        erase(shop, double)


def test_the_own_reference_of_whoever_was_merged_leads_to_the_survivor(shop, anna, double):
    merge(shop, double, anna)
    with refused(shop, StateConflict, customer=anna):
        customer(shop, external_ref=DOUBLE["external_ref"])


def test_nobody_is_merged_twice_or_into_who_is_not_there(shop, stranger, anna, double):
    third, gone, theirs = customer(shop), customer(shop), customer(stranger)
    erase(shop, gone)
    merge(shop, double, anna)
    with refused(shop, SamePerson, customer=anna):
        merge(shop, anna, anna)
    for loser, survivor in ((double, third), (double, anna), (third, double), (anna, double)):
        with refused(shop, MergedAway, customer=anna):
            merge(shop, loser, survivor)
    for loser, survivor in product((gone, theirs, "cus_" + "0" * 26, ""), (third,)):
        for pair in ((loser, survivor), (survivor, loser), (loser, loser)):
            with refused(shop, Unknown):
                merge(shop, *pair)
    with refused(stranger, Unknown):
        part(stranger, double)


def test_a_merge_keeps_no_personal_data(shop, anna, double):
    merged = merge(shop, double, anna)
    with shop.database.read() as session:
        kept = session.execute(sa.select(CustomerMerge)).scalar_one()
        assert (kept.id, kept.actor, kept.undone_at) == (merged.merge_id, shop.owner.actor, None)
        assert kept.facts == {"copied": ["phone", "birthday"]}
        assert "333" not in json.dumps(kept.facts)


def test_forgetting_somebody_forgets_all_whom_they_turned_out_to_be(shop, anna, double):
    third, other = customer(shop, name="Anna"), customer(shop, name="Bea")
    merge(shop, third, double)
    merge(shop, double, anna)
    erase(shop, anna, at=NOW + DAY)
    for who in (anna, double, third):
        assert profile(shop, who) == {}
        with refused(shop, Unknown):
            part(shop, who, at=NOW + DAY)
    assert profile(shop, other) == {"name": "Bea"}


# --- the way back --------------------------------------------------------------------------------


def test_with_nothing_since_all_is_as_it_was(shop, anna, double):
    before = as_it_is(shop, anna, double)
    merged = merge(shop, double, anna)
    released = part(shop, double, at=NOW + 30 * DAY)
    assert as_it_is(shop, anna, double) == before
    assert released == merging.Released(
        merged.merge_id, parse_ref("cus", double), parse_ref("cus", anna), NOW, cards=None
    )


def test_what_was_changed_since_stays_changed(shop, anna, double):
    merge(shop, double, anna)
    change(shop, anna, phone="333 2", name="Anna N.")
    part(shop, double)
    assert profile(shop, anna) == ANNA | {"phone": "333 2", "name": "Anna N."}


def test_what_was_emptied_since_does_not_come_back_from_another(shop, anna, double):
    other = customer(shop, phone="333 9")
    merge(shop, double, anna)
    change(shop, anna, phone=None)
    merge(shop, other, anna)
    change(shop, anna, phone=None)
    part(shop, double)
    assert "phone" not in profile(shop, anna)


def test_what_the_cards_need_for_the_way_back_comes_back_with_it(shop, anna, double):
    merged = merge(shop, double, anna)
    facts = {"merchant_id": shop.merchant_id, "merge_id": merged.merge_id}
    write(shop, merging.keep_cards, **facts, cards={"moved": ["crd_1"]})
    assert part(shop, double).cards == {"moved": ["crd_1"]}


def test_the_survivor_may_be_named_if_only_one_was_merged_into_it(shop, anna, double):
    third = customer(shop)
    merge(shop, double, anna)
    merge(shop, third, anna)
    with refused(shop, SeveralMerged, customers=[double, third]):
        part(shop, anna)
    assert part(shop, double).loser_id == parse_ref("cus", double)
    assert part(shop, anna).loser_id == parse_ref("cus", third)
    with refused(shop, NotMerged, customer=anna):
        part(shop, anna)


def test_a_merge_is_undone_once_and_may_be_made_again(shop, anna, double):
    first = merge(shop, double, anna)
    part(shop, double)
    with refused(shop, NotMerged, customer=double):
        part(shop, double)
    assert merge(shop, double, anna).merge_id != first.merge_id
    part(shop, double)


def test_after_thirty_days_it_stays(shop, anna, double):
    merge(shop, double, anna)
    late = NOW + 30 * DAY + timedelta(microseconds=1)
    with refused(shop, MergedTooLongAgo, until="2026-12-21T10:00:00Z"):
        part(shop, double, at=late)


def test_the_last_merge_is_undone_first_where_one_led_to_another(shop, anna, double):
    third = customer(shop)
    before = as_it_is(shop, anna, double, third)
    merge(shop, third, double)
    merge(shop, double, anna)
    with refused(shop, MergedAway, customer=anna):
        part(shop, third)
    part(shop, double)
    part(shop, third)
    assert as_it_is(shop, anna, double, third) == before


# --- at once, and within the shop ----------------------------------------------------------------


def test_eight_who_merge_and_part_at_once_leave_one_merge(shop, anna, double):
    pairs = ((double, anna), (anna, double))
    outcomes = at_once(lambda number: merge(shop, *pairs[number % 2]))
    assert outcomes == {"done": 1, "state_conflict": 7}
    loser = double if row(shop, double)["merged_into_id"] else anna
    assert at_once(lambda _: part(shop, loser)) == {"done": 1, "state_conflict": 7}
    for who in (anna, double):
        assert row(shop, who)["merged_into_id"] is None


def test_every_statement_about_merged_people_names_the_shop(shop, anna, double):
    with asked(shop.database) as sent:
        say(shop, anna)
        merge(shop, double, anna)
        merge(shop, customer(shop), anna)
        state(shop, double)
        part(shop, double)
        erase(shop, anna)
    ours = [one for one in sent if "customer" in one or "consent_event" in one]
    assert len(ours) > 20
    assert all("merchant_id = " in one or "(merchant_id, " in one for one in ours)


def test_no_merge_reaches_into_another_shop(shop, stranger, anna):
    theirs = customer(stranger)
    merges = METADATA.tables["customer_merge"]
    with pytest.raises(sa.exc.IntegrityError), shop.database.write() as session:
        session.execute(
            sa.insert(merges).values(
                merchant_id=shop.merchant_id,
                id=parse_ref("cus", anna),
                loser_id=parse_ref("cus", theirs),
                survivor_id=parse_ref("cus", anna),
                actor="system",
                merged_at=NOW,
                facts={},
            )
        )
