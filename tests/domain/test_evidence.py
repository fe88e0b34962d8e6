"""Whoever helps herself at the till stands out, with the rows; whoever is honest does not."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from loyalty.core.ids import ref
from loyalty.counter.evidence import gathering, measures, rows
from loyalty.counter.evidence.tallies import Period
from loyalty.merchants.roles import Role
from tests import cashiers
from tests.builders import NOW
from tests.rigs.asked import asked

ROME = ZoneInfo("Europe/Rome")
LAST = NOW.astimezone(ROME).date()
FIRST = LAST - timedelta(days=29)
PERIOD = Period(
    FIRST,
    LAST,
    datetime.combine(FIRST, time(), ROME),
    datetime.combine(LAST + timedelta(days=1), time(), ROME),
)


def judged(shop):
    with shop.database.read() as session:
        found = gathering.deeds(session, merchant_id=shop.merchant_id, period=PERIOD)
    return measures.judge(found)


def of(shop, duty):
    return next(one for one in judged(shop) if one.tally.actor == duty.actor)


def beyond(one):
    return {measure.key for measure in one.measures if measure.is_beyond}


def behind(shop, one, measure):
    with shop.database.read() as session:
        return rows.behind(
            session,
            merchant_id=shop.merchant_id,
            period=PERIOD,
            tally=one.tally,
            measure=measure,
        )


@pytest.fixture
def cards(shop):
    return [shop.card(name=f"Cliente {number}") for number in range(30)]


@pytest.fixture
def crew(shop, cards):
    """Bruno and Gino work honestly; Mara does not."""
    cashiers.work(shop, shop.cashier, cards, 60)
    cashiers.work(shop, cashiers.hire(shop, "Gino"), cards, 40)
    friend, mara = shop.card(name="Amica"), cashiers.hire(shop, "Mara", Role.MANAGER)
    cashiers.helps_herself(shop, mara, cards, friend)
    cashiers.give(shop, mara, friend, 400)
    return shop, mara, friend


def test_whoever_helps_herself_is_on_top_with_what_she_did(crew):
    shop, mara, friend = crew
    top, *others = judged(shop)
    assert top.tally.actor == mara.actor
    assert top.verdict == "look"
    assert beyond(top) == {"one_card", "by_hand", "undone", "night", "refused"}
    assert ref("crd", top.tally.top_card_id) == friend.ref
    assert (top.tally.visits, top.tally.top_card_visits) == (71, 31)
    assert (top.tally.undone, top.tally.undone_minor) == (12, 12 * 250)
    assert top.tally.given == {"points": 400}
    assert [one.verdict for one in others] == ["fine", "fine"]


def test_each_figure_has_exactly_the_rows_that_it_counts(crew):
    shop, mara, friend = crew
    top = of(shop, mara)
    for measure in top.measures:
        if measure.key not in ("by_hand", "often"):
            assert len(behind(shop, top, measure.key)) == measure.part, measure.key
    assert len(behind(shop, top, "visits")) == top.tally.visits
    assert {ref("crd", row.card_id) for row in behind(shop, top, "one_card")} == {friend.ref}
    (given,) = behind(shop, top, "by_hand")
    assert (given.units, given.unit, given.detail) == (400, "points", "Scuse per l'attesa")
    undone = behind(shop, top, "undone")
    assert {(row.kind, row.amount_minor, row.detail) for row in undone} == {("void", 250, "errore")}
    assert {row.detail for row in behind(shop, top, "refused")} == {"unknown_card"}
    assert len(behind(shop, top, "often")) == 9, "seven in a row, and two of that night"
    latest = [row.at for row in behind(shop, top, "night")]
    assert latest == sorted(latest, reverse=True)


def test_the_rows_know_their_customer_and_a_code_to_look_them_up(crew):
    shop, mara, friend = crew
    found = behind(shop, of(shop, mara), "one_card")
    with shop.database.read() as session:
        holders = rows.holders(
            session, merchant_id=shop.merchant_id, card_ids=[row.card_id for row in found]
        )
    (holder,) = holders.values()
    assert (holder.name, holder.code) == ("Amica", friend.code)


def test_a_busy_honest_cashier_is_not_accused(shop, cards):
    cashiers.work(shop, shop.cashier, cards, 200)
    cashiers.work(shop, cashiers.hire(shop, "Gino"), cards, 60)
    assert {one.verdict for one in judged(shop)} == {"fine"}


def test_whoever_always_works_in_the_evening_is_not_accused(shop, cards):
    cashiers.work(shop, shop.cashier, cards, 60)
    gino = cashiers.hire(shop, "Gino")
    cashiers.work(shop, gino, cards, 60, hour=20)
    assert of(shop, gino).verdict == "fine"


def test_a_regular_alone_is_no_reason_to_look(shop, cards):
    cashiers.work(shop, shop.cashier, cards, 90)
    gino = cashiers.hire(shop, "Gino")
    cashiers.work(shop, gino, cards, 60)
    cashiers.work(shop, gino, [shop.card(name="Ogni mattina")], 20)
    one = of(shop, gino)
    assert one.verdict == "one"
    assert beyond(one) == {"one_card"}


def test_with_few_visits_nobody_is_judged(shop, cards):
    cashiers.work(shop, shop.cashier, cards, 60)
    gino = cashiers.hire(shop, "Gino")
    cashiers.work(shop, gino, cards[:1], 12, hour=1)
    one = of(shop, gino)
    assert one.tally.night == 12
    assert (one.verdict, one.score) == ("few", 0)


def test_who_gives_much_by_hand_stands_out_though_they_serve_nobody(shop, cards):
    cashiers.work(shop, shop.cashier, cards, 60)
    cashiers.give(shop, shop.owner, cards[0], 300)
    one = of(shop, shop.owner)
    assert one.tally.visits == 0
    assert (one.verdict, beyond(one)) == ("one", {"by_hand"})


def test_small_presents_are_no_reason_to_look(shop, cards):
    cashiers.work(shop, shop.cashier, cards, 60)
    for card in cards[:5]:
        cashiers.give(shop, shop.owner, card, 5)
    assert of(shop, shop.owner).score == 0


def test_who_works_alone_is_compared_with_nobody(shop, cards):
    cashiers.work(shop, shop.cashier, cards, 30)
    (one,) = judged(shop)
    assert (one.verdict, one.score) == ("alone", 0)


def test_what_was_before_the_period_does_not_count(shop, cards):
    cashiers.work(shop, shop.cashier, cards, 30, until=NOW - timedelta(days=60))
    assert judged(shop) == []


def test_nobody_of_another_shop_is_in_the_figures(crew, stranger):
    assert judged(stranger) == []


def test_more_visits_ask_no_more_statements(shop, cards):
    def statements():
        with asked(shop.database) as sent:
            judged(shop)
        return len(sent)

    cashiers.work(shop, shop.cashier, cards, 5)
    few = statements()
    cashiers.work(shop, cashiers.hire(shop, "Gino"), cards, 30)
    cashiers.refuse(shop, shop.cashier, 5)
    assert statements() == few
