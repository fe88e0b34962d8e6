"""What customers say: written down once, kept with the person, answered by somebody."""

from datetime import timedelta

import pytest

from loyalty.core.errors import Invalid, KeyReused, Unknown
from loyalty.core.ids import parse_ref, ref
from loyalty.counter import merging
from loyalty.customers import directory, living
from loyalty.feedback import remarks
from loyalty.feedback.remarks import DoneAlready, Said
from loyalty.persons import erasure
from tests.builders import NOW, fresh_key


def write(shop, card, words="L'espresso sa di bruciato", *, kind="product", key=None, at=NOW):
    said = Said(parse_ref("cus", card.customer), parse_ref("crd", card.ref), None, kind, words)
    with shop.database.write() as session:
        made = remarks.write(
            session,
            merchant_id=shop.merchant_id,
            actor=shop.cashier.actor,
            said=said,
            key=key or fresh_key(),
            at=at,
        )
        return ref("rem", made.id)


def close(shop, remark, outcome="Cambiata la miscela", actor=None):
    with shop.database.write() as session:
        return remarks.close(
            session,
            merchant_id=shop.merchant_id,
            remark_ref=remark,
            actor=actor or shop.owner.actor,
            outcome=outcome,
            at=NOW,
        )


def listed(shop, state="open", **more):
    with shop.database.read() as session:
        found = remarks.page(session, merchant_id=shop.merchant_id, state=state, **more)
        return [one.words for one in found]


def latest(shop, *cards):
    with shop.database.read() as session:
        whole = [parse_ref("cus", card.customer) for card in cards]
        found = remarks.latest_open(session, merchant_id=shop.merchant_id, customer_ids=whole)
        return found.words if found else None


def test_a_remark_is_written_once_however_often_it_is_sent(shop):
    card = shop.card(name="Carla")
    assert write(shop, card, key="K") == write(shop, card, key="K")
    assert listed(shop) == ["L'espresso sa di bruciato"]
    with pytest.raises(KeyReused):
        write(shop, card, kind="wait", key="K")


def test_something_else_needs_words(shop):
    card = shop.card()
    with pytest.raises(Invalid):
        write(shop, card, None, kind="other")
    write(shop, card, None, kind="wait")
    assert listed(shop) == [None]


def test_what_was_done_stands_beside_it_and_it_may_be_opened_again(shop):
    remark = write(shop, shop.card())
    assert close(shop, remark) is True
    assert (listed(shop), listed(shop, "done")) == ([], ["L'espresso sa di bruciato"])
    assert close(shop, remark) is False, "a second tap changes nothing"
    with shop.database.write() as session:
        asked = {"merchant_id": shop.merchant_id, "remark_ref": remark}
        assert remarks.reopen(session, **asked) is True
        assert remarks.reopen(session, **asked) is False
    assert listed(shop) == ["L'espresso sa di bruciato"]


def test_two_who_close_it_differently_are_not_both_right(shop):
    remark = write(shop, shop.card())
    close(shop, remark)
    with pytest.raises(DoneAlready):
        close(shop, remark, "Offerto un caffè", actor=shop.cashier.actor)


def test_a_long_list_comes_in_pages_the_newest_first(shop):
    card = shop.card()
    made = [write(shop, card, f"n. {number}") for number in range(5)]
    assert listed(shop, limit=2) == ["n. 4", "n. 3"]
    assert listed(shop, limit=2, before=parse_ref("rem", made[3])) == ["n. 2", "n. 1"]


def test_the_latest_open_one_is_what_they_said_last(shop):
    card = shop.card()
    first = write(shop, card, "Freddo")
    second = write(shop, card, "Salato", at=NOW + timedelta(days=1))
    assert latest(shop, card) == "Salato"
    close(shop, second)
    assert latest(shop, card) == "Freddo"
    close(shop, first)
    assert latest(shop, card) is None


def test_of_somebody_who_was_merged_it_is_shown_with_whom_they_are_now(shop):
    anna, double = shop.card(name="Anna"), shop.card(name="anna")
    write(shop, double, "Poco zucchero")
    with shop.database.write() as session:
        merging.merge(
            session,
            duty=shop.owner,
            customer_ref=double.customer,
            into_ref=anna.customer,
            at=NOW,
        )
    anna_id, double_id = parse_ref("cus", anna.customer), parse_ref("cus", double.customer)
    with shop.database.read() as session:
        ours = {"merchant_id": shop.merchant_id}
        whole = living.gathered(session, customer_id=anna_id, **ours)
        found = remarks.latest_open(session, customer_ids=[anna_id, *whole], **ours)
        assert found.words == "Poco zucchero"
        people = living.people(session, customer_ids=[double_id, anna_id], **ours)
        assert {who: person.name for who, person in people.items()} == {
            double_id: "Anna",
            anna_id: "Anna",
        }


def test_erasing_somebody_takes_the_words_away(shop):
    card, other = shop.card(name="Carla"), shop.card()
    remark = write(shop, card, "Sono Carla di via Po, il resto era sbagliato")
    write(shop, other, "Resta")
    close(shop, remark, "Chiamata Carla")
    with shop.database.write() as session:
        erasure.erase(session, duty=shop.owner, customer_ref=card.customer, at=NOW)
    with shop.database.read() as session:
        found = remarks.find(session, merchant_id=shop.merchant_id, remark_ref=remark)
        assert (found.words, found.outcome, found.kind) == (None, None, "product")
    assert listed(shop) == ["Resta"]


def test_another_shop_finds_none_of_them(shop, stranger):
    remark = write(shop, shop.card())
    assert listed(stranger) == []
    with pytest.raises(Unknown):
        close(stranger, remark)


def test_the_note_of_a_customer_goes_with_a_merge_and_with_an_erasure(shop):
    anna, double = shop.card(name="Anna"), shop.card(name="anna")
    with shop.database.write() as session:
        directory.write_note(
            session,
            merchant_id=shop.merchant_id,
            customer_ref=double.customer,
            text="  Allergica alle noci ",
        )
        merging.merge(
            session,
            duty=shop.owner,
            customer_ref=double.customer,
            into_ref=anna.customer,
            at=NOW,
        )

    def note():
        with shop.database.read() as session:
            people = living.people(
                session,
                merchant_id=shop.merchant_id,
                customer_ids=[parse_ref("cus", anna.customer)],
            )
            return next(iter(people.values())).note

    assert note() == "Allergica alle noci"
    with shop.database.write() as session:
        erasure.erase(session, duty=shop.owner, customer_ref=anna.customer, at=NOW)
    assert note() is None
