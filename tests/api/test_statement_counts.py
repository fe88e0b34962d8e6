"""What a request asks the database does not grow with what is there."""

import pytest

from tests.api.caller import done, euro
from tests.rigs.asked import asked

FEW, MANY = 2, 30
STATEMENTS_A_VISIT_MAX = 15


def ask(aurora, path, **query):
    return done(aurora.get(path, **query), 200)


SURFACES = {
    "a visit": lambda aurora, card: done(aurora.pay(card, 500)),
    "a redemption": lambda aurora, card: done(
        aurora.post("/redemptions", {"scan": card.code, "reward": "breakfast"})
    ),
    "a card": lambda aurora, card: ask(aurora, f"/cards/{card.ref}"),
    "a statement": lambda aurora, card: ask(aurora, f"/cards/{card.ref}/entries", limit=200),
    "the members": lambda aurora, _: ask(aurora, "/customers", limit=200),
    "the visits": lambda aurora, _: ask(aurora, "/visits", limit=200),
}


@pytest.mark.parametrize("surface", SURFACES)
def test_a_request_asks_no_more_of_a_shop_with_a_past(aurora, shop, surface):
    act, card = SURFACES[surface], shop.card()
    live(shop, card, FEW)
    act(aurora, card)  # what is kept in memory is in memory
    counts = []
    for more in (0, MANY):
        live(shop, card, more)
        with asked(shop.database) as sent:
            act(aurora, card)
        counts.append(len(sent))
    assert counts[0] == counts[1], sent


def live(shop, card, times):
    """So many visits on the card, and as many other members with a card and a visit each."""
    for _ in range(times):
        shop.visit(card, 1_500)
        shop.visit(shop.card(name="Altra"), 700)


def test_a_visit_asks_few_things_of_the_database(aurora, shop):
    card = shop.card()
    done(aurora.pay(card, 500))
    with asked(shop.database) as sent:
        done(aurora.post("/visits", {"scan": card.code, "amount": euro(500)}))
    assert len(sent) <= STATEMENTS_A_VISIT_MAX, sent
