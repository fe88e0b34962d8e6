"""However large a shop is, a customer's page reads no more than their own card."""

from tests.rigs import plans


def test_a_card_and_its_statement_walk_through_no_shop(shop, phone):
    card = shop.card()
    for number in range(20):
        shop.visit(card, 1_200 + number, external_ref=f"r{number}")
    visitor = phone(card)
    with plans.told(shop.database) as statements:
        page = visitor.get(f"/c/{card.ref}")
        assert page.status == 200
    assert len(statements) >= 8
    assert plans.walks(shop.database, statements) == {}
