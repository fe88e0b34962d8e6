"""One line of time for a person: all that happened, newest first, with nothing told twice."""

from datetime import timedelta

import pytest

from loyalty.cards import keeping, lookup
from loyalty.core.errors import Forbidden, InsufficientUnits
from loyalty.core.ids import parse_ref
from loyalty.core.signing import digest
from loyalty.counter import adjustments, merging, parting, standing
from loyalty.counter.requests import LineRequest
from loyalty.customers import notes
from loyalty.customers.models import Customer
from loyalty.members import doubles, habits, timeline, told, worth
from tests.builders import NOW
from tests.domain.clients import names, whose_id
from tests.domain.folk import say, write
from tests.domain.law import refused

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def ada(shop):
    return shop.card("stamps", name="Ada", at=NOW - 30 * DAY)


def line(shop, card, kind=None, limit=3):
    """The sources of everything, page by page."""
    found, before = [], None
    with shop.database.read() as session:
        who = timeline.whose(session, merchant_id=shop.merchant_id, customer_id=whose_id(card))
        while True:
            page = timeline.page(session, whose=who, kind=kind, before=before, limit=limit)
            found += told.told(session, merchant_id=shop.merchant_id, moments=page)
            if len(page) < limit:
                session.expunge_all()
                return found
            before = timeline.read_key(page[-1].key)


def kinds(found):
    return [
        each.row.kind if each.moment.source == "operation" else each.moment.source for each in found
    ]


def lives(shop, ada):
    visit = shop.visit(ada, coffees=10, at=NOW - 20 * DAY).body
    shop.fulfil(visit["vouchers"][0]["redemption"], at=NOW - 19 * DAY)
    shop.void(shop.visit(ada, coffees=1, at=NOW - 18 * DAY).body["ref"], at=NOW - 18 * DAY + HOUR)
    shop.adjust(ada, "stamps", 2, at=NOW - 17 * DAY)
    say(shop, ada.customer, at=NOW - 16 * DAY)
    facts = {"duty": shop.owner, "customer_ref": ada.customer, "at": NOW - 15 * DAY}
    write(shop, notes.write, words="Simpatica", key_hash=digest("n"), **facts)
    facts = {"duty": shop.owner, "card_ref": ada.ref, "reason": "persa"}
    write(shop, keeping.block, at=NOW - 14 * DAY, **facts)
    write(shop, keeping.unblock, at=NOW - 13 * DAY, **facts)


def test_everything_is_there_once_and_the_latest_first(shop, ada):
    lives(shop, ada)
    found = line(shop, ada)
    assert kinds(found) == kinds(line(shop, ada, limit=100))
    late = ["act", "act", "note", "consent", "adjustment", "void", "visit", "fulfilment"]
    assert kinds(found)[:8] == late
    assert sorted(kinds(found)[8:]) == ["enrolment", "joined", "redemption", "visit"]
    assert [each.moment.at for each in found] == sorted(
        (each.moment.at for each in found), reverse=True
    )


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("visits", ["void", "visit", "visit"]),
        ("rewards", ["fulfilment", "redemption"]),
        ("units", ["adjustment", "enrolment"]),
        ("consents", ["consent"]),
        ("notes", ["note"]),
        ("staff", ["act", "act"]),
        ("mails", []),
    ],
)
def test_one_kind_is_shown_alone(shop, ada, kind, expected):
    lives(shop, ada)
    assert kinds(line(shop, ada, kind)) == expected


def test_what_an_operation_moved_stands_beside_it_with_its_reasons(shop, ada):
    lives(shop, ada)
    adjustment = line(shop, ada, "units")[0]
    assert [(each.unit, each.units) for each in adjustment.changes] == [("stamps", 2)]
    assert "compleanno" in adjustment.changes[0].reasons[0]["it"]
    assert line(shop, ada, "visits")[-1].visit is not None


def test_after_a_merge_the_line_holds_both_pasts_and_after_its_undo_each_their_own(shop, ada):
    bea = shop.card("points", name="Bea")
    shop.visit(bea, 500, at=NOW)
    facts = {"duty": shop.owner, "customer_ref": bea.customer}
    write(shop, merging.merge, into_ref=ada.customer, at=NOW + HOUR, **facts)
    joined = line(shop, ada)
    assert kinds(joined)[0] == "merged"
    assert kinds(joined).count("joined") == 2
    assert "visit" in kinds(joined)
    write(shop, parting.unmerge, at=NOW + 2 * HOUR, **facts)
    assert "visit" not in kinds(line(shop, ada))
    assert kinds(line(shop, ada))[:2] == ["parted", "merged"]
    assert "visit" in kinds(line(shop, bea))


def test_a_key_that_somebody_made_up_names_no_place():
    for text in (
        "",
        "x",
        "ff",
        "-",
        "zz-00",
        "f" * 400,
        "1-" + "0" * 31,
        "9" * 30 + "-" + "0" * 32,
    ):
        assert timeline.read_key(text) is None


# --- what they usually do ------------------------------------------------------------------------


def told_of(shop, card, at=NOW):
    with shop.database.read() as session:
        mine = {"merchant_id": shop.merchant_id, "customer_id": whose_id(card)}
        return habits.told(session, **mine, on=at.date())


def test_habits_need_their_consent_and_figures_do_not(shop):
    ada = shop.card("points", name="Ada")
    for week in range(4):
        lines = [LineRequest(item="Cornetto", amount_minor=300 + week)]
        shop.visit(ada, 300 + week, lines=lines, at=NOW - 7 * week * DAY)
    before = told_of(shop, ada)
    assert before.habits is None
    assert not before.may
    assert (before.figures.visits, before.figures.spend_minor, before.figures.state) == (
        4,
        1_206,
        "active",
    )
    say(shop, ada.customer, "profiling")
    usual = told_of(shop, ada).habits
    assert (usual.weekday, usual.hour, usual.basket_minor) == (6, 11, 301)
    assert usual.favourites == ["Cornetto"]
    assert told_of(shop, ada).usual_gap == 7
    say(shop, ada.customer, "profiling", given=False)
    assert told_of(shop, ada).habits is None


def test_who_came_twice_has_no_habits_yet_and_who_never_came_is_new(shop):
    ada = shop.card("points", name="Ada")
    assert told_of(shop, ada).figures.state == "new"
    say(shop, ada.customer, "profiling")
    for day in (1, 2):
        shop.visit(ada, 300, at=NOW - day * DAY)
    assert told_of(shop, ada).habits is None
    assert told_of(shop, ada).may


def test_the_state_of_one_is_the_state_that_the_list_finds(shop):
    for number, gap in enumerate((2, 9, 20, 40, 70)):
        card = shop.card("points", name=f"N{number}")
        for time in range(4):
            shop.visit(card, 100, at=NOW - (gap + time * 5) * DAY)
        state = told_of(shop, card).figures.state
        assert f"N{number}" in names(shop, state=state), state


def test_what_rewards_cost_is_what_was_handed_over(shop, ada):
    visit = shop.visit(ada, coffees=20).body
    shop.fulfil(visit["vouchers"][0]["redemption"])
    with shop.database.read() as session:
        scope = {"merchant_id": shop.merchant_id, "card_ids": [parse_ref("crd", ada.ref)]}
        cost = worth.cost(session, **scope)
    assert cost.rewards == 1
    assert cost.minor or cost.unknown == 1


# --- taking a correction back --------------------------------------------------------------------


def take_back(shop, made, duty=None):
    facts = {"duty": duty or shop.owner, "adjustment_ref": made.body["ref"], "at": NOW}
    return write(shop, adjustments.take_back, **facts)


def balance(shop, card):
    with shop.database.read() as session:
        facts = lookup.find(session, merchant_id=shop.merchant_id, card_ref=card.ref)
        return standing.card_standing(session, facts=facts, at=NOW)["balances"]["points"][
            "available"
        ]


@pytest.mark.parametrize("units", [50, -20])
def test_a_correction_is_taken_back_once_and_the_balance_is_as_before(shop, units):
    card = shop.card("points", name="Ada")
    shop.visit(card, 3_000)
    before = balance(shop, card)
    made = shop.adjust(card, "points", units)
    first, again = take_back(shop, made), take_back(shop, made)
    assert again.replayed
    assert again.body == first.body
    assert balance(shop, card) == before
    assert first.body["reasons"][0]["it"].startswith("correzione annullata")


def test_what_was_spent_meanwhile_cannot_be_taken_back_and_a_cashier_may_not(shop):
    card = shop.card("points", name="Ada")
    made = shop.adjust(card, "points", 50)
    shop.adjust(card, "points", -20)
    with refused(shop, InsufficientUnits):
        take_back(shop, made)
    with refused(shop, Forbidden):
        take_back(shop, made, shop.cashier)


def test_who_shares_an_address_or_a_name_may_be_the_same_person(shop, stranger):
    ada = shop.card("points", name="Ada Neri", email="ada@example.it", phone="333 1")
    same = shop.card("stamps", name="ada neri", email="ada@example.it")
    named = shop.card("stamps", name="ADA NERI")
    shop.card("points", name="Bea")
    stranger.card("points", name="Ada Neri", email="ada@example.it")
    with shop.database.read() as session:
        one = session.get_one(Customer, (shop.merchant_id, whose_id(ada)))
        found = doubles.of(session, merchant_id=shop.merchant_id, customer=one)
        assert [other.id for other in found] == [whose_id(same), whose_id(named)]
