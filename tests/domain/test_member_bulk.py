"""Many members at once: a tag for all who match, done in portions, taken back as it was done."""

from datetime import timedelta

import pytest

from loyalty.core.errors import StateConflict, Unknown
from loyalty.core.ids import ref
from loyalty.core.signing import digest
from loyalty.counter import merging
from loyalty.customers import tags
from loyalty.members import bulk
from loyalty.members.bulk import TAG, UNTAG, Order
from loyalty.members.criteria import Criteria
from tests.builders import NOW, fresh_key
from tests.domain.clients import names, scope, whose_id
from tests.domain.folk import write
from tests.domain.law import refused

DAY = timedelta(days=1)


@pytest.fixture
def folk(shop):
    return [shop.card("points", name=name) for name in ("Ada", "Bea", "Ciro", "Dino", "Elda")]


@pytest.fixture
def tag(shop):
    return ref("tag", write(shop, tags.make, merchant_id=shop.merchant_id, name="Vip", at=NOW))


def ask(shop, order, *, key=None, at=NOW):
    facts = {"duty": shop.owner, "scope": scope(shop, at), "order": order}
    return write(shop, bulk.ask, key_hash=digest(key or fresh_key()), **facts)


def work(shop, run, *, size=2, at=NOW):
    facts = {"merchant_id": shop.merchant_id, "run_ref": run, "at": at, "size": size}
    while write(shop, bulk.step, **facts) == size:
        pass


def progress(shop, run, at=NOW):
    with shop.database.read() as session:
        return bulk.progress(session, merchant_id=shop.merchant_id, run_ref=run, at=at)


def undo(shop, run, *, at=NOW):
    key = digest(fresh_key())
    return write(shop, bulk.undo, duty=shop.owner, run_ref=run, key_hash=key, at=at)


def test_all_who_match_get_the_tag_and_who_had_it_is_not_counted_as_changed(shop, folk, tag):
    work(shop, ask(shop, Order(TAG, tag, members=[folk[0].customer])))
    run = ask(shop, Order(TAG, tag, criteria=Criteria()))
    work(shop, run)
    done = progress(shop, run)
    assert (done.total, done.seen, done.changed, done.is_done) == (5, 5, 4, True)
    assert len(names(shop, tag=tag)) == 5


def test_taking_a_tag_off_by_that_very_tag_reaches_everybody(shop, folk, tag):
    work(shop, ask(shop, Order(TAG, tag, criteria=Criteria())))
    run = ask(shop, Order(UNTAG, tag, criteria=Criteria(tag=tag)))
    work(shop, run)
    assert progress(shop, run).changed == 5
    assert names(shop, tag=tag) == []


def test_its_undo_changes_back_whom_it_changed_and_nobody_else(shop, folk, tag):
    work(shop, ask(shop, Order(TAG, tag, members=[folk[0].customer])))
    run = ask(shop, Order(TAG, tag, criteria=Criteria()))
    work(shop, run)
    back = undo(shop, run)
    work(shop, back)
    assert names(shop, tag=tag) == ["Ada"]
    assert progress(shop, back).is_undo
    for again in (run, back):
        with refused(shop, StateConflict):
            undo(shop, again)


def test_it_can_be_undone_for_seven_days_and_not_before_it_is_done(shop, folk, tag):
    run = ask(shop, Order(TAG, tag, criteria=Criteria()))
    with refused(shop, StateConflict):
        undo(shop, run)
    work(shop, run)
    assert progress(shop, run, NOW + 7 * DAY).can_undo
    with refused(shop, StateConflict):
        undo(shop, run, at=NOW + 8 * DAY)
    assert names(shop, tag=tag)


def test_a_double_tap_asks_once(shop, folk, tag):
    order = Order(TAG, tag, criteria=Criteria())
    assert ask(shop, order, key="k") == ask(shop, order, key="k")


def test_work_that_is_done_twice_changes_nothing(shop, folk, tag):
    run = ask(shop, Order(TAG, tag, criteria=Criteria()))
    work(shop, run)
    work(shop, run)
    assert (progress(shop, run).seen, progress(shop, run).changed) == (5, 5)


def test_who_was_merged_or_belongs_to_another_shop_is_left_alone(shop, stranger, folk, tag):
    theirs = stranger.card("points", name="Zoe")
    facts = {"duty": shop.owner, "at": NOW}
    write(
        shop,
        merging.merge,
        customer_ref=folk[0].customer,
        into_ref=folk[1].customer,
        **facts,
    )
    chosen = [folk[0].customer, folk[2].customer, theirs.customer, "cus_nonsense"]
    run = ask(shop, Order(TAG, tag, members=chosen))
    work(shop, run)
    assert progress(shop, run).changed == 1
    assert names(shop, tag=tag) == ["Ciro"]
    for what in (tag,):
        with refused(stranger, Unknown):
            ask(stranger, Order(TAG, what, members=[theirs.customer]))
    with pytest.raises(Unknown):
        progress(stranger, run)
    assert whose_id(folk[2])
