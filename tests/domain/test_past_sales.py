"""The past as a simulation reads it: in portions, in order, and as the counter counts it."""

from datetime import timedelta

from loyalty.core.money import Money
from loyalty.counter import net, past_sales
from loyalty.counter.past_sales import PastSales
from loyalty.counter.requests import LineRequest
from loyalty.programs.loading import load
from tests.builders import NOW, POINTS
from tests.programs import with_changes

DAY = timedelta(days=1)


def read(shop, raw=POINTS, heard=lambda _done: None):
    with shop.database.read() as session:
        past = PastSales(session, merchant_id=shop.merchant_id, document=load(raw))
        return list(past.customers(progress=heard))


def test_the_past_comes_in_portions_and_is_the_same_in_any(shop, monkeypatch):
    cards = [shop.card() for _ in range(5)]
    for day in range(3):
        for number, card in enumerate(cards[: 4 - day]):
            shop.visit(card, 100 + number, coffees=number, at=NOW + (3 - day) * DAY)
    whole = read(shop)
    assert [len(one.sales) for one in whole] == [3, 3, 2, 1]
    for one in whole:
        assert one.sales == sorted(one.sales, key=lambda sold: sold.occurred_at)
    monkeypatch.setattr(past_sales, "SALES_AT_ONCE", 4)
    heard = []
    assert read(shop, heard=heard.append) == whole
    assert heard == [3, 6, 9]
    monkeypatch.setattr(past_sales, "PEOPLE_AT_ONCE", 2)
    assert read(shop, heard=heard.append) == whole
    assert heard[3:] == [3, 6, 9]


def test_equal_sales_share_their_lines_so_that_they_are_rated_once(shop):
    for _ in range(2):
        shop.visit(shop.card(), 130, coffees=1)
    first, second = (one.sales[0].lines for one in read(shop))
    assert first is second


def test_lines_are_those_that_a_refund_of_nothing_would_leave(shop):
    for lines in (
        [LineRequest(category="a", quantity_milli=350), LineRequest(sku="b")],
        [LineRequest(sku="b", quantity_milli=2_000, amount_minor=500)],
        [],
    ):
        for paid in (500, 0) if not lines else (500,):
            shop.visit(
                shop.card(),
                paid,
                lines=lines,
                discount=Money(77, "EUR"),
                tax=Money(paid // 9, "EUR"),
            )
            for base in ({}, {"tax": "net", "discounts": "before"}):
                raw = with_changes(POINTS, base=base)
                (sold,) = read(shop, raw)[-1].sales
                counts = net.base_of(load(raw), net.Paid(paid, paid // 9, 77))
                assert sold.lines == net.left(net.sold(paid, lines), [], counts)


def test_birthdays_are_read_only_if_a_rule_asks_for_them(shop):
    shop.visit(shop.card(birthday="11-21"), 100)
    party = {"key": "party", "unit": "points", "multiply_percent": 200}
    asking = with_changes(POINTS, earn=[*POINTS["earn"], {**party, "when": {"birthday": "day"}}])
    assert [one.birthday for one in read(shop)] == [None]
    assert [one.birthday for one in read(shop, asking)] == ["11-21"]
