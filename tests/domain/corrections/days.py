"""Days at the shop before two cards come together: what each of them has, owes and carries."""

from datetime import timedelta

from tests.builders import NOW

DAY = timedelta(days=1)


def plain(shop, old, young):
    shop.visit(old, 730)
    shop.visit(young, 555, at=NOW + DAY)
    shop.visit(young, 1_145, at=NOW + 2 * DAY)


def spent(shop, old, young):
    plain(shop, old, young)
    shop.reserve(young, "breakfast", at=NOW + 2 * DAY)
    shop.adjust(old, "points", 4, at=NOW + 2 * DAY)


def owing_old(shop, old, young):
    plain(shop, old, young)
    visit = shop.visit(old, 1_000).body["ref"]
    shop.reserve(old, "breakfast")
    shop.adjust(old, "points", -7)
    shop.void(visit)


def owing_young(shop, old, young):
    owing_old(shop, young, old)


def owing_both(shop, old, young):
    for card in (old, young):
        visit = shop.visit(card, 1_050).body["ref"]
        shop.reserve(card, "breakfast")
        shop.void(visit)


def carried(shop, old, young):
    shop.visit(old, 160)
    shop.visit(young, 170, at=NOW + DAY)


def empty(shop, old, young):
    shop.visit(old, 10)


ALL = [plain, spent, owing_old, owing_young, owing_both, carried, empty]
