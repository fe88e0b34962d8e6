"""What time brings: the jobs write it down once, whoever starts them when, and however they end."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from loyalty.audit import audit
from loyalty.core import clock
from loyalty.core.ids import parse_ref
from loyalty.core.outbox import OutboxEvent
from loyalty.counter import causes, chores, due
from loyalty.worker import clockwork, portions
from tests.builders import NOW
from tests.domain.corrections.hands import merge
from tests.domain.law import snapshot, stands, statement
from tests.domain.races import at_once
from tests.domain.rulebook.book import (
    DAY,
    GOLD,
    SHELTER,
    SILVER,
    coffee,
    join,
    kinds,
    lasting,
    latest,
    level,
    levels,
    points,
    stamps,
)
from tests.worker.scenes import (
    CARDS,
    SCENES,
    changes,
    found,
    latest_program,
    lots,
    on,
    once,
    operations,
    over,
    run,
    written,
)


class PowerCut(BaseException):
    """Nobody catches this."""


@pytest.fixture(autouse=True)
def every_book_adds_up(shop):
    yield
    with shop.database.read() as session:
        assert not audit(session)


@pytest.fixture(params=SCENES)
def scene(shop, request):
    """Each job in a shop where there is much for it to do."""
    return SCENES[request.param](shop)


# --- whoever starts them, when, and however they end ---------------------------------------------


def test_a_job_does_what_is_due_once_however_often_it_is_started(scene):
    scene.work()
    assert scene.written() == scene.leaves
    once = snapshot(scene.shop.database)
    scene.work()
    scene.work(scene.at + timedelta(minutes=5))
    assert snapshot(scene.shop.database) == once


def test_workers_that_start_a_job_together_do_it_once(scene, monkeypatch):
    monkeypatch.setattr(chores.writing, "BULK_ROWS_MIN", 2)  # as many cards at once are written
    assert at_once(lambda _: scene.work()) == {"done": 8}
    assert scene.written() == scene.leaves


def test_a_job_killed_between_two_writes_is_finished_by_the_next(scene, monkeypatch):
    monkeypatch.setattr(clockwork, "Pace", lambda: portions.Pace(1))

    def cut():
        if any(scene.written().values()):
            raise PowerCut

    with pytest.raises(PowerCut):
        scene.work(beat=cut)
    begun = scene.written()
    assert all(0 < begun[kind] < number for kind, number in scene.leaves.items())
    scene.work()
    assert scene.written() == scene.leaves


def test_a_job_killed_in_the_middle_of_a_write_leaves_nothing_of_it(scene, monkeypatch):
    write = chores.writing.write_book

    def cut(session, book):
        write(session, book)
        raise PowerCut

    before = snapshot(scene.shop.database)
    monkeypatch.setattr(chores.writing, "write_book", cut)
    with pytest.raises(PowerCut):
        scene.work()
    monkeypatch.undo()
    assert snapshot(scene.shop.database) == before
    scene.work()
    assert scene.written() == scene.leaves


def test_a_clock_that_was_put_back_undoes_nothing_and_does_nothing(scene):
    scene.work()
    once = snapshot(scene.shop.database)
    for back in (timedelta(hours=1), DAY, 100 * DAY):
        scene.work(scene.at - back)
    assert snapshot(scene.shop.database) == once


# --- units ---------------------------------------------------------------------------------------


def test_units_are_written_off_when_their_last_day_is_over_and_not_before(shop):
    card = join(shop, points(units=lasting("rolling", 12)))
    shop.visit(card, 1_200)
    shop.visit(card, 500, at=NOW + DAY)
    run(shop, "units.expire", on(2027, 11, 21))
    assert kinds(shop, card) == [("earn", 12), ("earn", 5)]
    run(shop, "units.expire", on(2027, 11, 22))
    assert kinds(shop, card) == [("earn", 12), ("earn", 5), ("expire", -12)]
    assert statement(shop, card)[-1].reasons[0]["it"] == (
        "validi fino al 21 novembre 2027: scadono 12 punti"
    )


def test_units_that_live_on_with_each_visit_are_not_even_looked_at(shop):
    card = join(shop, points(units=lasting("inactivity", 6)))
    shop.visit(card, 1_000)
    shop.visit(card, 500, at=on(2027, 4, 1))
    assert found(shop, due.over, on(2027, 8, 1)) == []
    run(shop, "units.expire", on(2027, 10, 1))
    assert kinds(shop, card) == [("earn", 10), ("earn", 5)]
    run(shop, "units.expire", on(2027, 10, 2))
    assert kinds(shop, card)[2:] == [("expire", -10), ("expire", -5)]


def test_units_refunded_while_they_waited_are_nothing_to_do(shop):
    card = join(shop, points(units=lasting("never", pending_hours=24)))
    visit = shop.visit(card, 1_000).body["ref"]
    shop.void(visit)
    assert found(shop, due.ready, NOW + 2 * DAY) == []


def test_stamps_that_had_to_wait_fill_a_card_when_they_can_be_used(shop):
    card = SCENES["ready"](shop).cards[0]
    run(shop, "units.activate", NOW + 2 * DAY)
    assert kinds(shop, card) == [("earn", 12), ("activate", 0), ("spend", -10)]
    body = stands(shop, card, NOW + 2 * DAY)
    assert (body["balances"]["stamps"]["available"], len(body["vouchers"])) == (2, 1)


def test_other_units_that_become_ready_fill_no_card(shop):
    both = [*stamps()["units"], *lasting("never", pending_hours=24)]
    raw = stamps(points()["earn"][0], units=both)
    raw["stamps"] = {**raw["stamps"], "on_full": "keep"}
    card = join(shop, raw)
    shop.visit(card, 1_000, lines=[coffee(12, 1_000)])
    shop.publish(latest(shop), {**raw, "stamps": {**raw["stamps"], "on_full": "issue"}}, NOW + DAY)
    run(shop, "units.activate", NOW + 2 * DAY)
    assert stands(shop, card, NOW + 2 * DAY)["vouchers"] == []
    assert kinds(shop, card)[-1] == ("activate", 0)


def test_what_was_pledged_can_be_paid_when_the_time_for_refunds_is_over(shop):
    card = join(shop, points(cause=SHELTER))
    shop.visit(card, 10_000)
    for days, payable in ((14, 0), (15, 200)):
        at = NOW + days * DAY
        run(shop, "units.activate", at)
        with shop.database.read() as session:
            merchant_id = shop.merchant_id
            figures = causes.one(session, merchant_id=merchant_id, cause="rifugio", at=at)
        assert (figures.pledged_minor, figures.payable_minor) == (200, payable)
        assert written(shop)["activate"] == (1 if payable else 0)


# --- levels --------------------------------------------------------------------------------------


def test_a_review_keeps_the_level_of_who_bought_enough(shop):
    card = join(shop, points(tiers=levels()))
    shop.visit(card, 50_000)
    shop.visit(card, 50_000, at=on(2027, 6, 1))
    run(shop, "tiers.review", on(2027, 12, 1))
    assert changes(shop, card) == [("up", "gold"), ("kept", "gold")]


def test_a_level_is_lost_after_the_grace_and_not_at_the_review(shop):
    card = join(shop, points(tiers=levels(grace_days=30)))
    shop.visit(card, 50_000)
    run(shop, "tiers.review", on(2027, 11, 30))
    assert changes(shop, card)[1:] == [("notice", "gold")]
    run(shop, "tiers.review", on(2027, 12, 1))
    assert changes(shop, card)[2:3] == [("grace", "gold")]
    run(shop, "tiers.review", on(2027, 12, 30))
    assert level(shop, card, on(2027, 12, 30)) == "gold"
    run(shop, "tiers.review", on(2027, 12, 31))
    assert changes(shop, card)[-1] == ("down", "silver")


def test_a_notice_is_given_once_a_review_and_the_house_is_told(shop):
    scene = SCENES["near"](shop)
    for hours in range(3):
        scene.work(scene.at + timedelta(hours=hours))
    events = sa.select(sa.func.count()).where(OutboxEvent.kind == "tier.notice")
    with shop.database.read() as session:
        assert session.execute(events).scalar_one() == CARDS


def test_a_new_version_raises_at_once_and_lowers_nobody(shop):
    card = join(shop, points(tiers=levels()))
    rich = shop.card(latest(shop))
    shop.visit(rich, 60_000)
    shop.visit(card, 30_000)
    bronze = {"key": "bronze", "name": {"it": "Bronzo", "en": "Bronze"}, "from": 20_000}
    higher = [SILVER, bronze, {**GOLD, "from": 100_000}]
    shop.publish(latest(shop), points(tiers=levels(levels=higher)), NOW + DAY)
    run(shop, "tiers.adopt", NOW + DAY)
    assert changes(shop, card) == [("rules", "bronze")]
    assert changes(shop, rich)[-1][1] == "gold"


def test_older_units_get_the_longer_life_with_an_entry_that_says_so(shop):
    scene = SCENES["generous"](shop)
    card = scene.cards[0]
    scene.work()
    assert kinds(shop, card)[-1] == ("extend", 0)
    ends = [clock.rfc3339(lot.expires_at)[:10] for lot in lots(shop, card)]
    assert ends == ["2028-11-21", "2028-11-22", "2028-11-23"]
    run(shop, "units.expire", NOW + 400 * DAY)
    assert written(shop)["expire"] == 0


def test_a_shorter_life_is_never_given_to_units_of_before(shop):
    card = join(shop, points(units=lasting("rolling", 12)))
    shop.visit(card, 1_000)
    shop.publish(latest(shop), points(units=lasting("rolling", 6)), NOW + DAY)
    before = lots(shop, card)
    run(shop, "units.lengthen", NOW + DAY)
    assert (lots(shop, card), kinds(shop, card)) == (before, [("earn", 10)])


def test_cards_that_were_merged_are_left_alone(shop):
    scene = over(shop)
    keeper, loser = scene.cards[:2]  # the older card stays
    merge(shop, loser, keeper, at=NOW + 5 * DAY)
    kept = operations(shop, loser)
    scene.work()
    assert operations(shop, loser) == kept
    assert [kind for kind, _ in kinds(shop, keeper)].count("expire") == 6


def test_cards_that_were_merged_since_they_were_found_are_left_alone_too(shop):
    scene = SCENES["lapsed"](shop)
    keeper, loser = scene.cards[:2]
    merge(shop, loser, keeper, at=NOW + 5 * DAY)
    kept, ids = operations(shop, loser), [parse_ref("crd", loser.ref)]
    for do in (chores.catch_up, chores.notify, chores.lengthen):
        with shop.database.write() as session:
            here = latest_program(session, shop)
            assert do(session, shop=here, card_ids=ids, at=scene.at) == 0
    assert operations(shop, loser) == kept


def test_a_card_with_much_to_do_counts_as_much(shop):
    scene = over(shop)
    busy = scene.cards[0]
    for hour in range(40):
        shop.visit(busy, 100, at=NOW + 399 * DAY + timedelta(minutes=hour))
    with shop.database.read() as session:
        here = latest_program(session, shop)
        ids = [parse_ref("crd", card.ref) for card in scene.cards[:2]]
        sizes = due.sizes(session, shop=here, card_ids=ids, at=scene.at)
    assert sizes == {ids[0]: 1 + 40 // 16, ids[1]: 1 + 3}


def test_a_worker_of_that_day_does_all_of_it(shop, settings, monkeypatch):
    monkeypatch.setenv("LOYALTY_DATA", str(settings.data))
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("LOYALTY_TIME_TRAVEL", "1")
    scene = SCENES["edited"](shop)
    once(shop, scene.at)
    assert scene.written() == scene.leaves
    once(shop, on(2027, 12, 1))
    assert written(shop)["down"] == CARDS
