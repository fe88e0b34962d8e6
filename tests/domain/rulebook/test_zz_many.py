"""However a sale comes back, in one piece or in many, the card ends the same; whole, as before."""

from datetime import timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from loyalty.core.errors import InsufficientUnits
from tests.builders import NOW
from tests.domain.rulebook import drawn
from tests.domain.rulebook.book import euros, latest

STEADY = settings(
    derandomize=False,
    database=None,
    deadline=None,
    max_examples=400,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


def buy(shop, card, basket, at=NOW):
    return shop.visit(
        card,
        basket.amount,
        lines=list(basket.lines),
        tax=euros(basket.tax),
        discount=euros(basket.discount),
        at=at,
    ).body


def back(shop, visit, acts, at):
    for kind, what in acts:
        if kind == "amount":
            shop.refund(visit, what, at=at)
        else:
            shop.refund(visit, lines=(what,), at=at)


def spend(shop, card, visits, at):
    """What can be had is had, and the first full card's voucher is used."""
    for reward in ("breakfast", "free-coffee"):
        try:
            shop.reserve(card, reward, at=at)
        except InsufficientUnits:
            continue
    used = [voucher["redemption"] for visit in visits for voucher in visit["vouchers"]]
    for redemption in used[:1]:
        shop.fulfil(redemption, at=at)


@STEADY
@given(st.data())
def test_any_way_of_splitting_a_refund_ends_the_same(shop, data):
    shop.program(f"book {len(shop.programs)}", data.draw(drawn.books()))
    past, basket = data.draw(drawn.baskets()), data.draw(drawn.baskets())
    parting = data.draw(drawn.partings(basket))
    is_spent, days = data.draw(st.booleans()), data.draw(st.sampled_from([0, 45]))
    at_once = [("lines", pair) for pair in parting[0].items() if pair[1]]
    at_once += [("amount", parting[1])] if parting[1] else []
    ends = []
    for acts in (at_once, data.draw(drawn.splits(parting))):
        card, later = shop.card(latest(shop)), NOW + timedelta(days=days)
        visits = [buy(shop, card, past), buy(shop, card, basket)]
        if is_spent:
            spend(shop, card, visits, NOW)
        back(shop, visits[1]["ref"], acts, later)
        ends.append(drawn.everything(shop, card, later))
    assert ends[0] == ends[1]


@STEADY
@given(st.data())
def test_a_sale_that_comes_back_whole_leaves_everything_as_it_was(shop, data):
    shop.program(f"book {len(shop.programs)}", data.draw(drawn.books()))
    card = shop.card(latest(shop))
    for earlier in data.draw(st.lists(drawn.baskets(), max_size=2)):
        visit = buy(shop, card, earlier)
        if data.draw(st.booleans()):
            spend(shop, card, [visit], NOW)
            shop.void(visit["ref"])
    before = drawn.everything(shop, card)
    basket = data.draw(drawn.baskets())
    visit = buy(shop, card, basket)["ref"]
    pieces = {number: line.quantity_milli for number, line in enumerate(basket.lines, start=1)}
    how = data.draw(st.sampled_from(["void", "lines", "amount", "partly, then void"]))
    if how == "void":
        shop.void(visit)
    elif how == "lines":
        back(shop, visit, data.draw(drawn.splits((pieces, 0))), NOW)
    elif how == "amount":
        back(shop, visit, data.draw(drawn.splits(({}, basket.amount))), NOW)
    else:
        back(shop, visit, data.draw(drawn.splits(data.draw(drawn.partings(basket)))), NOW)
        shop.void(visit)
    if how == "amount" and not basket.amount:
        shop.void(visit)
    assert drawn.everything(shop, card) == before
