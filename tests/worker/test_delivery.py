"""Whatever the server does: what may have arrived is not sent again, what did not is."""

from dataclasses import replace
from datetime import timedelta

import pytest

from loyalty.campaigns import instance, launching, outcome, returned, states, suppression
from loyalty.campaigns.returned import Event
from loyalty.core.errors import Unknown
from loyalty.core.ids import parse_ref
from tests.worker.writing import GIFT, Desk


def test_a_line_that_breaks_after_the_dot_leaves_it_uncertain_for_good(desk: Desk, postbox):
    desk.customer("Anna")
    postbox.data = ["drop"]
    campaign = desk.launch()
    desk.work()
    desk.work(hours=2)
    assert desk.messages("state", "reason") == [("unknown", "lost")]
    assert len(postbox.arrived) == 1
    assert desk.campaign(campaign).state == "finished"


@pytest.mark.parametrize("answer", ["451 4.7.1 later", "421 busy"])
def test_what_was_not_taken_for_now_is_tried_again_under_the_same_name(desk: Desk, postbox, answer):
    desk.customer("Anna")
    postbox.rcpt = [answer]
    desk.launch()
    desk.work()
    ((state, attempts, message_id),) = desk.messages("state", "attempts", "id")
    assert (state, attempts) == ("ready", 1)
    desk.work(minutes=2)
    assert desk.messages("state", "attempts", "id") == [("sent", 2, message_id)]
    assert len(postbox.arrived) == 1


def test_what_is_put_off_for_a_day_has_failed_and_nobody_spins(desk: Desk, postbox):
    desk.customer("Anna")
    postbox.rcpt = ["451 later"] * 100
    desk.rules(from_hour=0, until_hour=24, on_sundays=True)
    desk.launch()
    for _ in range(30):
        desk.work(hours=1)
    ((state, reason, attempts),) = desk.messages("state", "reason", "attempts")
    assert (state, reason) == ("failed", "no_answer_for_a_day")
    assert attempts <= 30


def test_an_address_that_is_not_there_fails_and_the_others_do_not(desk: Desk, postbox):
    desk.customer("Anna")
    desk.customer("Bea")
    postbox.rcpt = ["550 5.1.1 no such user"]
    desk.launch()
    desk.work()
    assert sorted(desk.messages("state", "reason")) == [("failed", "5.1.1"), ("sent", None)]


def test_a_server_that_does_not_want_us_halts_the_campaign_and_blames_nobody(desk: Desk, postbox):
    for number in range(9):
        desk.customer(f"Anna{chr(97 + number)}")
    postbox.rcpt = ["550 5.7.1 not from you"] * 50
    campaign = desk.launch()
    desk.work()
    found = desk.campaign(campaign)
    assert (found.state, found.halted_for) == ("halted", "refused")
    assert desk.states() == {"ready": 9}
    postbox.rcpt = []
    desk.turn(launching.resume, campaign, not_after=None)
    desk.work(minutes=10)
    assert desk.states() == {"sent": 9}


def test_a_server_that_is_not_there_loses_nobody(desk: Desk, postbox):
    desk.customer("Anna")
    real = desk.database.settings
    desk.database.settings = replace(real, smtp_url="smtp://127.0.0.1:1")
    desk.launch()
    desk.work()
    assert desk.states() == {"ready": 1}
    desk.database.settings = real
    desk.work(minutes=5)
    assert desk.states() == {"sent": 1}


def test_after_a_pause_nothing_leaves_and_after_it_the_rest_does(desk: Desk, postbox):
    desk.customer("Anna")
    campaign = desk.launch()
    desk.turn(launching.pause, campaign)
    desk.work(minutes=5)
    assert postbox.arrived == []
    desk.turn(launching.resume, campaign, not_after=None)
    desk.work()
    assert len(postbox.arrived) == 1


def test_a_restored_backup_sends_nothing_before_somebody_says_that_it_is_right(desk: Desk, postbox):
    desk.customer("Anna")
    campaign = desk.launch(send_at=desk.now + timedelta(minutes=5))
    which = parse_ref("cmp", campaign)
    # What this installation has sent of it is noted beside the database, which knows nothing of it.
    instance.note_taken(desk.database.settings.data, which, 3)
    desk.work(minutes=6)
    found = desk.campaign(campaign)
    assert (found.state, found.halted_for) == ("halted", "restored")
    assert postbox.arrived == []
    desk.turn(launching.resume, campaign, not_after=None)
    desk.work()
    assert len(postbox.arrived) == 1


def test_no_more_than_so_many_an_hour_leave(desk: Desk, postbox):
    for number in range(5):
        desk.customer(f"Anna{chr(97 + number)}")
    desk.rules(an_hour=2)
    desk.launch()
    desk.work()
    desk.work(minutes=10)
    assert len(postbox.arrived) == 2
    desk.work(minutes=61)
    assert len(postbox.arrived) == 4


def record(desk, kind, status=None, *, merchant_id=None):
    ((message_id,),) = desk.messages("id")
    with desk.database.write() as session:
        return returned.record(
            session,
            merchant_id=merchant_id or desk.shop.merchant_id,
            event=Event(kind, f"<m.{message_id.hex}@card.example.it>", status),
            at=desk.now,
        )


@pytest.mark.parametrize(
    ("kind", "status", "is_barred"),
    [
        ("bounce", "5.1.1", True),
        ("bounce", "5.2.2", False),  # a full mailbox has room tomorrow
        ("bounce", "5.7.1", False),  # about us, not about them
        ("complaint", None, True),
    ],
)
def test_who_complains_or_is_not_there_is_never_written_to_again(
    desk: Desk, postbox, stranger, kind, status, is_barred
):
    desk.customer("Anna")
    desk.launch()
    desk.work()
    with pytest.raises(Unknown):
        record(desk, kind, status, merchant_id=stranger.merchant_id)
    state = record(desk, kind, status)
    assert record(desk, kind, status) == state == ("sent" if kind == "complaint" else "failed")
    with desk.database.read() as session:
        scope = {"merchant_id": desk.shop.merchant_id}
        hashed = suppression.hash_of("anna@example.it")
        found = suppression.find(session, address_hash=hashed, **scope)
        assert (found is not None) is is_barred


def test_evidence_settles_what_was_uncertain(desk: Desk, postbox):
    desk.customer("Anna")
    postbox.data = ["drop"]
    desk.launch()
    desk.work()
    assert record(desk, "delivered") == states.SENT


def test_what_a_letter_brought_is_compared_with_who_was_held_back(desk: Desk, postbox):
    cards = [desk.customer(f"Anna{chr(97 + number)}") for number in range(20)]
    campaign = desk.launch(holdout_percent=50, offer=GIFT)
    desk.work()
    held = [
        customer for state, customer in desk.messages("state", "customer_id") if state == "held"
    ]
    for card in cards:
        if parse_ref("cus", card.customer) not in held:
            desk.shop.visit(card, 500, at=desk.now + timedelta(days=2))
    with desk.database.read() as session:
        found = outcome.of(
            session,
            campaign=desk.campaign(campaign),
            timezone="Europe/Rome",
            at=desk.now + timedelta(days=29),
        )
    assert (found.treated.n, found.treated.returned) == (20 - len(held), 20 - len(held))
    assert (found.holdout.n, found.holdout.returned) == (len(held), 0)
    lift = found.lift()
    assert (lift["difference"], lift["verdict"]) == (1.0, "effect")
