"""Stamp cards in memory: when they fill, and what happens then."""

from datetime import UTC, datetime

import pytest

from loyalty.core.errors import InsufficientUnits
from loyalty.core.ids import new_id
from loyalty.core.text import Text
from loyalty.counter import desk as desks
from loyalty.counter import sale
from loyalty.counter.desk import Place
from loyalty.counter.requests import LineRequest
from loyalty.counter.sale import Sale
from loyalty.ledger.book import Book
from loyalty.ledger.state import AccountState, Origin
from loyalty.programs.catalogue import PublishedVersion
from loyalty.programs.loading import load
from tests.builders import POINTS, STAMPS
from tests.programs import with_changes

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


class Counter:
    """One card of one program in memory."""

    def __init__(self, raw):
        merchant, program, card = new_id(), new_id(), new_id()
        document = load(raw)
        self.place = Place(merchant, card, program, "EUR", "Europe/Rome")
        self.version = PublishedVersion(merchant, program, 1, document, Text("", ""), NOW)
        accounts = [
            AccountState(new_id(), card, program, unit.key, 0, 0, 0, 0) for unit in document.units
        ]
        self.book = Book(merchant, "Europe/Rome", accounts)

    def desk(self):
        """The card on the counter; such a program asks the database nothing."""
        return desks.desk_on(None, self.place, self.version, self.book, NOW)

    def sell(self, coffees, amount_minor=None):
        origin = Origin(
            self.place.merchant_id, self.place.program_id, self.place.card_id, 1, "system", "till",
            NOW, NOW,
        )  # fmt: skip
        line = LineRequest(category="coffee", quantity_milli=coffees * 1_000)
        sold = Sale(NOW, amount_minor, (line,))
        return sale.record(self.desk(), sold, origin=origin)

    def stamps(self):
        return self.book.account(self.place.card_id, "stamps").available(NOW)


def stamp_card(size, on_full="issue"):
    reward = {**STAMPS["rewards"][0], "cost": {"stamps": size}}
    stamps = {**STAMPS["stamps"], "size": size, "on_full": on_full}
    return Counter(with_changes(STAMPS, stamps=stamps, rewards=[reward]))


@pytest.mark.parametrize(
    ("size", "sold", "vouchers", "left"),
    [(10, [9, 3], 1, 2), (10, [9], 0, 9), (10, [10], 1, 0), (3, [10], 3, 1), (1, [2], 2, 0)],
)
def test_a_card_fills_as_often_as_its_size_fits(size, sold, vouchers, left):
    counter = stamp_card(size)
    issued = [voucher for coffees in sold for voucher in counter.sell(coffees).vouchers]
    assert (len(issued), counter.stamps()) == (vouchers, left)
    assert all(row["filled"] and row["state"] == "reserved" for row in issued)
    assert len({row["code"] for row in issued}) == vouchers


def test_a_program_that_keeps_stamps_leaves_the_choice_to_the_customer():
    counter = stamp_card(10, on_full="keep")
    assert not counter.sell(12).vouchers
    assert counter.stamps() == 12


def test_filling_says_why_in_both_languages():
    *_, why = stamp_card(10).sell(10).reasons
    assert why["it"] == "carta piena: 10 timbri diventano un buono per un caffè in omaggio"
    assert why["en"] == "card full: 10 stamps become a voucher for a free coffee"
    assert why["units"] == -10


def test_a_visit_that_earns_no_stamps_fills_no_card():
    counter = stamp_card(10, on_full="keep")
    counter.sell(12)
    counter.version = stamp_card(10).version
    tea = Sale(NOW, None, (LineRequest(category="tea"),))
    origin = Origin(
        counter.place.merchant_id, counter.place.program_id, counter.place.card_id, 1, "system",
        "till", NOW, NOW,
    )  # fmt: skip
    done = sale.record(counter.desk(), tea, origin=origin)
    assert not done.vouchers
    assert counter.stamps() == 12


def test_stamps_that_repay_a_debt_fill_no_card():
    counter = stamp_card(10)
    account = counter.book.account(counter.place.card_id, "stamps")
    account.debt, account.balance = 3, -3
    assert not counter.sell(12).vouchers
    assert (account.debt, counter.stamps()) == (0, 9)


def test_points_and_stamps_of_one_sale_are_counted_apart():
    units, earn = POINTS["units"] + STAMPS["units"], POINTS["earn"] + STAMPS["earn"]
    counter = Counter(with_changes(STAMPS, units=units, earn=earn))
    assert counter.sell(2, amount_minor=260).earned == {"points": 2, "stamps": 2}
    line = LineRequest(category="coffee", amount_minor=260)
    origin = Origin(
        counter.place.merchant_id, counter.place.program_id, counter.place.card_id, 1, "system",
        "till", NOW, NOW,
    )  # fmt: skip
    sold = Sale(NOW, 260, (line,))
    done = sale.record(counter.desk(), sold, origin=origin)
    assert done.earned == {"points": 3, "stamps": 1}


def test_a_book_spends_no_more_than_it_has_and_nothing_while_there_is_a_debt():
    counter = stamp_card(10, on_full="keep")
    operation = counter.sell(4).operation
    account = counter.book.account(counter.place.card_id, "stamps")
    with pytest.raises(InsufficientUnits) as refusal:
        counter.book.spend(operation, account, 5, at=NOW, reasons=[])
    assert refusal.value.facts == {"unit": "stamps", "needed": 5, "available": 4}
    account.debt, account.balance = 1, 3
    with pytest.raises(InsufficientUnits) as refusal:
        counter.book.spend(operation, account, 1, at=NOW, reasons=[])
    assert refusal.value.facts == {"unit": "stamps", "needed": 1, "available": 0}
