"""However a sale comes back, in one piece or in many, the card ends the same; whole, as before."""

from datetime import timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from loyalty.core.errors import InsufficientUnits
from tests.builders import NOW
from tests.domain.rulebook import drawn
from tests.domain.rulebook.book import euros, latest

EXAMPLES = {"sqlite": 25, "postgresql": 8}
STEADY = settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


def often(shop, story):
    """The story with many rule books and baskets, the same each time."""
    examples = settings(STEADY, max_examples=EXAMPLES[shop.database.dialect])
    examples(given(st.data())(story))()


def buy(shop, card, basket):
    return shop.visit(
        card,
        basket.amount,
        lines=list(basket.lines),
        tax=euros(basket.tax),
        discount=euros(basket.discount),
    ).body


def back(shop, visit, acts, at=NOW):
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


def test_any_way_of_splitting_a_refund_ends_the_same(shop):
    def story(data):
        shop.program(f"book {len(shop.programs)}", data.draw(drawn.books()))
        past, basket = data.draw(drawn.baskets()), data.draw(drawn.baskets())
        pieces, amount = data.draw(drawn.partings(basket))
        hours, is_spent = data.draw(st.sampled_from([0, 25, 45 * 24])), data.draw(st.booleans())
        at_once = [("lines", pair) for pair in pieces.items() if pair[1]]
        at_once += [("amount", amount)] if amount else []
        ends = []
        for acts in (at_once, data.draw(drawn.splits((pieces, amount)))):
            card, later = shop.card(latest(shop)), NOW + timedelta(hours=hours)
            visits = [buy(shop, card, past), buy(shop, card, basket)]
            if is_spent:
                spend(shop, card, visits, min(later, NOW + timedelta(hours=25)))
            back(shop, visits[1]["ref"], acts, later)
            ends.append(drawn.everything(shop, card, later))
        assert ends[0] == ends[1]

    often(shop, story)


def test_a_sale_that_comes_back_whole_leaves_everything_as_it_was(shop):
    def story(data):
        shop.program(f"book {len(shop.programs)}", data.draw(drawn.books()))
        card = shop.card(latest(shop))
        for earlier in data.draw(st.lists(drawn.baskets(), max_size=2)):
            visit = buy(shop, card, earlier)
            if data.draw(st.booleans()):
                spend(shop, card, [visit], NOW)
                shop.void(visit["ref"])
        before, basket = drawn.everything(shop, card), data.draw(drawn.baskets())
        visit = buy(shop, card, basket)["ref"]
        bring_back(shop, visit, basket, data)
        assert drawn.everything(shop, card) == before

    often(shop, story)


def bring_back(shop, visit, basket, data):
    """All of it: voided, line by line, by amounts, or partly and then voided."""
    how = data.draw(st.sampled_from(["void", "lines", "amount", "partly"]))
    pieces = {number: line.quantity_milli for number, line in enumerate(basket.lines, start=1)}
    if how == "lines":
        back(shop, visit, data.draw(drawn.splits((pieces, 0))))
    elif how == "amount":
        back(shop, visit, data.draw(drawn.splits(({}, basket.amount))))
    elif how == "partly":
        back(shop, visit, data.draw(drawn.splits(data.draw(drawn.partings(basket)))))
    if how in ("void", "partly") or not basket.amount:
        shop.void(visit)
