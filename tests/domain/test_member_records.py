"""Tags and notes: put on, taken off, rewritten, struck, and what a merge makes of them."""

from datetime import timedelta

import pytest

from loyalty.core.errors import Forbidden, Invalid, StateConflict, Unknown
from loyalty.core.ids import parse_ref, ref
from loyalty.core.signing import digest
from loyalty.customers import notes, tags
from loyalty.persons import erasure
from tests.builders import NOW, fresh_key
from tests.domain.clients import whose_id
from tests.domain.dumped import hits
from tests.domain.folk import customer, merge, part, read, write
from tests.domain.law import refused

DAY = timedelta(days=1)


@pytest.fixture
def ada(shop):
    return customer(shop, name="Ada")


def make(shop, name):
    return write(shop, tags.make, merchant_id=shop.merchant_id, name=name, at=NOW)


def put(shop, name, *who):
    facts = {"merchant_id": shop.merchant_id, "tag_id": make(shop, name), "at": NOW}
    return write(shop, tags.put, customer_ids=[_id(each) for each in who], actor="stf_x", **facts)


def _id(who):
    return parse_ref("cus", who)


def on(shop, who):
    found = read(shop, tags.of_many, customer_ids=[_id(who)])
    return [tag.name for tag in found.get(_id(who), [])]


def test_one_word_is_one_tag_however_it_is_written(shop, stranger):
    assert make(shop, " Celiaci ") == make(shop, "CELIACI")
    assert make(stranger, "celiaci") != make(shop, "celiaci")
    for name in ("", "   ", "x" * 41, "\u202e"):
        with pytest.raises(Invalid):
            make(shop, name)


def test_a_tag_is_put_on_once_and_taken_off_once(shop, ada):
    assert put(shop, "Amici", ada) == {_id(ada)}
    assert put(shop, "amici", ada) == set()
    assert on(shop, ada) == ["Amici"]
    (named,) = read(shop, tags.of_shop)
    assert (named.name, named.members) == ("Amici", 1)
    facts = {"merchant_id": shop.merchant_id, "tag_id": make(shop, "amici")}
    assert write(shop, tags.take_off, customer_ids=[_id(ada)], **facts) == {_id(ada)}
    assert write(shop, tags.take_off, customer_ids=[_id(ada)], **facts) == set()
    assert on(shop, ada) == []


def test_who_survives_a_merge_carries_both_ones_tags_and_parting_gives_each_their_own(shop, ada):
    bea, ciro = customer(shop, name="Bea"), customer(shop, name="Ciro")
    put(shop, "Amici", bea, ciro)
    put(shop, "Vip", bea)
    put(shop, "Nostri", ada)
    merge(shop, bea, ada)
    merge(shop, ciro, ada)
    assert on(shop, ada) == ["Amici", "Nostri", "Vip"]
    part(shop, bea)
    assert on(shop, ada) == ["Amici", "Nostri"]  # Ciro still brings his
    part(shop, ciro)
    assert on(shop, ada) == ["Nostri"]
    assert on(shop, bea) == ["Amici", "Vip"]


def note(shop, who, words, *, duty=None, key=None, at=NOW):
    made = write(
        shop,
        notes.write,
        duty=duty or shop.owner,
        customer_ref=who,
        words=words,
        key_hash=digest(key or fresh_key()),
        at=at,
    )
    return ref("not", made.id)


def of(shop, *who):
    return read(shop, notes.of, customer_ids=[_id(each) for each in who])


def rewrite(shop, name, words, *, edits=0, duty=None, at=NOW):
    facts = {"duty": duty or shop.owner, "note_ref": name, "words": words, "edits": edits, "at": at}
    return write(shop, notes.rewrite, **facts)


def test_a_note_sent_twice_is_one_note(shop, ada):
    assert note(shop, ada, "Ama il sole", key="k") == note(shop, ada, "Ama il sole", key="k")
    assert [one.words for one in of(shop, ada)] == ["Ama il sole"]


def test_other_words_leave_those_before_beside_them(shop, ada):
    name = note(shop, ada, "Allergica")
    rewrite(shop, name, "Allergica alle noci", at=NOW + DAY)
    (one,) = of(shop, ada)
    assert (one.words, one.edits, one.edited_at) == ("Allergica alle noci", 1, NOW + DAY)
    assert [each["words"] for each in one.past] == ["Allergica"]


def test_two_windows_of_one_author_do_not_overwrite_each_other(shop, ada):
    name = note(shop, ada, "Uno")
    rewrite(shop, name, "Due")
    rewrite(shop, name, "Due")  # a double tap says nothing new
    with refused(shop, StateConflict):
        rewrite(shop, name, "Tre")
    assert [one.words for one in of(shop, ada)] == ["Due"]


def test_only_the_author_rewrites_and_what_is_struck_stays(shop, ada):
    name = note(shop, ada, "Uno")
    with refused(shop, Forbidden):
        rewrite(shop, name, "Due", duty=shop.cashier)
    assert write(shop, notes.strike, duty=shop.cashier, note_ref=name, at=NOW)
    assert not write(shop, notes.strike, duty=shop.owner, note_ref=name, at=NOW)
    (one,) = of(shop, ada)
    assert (one.words, one.struck_by) == ("Uno", shop.cashier.actor)
    with refused(shop, StateConflict):
        rewrite(shop, name, "Due")
    assert write(shop, notes.restore, duty=shop.owner, note_ref=name)
    assert of(shop, ada)[0].struck_at is None


def test_notes_stay_with_whom_they_were_written_about_and_both_are_read_after_a_merge(shop, ada):
    bea = customer(shop, name="Bea")
    note(shop, bea, "Di Bea")
    merge(shop, bea, ada)
    note(shop, ada, "Di Ada")
    assert [one.words for one in of(shop, ada, bea)] == ["Di Ada", "Di Bea"]
    with refused(shop, StateConflict):
        note(shop, bea, "Non più")
    part(shop, bea)
    assert [one.words for one in of(shop, ada)] == ["Di Ada"]


def test_another_shop_finds_neither_note_nor_customer(shop, stranger, ada):
    name = note(shop, ada, "Uno")
    for verb, facts in (
        (notes.rewrite, {"words": "Due", "edits": 0, "at": NOW}),
        (notes.strike, {"at": NOW}),
        (notes.restore, {}),
    ):
        with refused(stranger, Unknown):
            write(stranger, verb, duty=stranger.owner, note_ref=name, **facts)
    with refused(stranger, Unknown):
        note(stranger, ada, "Mia")


def test_who_is_forgotten_leaves_no_word_and_no_tag(shop):
    card = shop.card("points", name="Ada")
    name = note(shop, card.customer, "Gualtiero primo")
    rewrite(shop, name, "Gualtiero secondo")
    put(shop, "Amici", card.customer)
    assert hits(shop.database, ["Gualtiero primo", "Gualtiero secondo"])
    with shop.database.write() as session:
        erasure.erase(session, duty=shop.owner, customer_ref=card.customer, at=NOW)
    assert not hits(shop.database, ["Gualtiero primo", "Gualtiero secondo"])
    assert not read(shop, tags.of_many, customer_ids=[whose_id(card)])
    with refused(shop, Unknown):
        rewrite(shop, name, "Gualtiero terzo", edits=1)
