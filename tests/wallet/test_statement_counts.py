"""The customer's card asks the database the same few things, however long its past."""

from loyalty.core import clock
from tests.rigs.asked import asked


def test_a_card_with_a_long_past_asks_no_more_than_a_young_one(shop, phone):
    carla = shop.card("points", name="Carla", at=clock.now())
    mine, counts = phone(carla), []
    for visits in (3, 40):
        for _ in range(visits):
            shop.visit(carla, 1_500, at=clock.now())
        mine.get(f"/c/{carla.ref}")
        with asked(shop.database) as sent:
            assert mine.get(f"/c/{carla.ref}").status == 200
        counts.append(len(sent))
    assert counts[0] == counts[1], sent
