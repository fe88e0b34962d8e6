"""A letter goes to everybody once who may get it, and each of the others has a reason."""

from datetime import timedelta

import pytest

from loyalty.campaigns import launching
from loyalty.core.errors import Invalid, StateConflict
from loyalty.counter import redemptions
from loyalty.customers.consents import Purpose
from tests.worker.writing import GIFT, Desk


def test_everybody_who_said_yes_gets_the_letter_once_in_their_language(desk: Desk, postbox):
    desk.customer("Anna")
    desk.customer("John", language="en")
    desk.customer("Nora", agrees=False)
    campaign = desk.launch()
    desk.work()
    desk.work(minutes=5)
    assert sorted((mail["To"], mail["Subject"]) for mail in postbox.arrived) == [
        ("anna@example.it", "Anna, ci manchi"),
        ("john@example.it", "John, we miss you"),
    ]
    assert desk.messages() == [("sent", None), ("sent", None), ("skipped", "no_consent")]
    assert desk.campaign(campaign).state == "finished"


def test_the_voucher_of_a_letter_is_redeemed_at_the_till_and_ends(desk: Desk, postbox):
    desk.customer("Anna")
    desk.launch(offer=GIFT)
    desk.work()
    (text,) = (postbox.text(),)
    code = text.partition("alla cassa: ")[2][:12]
    assert "Vale fino al 5 dicembre 2026" in text
    with desk.database.write() as session:
        used = redemptions.use(session, duty=desk.shop.cashier, code=code, intent=None, at=desk.now)
    assert used.body["vouchers"][0]["state"] == "fulfilled"


def test_who_is_held_back_gets_neither_letter_nor_voucher(desk: Desk, postbox):
    for number in range(12):
        desk.customer(f"Anna{chr(97 + number)}")
    desk.launch(holdout_percent=50, offer=GIFT)
    desk.work()
    rows = desk.messages("state", "redemption_id")
    held = [voucher for state, voucher in rows if state == "held"]
    assert 0 < len(held) < 12
    assert held == [None] * len(held)
    assert len(postbox.arrived) == 12 - len(held)


def test_a_launch_chooses_how_many_are_held_back_by_how_many_there_are(desk: Desk):
    desk.customer()
    assert desk.campaign(desk.launch(holdout_percent=None)).holdout_percent == 50


def test_who_says_no_after_the_launch_gets_nothing_and_their_voucher_ends(desk: Desk, postbox):
    anna = desk.customer("Anna")
    desk.launch(offer=GIFT, send_at=desk.now + timedelta(minutes=30))
    desk.work()
    assert desk.messages() == []
    desk.work(minutes=30)
    assert desk.states() == {"sent": 1}
    desk.now += timedelta(hours=1)
    later = desk.launch(offer=GIFT)
    desk.turn(launching.pause, later)
    desk.work()
    desk.say(anna.customer, given=False)
    desk.turn(launching.resume, later, not_after=None)
    desk.work()
    assert desk.states() == {"sent": 1, "skipped": 1}


def test_nobody_gets_more_letters_than_the_shop_allows(desk: Desk, postbox):
    desk.customer("Anna")
    desk.rules(cap=1)
    first, second = desk.launch(), desk.launch()
    desk.work(minutes=10)
    assert first != second
    assert desk.messages() == [("sent", None), ("skipped", "cap")]
    desk.now += timedelta(days=9)
    desk.launch()
    desk.work()
    assert len(postbox.arrived) == 2


def test_whoever_waits_for_an_answer_gets_no_advertising(desk: Desk, postbox):
    desk.complain(desk.customer("Anna"))
    with pytest.raises(Invalid):
        desk.launch()
    assert postbox.arrived == []


def test_people_picked_by_what_they_did_need_to_have_allowed_that(desk: Desk, postbox):
    anna, _ = desk.customer("Anna"), desk.customer("Bea")
    desk.say(anna.customer, given=True, purpose=Purpose.PROFILING)
    desk.launch(audience={"segment": "new"})
    desk.work()
    assert desk.messages() == [("sent", None), ("skipped", "no_profiling")]


def test_nothing_leaves_at_night_nor_on_a_sunday(desk: Desk, postbox):
    desk.customer("Anna")
    desk.now = desk.now.replace(hour=20)  # a Saturday, 21 h in the shop
    desk.launch()
    desk.work()
    desk.work(hours=20)
    assert postbox.arrived == []
    desk.work(hours=16)
    assert len(postbox.arrived) == 1  # Monday, 9 h


def test_of_two_launches_one_is_refused(desk: Desk, postbox):
    desk.customer("Anna")
    campaign = desk.launch()
    with pytest.raises(StateConflict):
        desk.launch(campaign)
    desk.work()
    assert len(postbox.arrived) == 1


def test_a_campaign_that_is_late_is_not_sent_until_somebody_says_so(desk: Desk, postbox):
    desk.customer("Anna")
    campaign = desk.launch()
    desk.work(hours=4)
    found = desk.campaign(campaign)
    assert (found.state, found.halted_for) == ("halted", "late")
    assert postbox.arrived == []
    desk.turn(launching.resume, campaign, not_after=None)
    desk.work()
    assert len(postbox.arrived) == 1


def test_a_stopped_campaign_ends_its_vouchers(desk: Desk, postbox):
    desk.customer("Anna")
    campaign = desk.launch(offer=GIFT)
    desk.rules(from_hour=0, until_hour=1)
    desk.work()
    desk.turn(launching.stop, campaign)
    assert desk.messages() == [("skipped", "stopped")]
    assert desk.campaign(campaign).state == "stopped"
    assert postbox.arrived == []
