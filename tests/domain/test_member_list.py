"""The member list: in any order, page by page, and whoever is asked for."""

from datetime import date, timedelta

import pytest

from loyalty.core.ids import parse_ref, ref
from loyalty.counter import merging, parting
from loyalty.customers import directory, tags
from loyalty.members import listing
from loyalty.members.criteria import SORTS, Criteria
from loyalty.members.listing import Place, Pot
from loyalty.merchants import places
from tests.builders import NOW
from tests.club import CLUB
from tests.domain.clients import names, wanted, whose_id
from tests.domain.folk import say

DAY = timedelta(days=1)
EVERYBODY = ["Ada", "Bea", "Ciro", "Dino", None]


@pytest.fixture
def folk(shop):
    """Ada came twice for 30, Bea once for 50 long ago, Ciro today for 5; the others never came."""
    cards = {}
    for number, name in enumerate(("Dino", "Bea", None, "Ada", "Ciro")):
        profile = {"name": name} if name else {"phone": "333 777 1234"}
        cards[name] = shop.card("points", at=NOW - (9 - number) * DAY, **profile)
    shop.visit(cards["Bea"], 5_000, at=NOW - 300 * DAY)
    shop.visit(cards["Ada"], 1_000, at=NOW - 2 * DAY)
    shop.visit(cards["Ada"], 2_000, at=NOW - 1 * DAY)
    shop.visit(cards["Ciro"], 500, at=NOW)
    return cards


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("-last", ["Ciro", "Ada", "Bea", None, "Dino"]),
        ("name", EVERYBODY),
        ("-name", EVERYBODY[::-1]),
        ("-visits", ["Ada", "Ciro", "Bea", None, "Dino"]),
        ("-spend", ["Bea", "Ada", "Ciro", None, "Dino"]),
        ("-joined", ["Ciro", "Ada", None, "Bea", "Dino"]),
        ("joined", ["Dino", "Bea", None, "Ada", "Ciro"]),
    ],
)
def test_every_order_shows_everybody_once_page_by_page(shop, folk, sort, expected):
    assert names(shop, sort=sort) == expected


def test_a_page_back_is_the_page_one_came_from(shop, folk):
    asked = wanted(shop, sort="name")
    with shop.database.read() as session:
        first = listing.page(session, wanted=asked, limit=2)
        second = listing.page(session, wanted=asked, place=Place(first.members[-1].ref), limit=2)
        back = listing.page(
            session, wanted=asked, place=Place(second.members[0].ref, is_back=True), limit=2
        )
    assert back.members == first.members
    assert (first.has_before, first.has_after) == (False, True)
    assert (second.has_before, second.has_after) == (True, True)
    assert (back.has_before, back.has_after) == (False, True)


def test_the_order_by_balance_goes_by_the_program_that_was_chosen(shop, folk):
    pot = Pot(parse_ref("prg", shop.programs["points"]), "points")
    assert names(shop, sort="-balance", pot=pot)[:3] == ["Bea", "Ada", "Ciro"]
    assert names(shop, sort="balance", pot=pot)[-3:] == ["Ciro", "Ada", "Bea"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"state": "new"}, {"Ada", "Ciro", "Dino", None}),  # who never came is new too
        ({"state": "one_off"}, {"Bea"}),
        ({"visits_min": "2"}, {"Ada"}),
        ({"visits_max": "0"}, {"Dino", None}),
        ({"spend_min": "30"}, {"Ada", "Bea"}),
        ({"spend_min": "6", "spend_max": "30"}, {"Ada"}),
        ({"last_from": (NOW - 1 * DAY).date().isoformat()}, {"Ada", "Ciro"}),
        ({"last_to": (NOW - 100 * DAY).date().isoformat()}, {"Bea"}),
        ({"joined_from": (NOW - 6 * DAY).date().isoformat()}, {"Ada", "Ciro"}),
        ({"joined_to": (NOW - 9 * DAY).date().isoformat()}, {"Dino"}),
        ({"joined_to": "9999-12-31"}, set(EVERYBODY)),
    ],
)
def test_filters_by_what_visits_add_up_to(shop, folk, said, expected):
    assert set(names(shop, **said)) == expected


def test_filters_by_tag_birthday_and_last_word_on_a_consent(shop, folk):
    with shop.database.write() as session:
        tag = tags.make(session, merchant_id=shop.merchant_id, name="Amici", at=NOW)
        tags.put(
            session,
            merchant_id=shop.merchant_id,
            tag_id=tag,
            customer_ids=[whose_id(folk["Ada"]), whose_id(folk["Dino"])],
            actor="x",
            at=NOW,
        )
        directory.change(
            session,
            merchant_id=shop.merchant_id,
            customer_ref=folk["Bea"].customer,
            changes={"birthday": "05-31"},
        )
    say(shop, folk["Ada"].customer)
    say(shop, folk["Ciro"].customer)
    say(shop, folk["Ciro"].customer, given=False)
    assert names(shop, sort="name", tag=ref("tag", tag)) == ["Ada", "Dino"]
    assert names(shop, birthday="05") == ["Bea"]
    assert names(shop, birthday="06") == []
    assert names(shop, consent="marketing") == ["Ada"]
    assert names(shop, consent="profiling") == []


def test_a_consent_that_only_a_merge_took_away_is_back_when_the_merge_is_undone(shop, folk):
    say(shop, folk["Ada"].customer)
    facts = {"duty": shop.owner, "at": NOW}
    with shop.database.write() as session:
        merging.merge(
            session,
            customer_ref=folk["Ciro"].customer,
            into_ref=folk["Ada"].customer,
            **facts,
        )
    assert names(shop, consent="marketing") == []
    with shop.database.write() as session:
        parting.unmerge(session, customer_ref=folk["Ciro"].customer, **facts)
    assert names(shop, consent="marketing") == ["Ada"]


def test_filters_by_program_level_reward_and_place(shop, folk):
    shop.program("club", CLUB)
    gold, plain = shop.card("club", name="Gina"), shop.card("club", name="Pina")
    shop.visit(gold, 60_000)
    shop.visit(plain, 1_000)
    club = shop.programs["club"]
    assert set(names(shop, program=club)) == {"Gina", "Pina"}
    assert names(shop, program=club, level="gold") == ["Gina"]
    stamped = shop.card("stamps", name="Tina")
    shop.visit(stamped, coffees=10)
    assert names(shop, reward="waiting") == ["Tina"]
    with shop.database.write() as session:
        place = places.find_or_add_location(
            session, merchant_id=shop.merchant_id, name="Porto", at=NOW
        )
    shop.visit(folk["Dino"], 100, location=ref("loc", place))
    assert names(shop, place=ref("loc", place)) == ["Dino"]
    assert names(shop, at=NOW + 40 * DAY, place=ref("loc", place)) == []


def test_a_card_that_came_by_a_merge_counts_for_who_holds_it_now_however_often_merged(shop):
    first = shop.card("stamps", name="Uno")
    second, third = shop.card("points", name="Due"), shop.card("points", name="Tre")
    for loser, survivor in ((first, second), (second, third)):
        with shop.database.write() as session:
            merging.merge(
                session,
                duty=shop.owner,
                customer_ref=loser.customer,
                into_ref=survivor.customer,
                at=NOW,
            )
    assert names(shop, program=shop.programs["stamps"]) == ["Tre"]
    assert names(shop) == ["Tre"]


def test_words_find_name_number_and_code_within_what_is_filtered(shop, folk):
    assert names(shop, words="ad") == ["Ada"]
    assert names(shop, words="3337771234") == [None]
    assert names(shop, words=folk["Bea"].code) == ["Bea"]
    assert names(shop, words="ad", visits_max="0") == []
    assert names(shop, words="%") == []


def test_who_was_forgotten_and_the_shop_next_door_are_in_no_list(shop, stranger, folk):
    stranger.card("points", name="Zoe")
    with shop.database.write() as session:
        directory.erase(
            session, merchant_id=shop.merchant_id, customer_ref=folk["Ada"].customer, at=NOW
        )
    assert set(names(shop)) == {"Bea", "Ciro", "Dino", None}
    assert names(stranger) == ["Zoe"]
    assert names(shop, program=stranger.programs["points"]) == []


def test_an_address_says_what_is_asked_and_nonsense_asks_nothing():
    said = {"state": "lapsed", "spend_min": "40", "last_to": "2026-01-31", "sort": "-visits"}
    asked = Criteria.read(said)
    assert asked.pairs() == said
    assert asked.last_to == date(2026, 1, 31)
    assert not asked.without("state").state
    for nonsense in (
        {"state": "rich"},
        {"spend_min": "-1", "visits_min": "٣"},
        {"last_to": "2026-02-30", "tag": "tag_'; DROP"},
        {"sort": "1;--", "birthday": "13", "level": "x" * 99},
    ):
        assert Criteria.read(nonsense).pairs() == {}


def test_any_filter_in_any_order_shows_the_same_people(shop, folk):
    """Also those who hold no card, never came, were merged, or have no name."""
    points = parse_ref("prg", shop.programs["points"])
    pot, place = Pot(points, "points"), _at_a_place(shop, folk["Ciro"])
    other = shop.card("stamps", name="Zoe", birthday="03-09")
    with shop.database.write() as session:
        alone = directory.Profile(name="Wanda", birthday="03-10")
        directory.create(session, merchant_id=shop.merchant_id, profile=alone, at=NOW)
        old = shop.merchant_id
        gone = directory.create(
            session, merchant_id=old, profile=directory.Profile(name="Weg"), at=NOW
        )
        directory.erase(session, merchant_id=old, customer_ref=ref("cus", gone.id), at=NOW)
        merging.merge(
            session,
            duty=shop.owner,
            customer_ref=folk["Dino"].customer,
            into_ref=other.customer,
            at=NOW,
        )
    for said in (
        {},
        {"state": "new"},
        {"state": "lost"},
        {"place": place},
        {"program": shop.programs["points"]},
        {"birthday": "03"},
        {"visits_max": "1"},
        {"visits_min": "1", "program": shop.programs["points"]},
        {"place": place, "state": "new", "program": shop.programs["points"]},
    ):
        people = sorted(map(str, names(shop, pot=pot, **said)))
        for sort in SORTS:
            for order in (sort, f"-{sort}"):
                found = names(shop, pot=pot, sort=order, **said)
                assert sorted(map(str, found)) == people, (said, order)
                assert len(set(found)) == len(found), (said, order)


def _at_a_place(shop, card):
    with shop.database.write() as session:
        place = places.find_or_add_location(
            session, merchant_id=shop.merchant_id, name="Porto", at=NOW
        )
    shop.visit(card, 100, location=ref("loc", place))
    return ref("loc", place)
