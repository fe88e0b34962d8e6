"""Long work in short writes: the portion follows the time it took, and a till gets in between."""

import threading
import time
from datetime import timedelta

import sqlalchemy as sa

from loyalty.cards import claims, live_uses
from loyalty.cards.live import Live
from loyalty.cards.models import LiveUse
from loyalty.core import jobs, worklist
from loyalty.core.ids import parse_ref
from loyalty.core.outbox import OutboxEvent
from loyalty.worker import sweep
from loyalty.worker.portions import LARGEST, in_portions, next_size
from tests.builders import NOW


def test_a_portion_grows_while_it_is_quick_and_shrinks_when_it_is_slow():
    assert next_size(20, took_s=0.001, budget_s=0.03) == 40
    assert next_size(20, took_s=0.02, budget_s=0.03) == 30
    assert next_size(20, took_s=0.06, budget_s=0.03) == 10
    assert next_size(1, took_s=9, budget_s=0.03) == 1
    assert next_size(LARGEST, took_s=0, budget_s=0.03) == LARGEST


def test_everything_is_done_and_the_handler_beats_between(database):
    left, sizes, beats = list(range(100)), [], []

    def work(session, size):
        sizes.append(size)
        done, left[:] = left[:size], left[size:]
        time.sleep(0.001 * len(done))
        return len(done)

    assert in_portions(database, work, after=lambda: beats.append(1)) == 100
    assert sizes[0] == 20
    assert len(beats) == len(sizes)
    assert left == []


def test_writes_stay_short_whatever_the_work_costs(database):
    left, held = list(range(400)), []

    def work(session, size):
        began = time.monotonic()
        done, left[:] = left[:size], left[size:]
        time.sleep(0.0025 * len(done))  # twenty of these are too many for one write
        held.append(time.monotonic() - began)
        return len(done)

    in_portions(database, work)
    settled = sorted(held[2:])
    assert settled[len(settled) // 2] <= 0.045


def test_others_write_while_much_is_done(database, shop):
    card, waits = shop.card(), []
    stop = threading.Event()

    def work(session, size):
        session.execute(sa.text("UPDATE merchant SET name = name"))
        time.sleep(0.002 * size)
        return 0 if stop.is_set() else size

    thread = threading.Thread(target=in_portions, args=(database, work))
    thread.start()
    for _ in range(10):
        began = time.monotonic()
        shop.visit(card, 100)
        waits.append(time.monotonic() - began)
    stop.set()
    thread.join()
    assert sorted(waits)[5] < 0.5


def test_what_was_done_a_month_ago_is_forgotten_and_what_is_dead_stays(yard, shop):
    yard.registry.add("jobs.sweep", sweep.run)
    for _ in range(70):
        yard.ask()
        yard.tell(shop, "visit.recorded")
    buried = yard.ask()
    with yard.database.write() as session:
        session.execute(
            sa.update(jobs.Job).where(jobs.Job.id == buried).values(state="dead", finished_at=NOW)
        )
    yard.work()
    yard.pass_time(days=20)
    yard.ask()
    yard.tell(shop, "visit.recorded")
    yard.work()
    yard.pass_time(days=11)
    yard.tell(shop, "visit.recorded")
    yard.ask("jobs.sweep")
    yard.work()
    assert sorted(yard.jobs("kind", "state")) == [
        ("jobs.sweep", "done"),
        ("note", "dead"),
        ("note", "done"),
    ]
    with yard.database.read() as session:
        assert session.execute(sa.select(sa.func.count(OutboxEvent.id))).scalar_one() == 2


def test_a_live_code_that_served_a_month_ago_is_forgotten(yard, shop):
    yard.registry.add("jobs.sweep", sweep.run)
    card = shop.card()
    token = claims.claim_token(parse_ref("clm", card.claim))
    with yard.database.write() as session:
        secret = claims.open_card(session, token=token, at=NOW).secret
        phone = claims.phone_of(session, card_id=parse_ref("crd", card.ref), secret=secret)
        for day in (0, 20):
            code, at = Live(phone.device_id, step=day), NOW + timedelta(days=day)
            told = {"merchant_id": shop.merchant_id, "act": "accrue"}
            assert live_uses.is_first(session, code=code, at=at, **told)
    yard.pass_time(days=31)
    yard.ask("jobs.sweep")
    yard.work()
    with yard.database.read() as session:
        assert session.execute(sa.select(LiveUse.step)).scalars().all() == [20]


def test_a_discarded_job_is_forgotten_in_its_time(yard):
    yard.registry.add("jobs.sweep", sweep.run)
    job_id = yard.ask()
    with yard.database.write() as session:
        session.execute(sa.update(jobs.Job).values(state="dead", finished_at=NOW))
    yard.write(worklist.discard, job_id=job_id, at=NOW)
    yard.pass_time(days=31)
    yard.ask("jobs.sweep")
    yard.work()
    assert yard.jobs("kind") == ["jobs.sweep"]
    assert timedelta(days=sweep.KEPT_DAYS) == timedelta(days=30)
