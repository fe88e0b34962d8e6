"""Customers: known by what they gave, and to their own shop only."""

from loyalty.core.errors import StateConflict, Unknown
from loyalty.core.ids import ref
from loyalty.customers import directory
from loyalty.customers.directory import Profile
from tests.builders import NOW
from tests.domain.law import refused


def write(shop, verb, **facts):
    with shop.database.write() as session:
        return verb(session, **facts)


def read(shop, verb, **facts):
    with shop.database.read() as session:
        return verb(session, **facts)


def customer(shop, **profile):
    made = write(
        shop, directory.create, merchant_id=shop.merchant_id, profile=Profile(**profile), at=NOW
    )
    return ref("cus", made.id)


def test_an_own_reference_belongs_to_one_customer_of_the_shop(shop, stranger):
    first = customer(shop, external_ref="C-1")
    other = customer(shop)
    with refused(shop, StateConflict, customer=first):
        customer(shop, external_ref=" C-1 ")
    with refused(shop, StateConflict, customer=first):
        write(
            shop,
            directory.change,
            merchant_id=shop.merchant_id,
            customer_ref=other,
            changes={"external_ref": "C-1"},
        )
    assert customer(stranger, external_ref="C-1") != first


def test_a_search_finds_by_what_is_known_and_takes_its_letters_as_they_are(shop, stranger):
    customer(shop, name="Carla 100%", email="carla@example.it", phone="333_1")
    customer(shop, name="Dino", external_ref="C-2")
    customer(stranger, name="Carla")

    def names(text):
        with shop.database.read() as session:
            found = directory.search(session, merchant_id=shop.merchant_id, text=text)
            return [each.name for each in found]

    for text in ("carla", "CARLA@", "100%", "333_", " carla "):
        assert names(text) == ["Carla 100%"]
    assert names("c-2") == ["Dino"]
    assert names("_") == ["Carla 100%"]
    assert names("'; DROP TABLE customer --") == []


def test_nobody_sees_or_changes_anothers_customer(shop, stranger):
    ours = customer(shop, name="Carla")
    for name in (ours, "cus_" + "0" * 26, ours.replace("cus", "crd"), ""):
        with refused(stranger, Unknown):
            read(stranger, directory.find, merchant_id=stranger.merchant_id, customer_ref=name)
        with refused(stranger, Unknown):
            write(
                stranger,
                directory.change,
                merchant_id=stranger.merchant_id,
                customer_ref=name,
                changes={"name": "Dario"},
            )
