"""What happened reaches everybody who wants to know, once each, and nobody blocks the others."""

import pytest

from loyalty.core import outbox
from loyalty.core.errors import KeyReused
from tests.builders import NOW
from tests.domain.races import at_once


@pytest.fixture
def heard(yard):
    """A handler that listens, and what it heard."""
    yard.registry.add("listen", yard.note, on=("visit.recorded",))
    return yard.seen


def test_an_event_is_told_with_its_shop_and_its_facts(yard, shop, heard):
    yard.work()  # the opening of the shop has been told
    yard.tell(shop, "visit.recorded", visit="vis_1")
    tally = yard.work()
    assert (tally.events, tally.jobs) == (1, 1)
    (told,) = heard
    assert told["merchant_id"] == str(shop.merchant_id)
    assert (told["kind"], told["facts"]) == ("visit.recorded", {"visit": "vis_1"})
    assert yard.jobs("merchant_id") == [shop.merchant_id]


def test_an_event_is_told_once(yard, shop, heard):
    yard.tell(shop, "visit.recorded")
    yard.work()
    yard.work()
    assert len(heard) == 1
    assert yard.waiting_events() == 0


def test_a_real_visit_is_told_after_its_commit_and_not_when_it_was_refused(yard, shop, heard):
    card = shop.card()
    shop.visit(card, 1_000, key="k")
    with pytest.raises(KeyReused):
        shop.visit(card, 2_000, key="k")
    yard.work()
    assert [told["facts"]["visit"][:4] for told in heard] == ["vis_"]


def test_an_event_that_nobody_wants_is_handled_too(yard, shop):
    yard.work()
    yard.tell(shop, "card.renamed")
    assert yard.work().events == 1
    assert yard.waiting_events() == 0
    assert yard.jobs() == []


def test_events_are_told_in_their_order(yard, shop, heard):
    with yard.database.write() as session:
        for number in range(150):  # more than the worker hands over in one write
            facts = {"number": number}
            outbox.add(
                session, merchant_id=shop.merchant_id, kind="visit.recorded", facts=facts, at=NOW
            )
    yard.work(concurrency=1)
    assert [told["facts"]["number"] for told in heard] == list(range(150))


def test_one_listener_that_fails_does_not_repeat_the_others(yard, shop, heard):
    def broken(database, **_):
        raise ValueError

    yard.registry.add("broken", broken, on=("visit.recorded",))
    yard.tell(shop, "visit.recorded")
    for _ in range(3):
        yard.work()
        yard.pass_time(minutes=1)
    assert len(heard) == 1
    assert sorted(yard.jobs("kind", "state")) == [("broken", "ready"), ("listen", "done")]


def test_a_poisoned_event_ends_dead_and_in_sight_and_those_behind_it_pass(yard, shop):
    told = []

    def picky(database, *, payload, at, beat):
        if payload["facts"]["number"] == 0:
            raise ValueError("poison")
        told.append(payload["facts"]["number"])

    yard.registry.add("picky", picky, on=("visit.recorded",))
    for number in range(3):
        yard.tell(shop, "visit.recorded", number=number)
    yard.work()
    assert sorted(told) == [1, 2]
    for _ in range(10):
        yard.pass_time(hours=1)
        yard.work()
    assert yard.jobs("state", "last_error") == [
        ("dead", "ValueError"),
        ("done", None),
        ("done", None),
    ]


def test_workers_that_read_at_once_tell_each_event_once(yard, shop):
    for number in range(60):
        yard.tell(shop, "visit.recorded", number=number)
    routes = {"visit.recorded": ["listen"]}
    at_once(
        lambda _: [yard.write(outbox.hand_over, routes=routes, at=NOW, limit=5) for _ in range(12)]
    )
    assert yard.waiting_events() == 0
    told = [payload["facts"]["number"] for payload in yard.jobs("payload")]
    assert sorted(told) == list(range(60))
