"""Finding somebody who has nothing to scan with them."""

import pytest

from loyalty.cards import people


@pytest.fixture
def folk(shop):
    shop.card(name="Carla De Santis", email="carla@example.it", phone="+39 333 12 34 567")
    shop.card("stamps", name="Carlo Conti", phone="02/5551234")
    shop.card(name=None)
    return shop


def found(shop, text, limit=20):
    with shop.database.read() as session:
        some = people.search(session, merchant_id=shop.merchant_id, text=text, limit=limit)
        return [one.name for one in some]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("carl", ["Carlo Conti", "Carla De Santis"]),
        ("SANTIS", ["Carla De Santis"]),
        ("carla@", ["Carla De Santis"]),
        ("333 1234567", ["Carla De Santis"]),
        ("3331234567", ["Carla De Santis"]),
        ("025551234", ["Carlo Conti"]),
        ("55-51", ["Carlo Conti"]),
        ("100%", []),
        ("nessuno", []),
    ],
)
def test_a_part_of_name_address_or_phone_is_enough(folk, text, names):
    assert found(folk, text) == names


def test_they_come_with_their_cards_and_programs(folk):
    with folk.database.read() as session:
        (one,) = people.search(session, merchant_id=folk.merchant_id, text="Conti", limit=5)
    assert [(card.program, card.blocked) for card in one.cards] == [("stamps", False)]


def test_another_shop_finds_none_of_them(folk, stranger):
    assert found(stranger, "carl") == []
