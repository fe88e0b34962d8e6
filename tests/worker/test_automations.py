"""A journey writes to who has broken a habit, step by step, and stops as soon as they come."""

from datetime import timedelta

import pytest

from loyalty.automations import switching
from loyalty.automations.journeys import WELCOME
from loyalty.core.errors import Invalid
from loyalty.counter import redemptions
from loyalty.customers.consents import Purpose
from tests.worker.ladder import Ladder


def subjects(postbox):
    return [str(mail["Subject"]) for mail in postbox.arrived]


def test_whoever_stays_away_gets_four_letters_in_their_order_and_then_silence(
    ladder: Ladder, postbox
):
    ladder.regular("Anna")
    ladder.set()
    ladder.switch_on()
    ladder.days(60)
    assert [one.partition(",")[0] for one in subjects(postbox)] == [
        "Anna",
        "Una domanda sola da Caffè Aurora",
        "Un pensiero per te da Caffè Aurora",
        "Il tuo regalo vale fino al 19 dicembre 2026",
    ]
    assert ladder.runs() == [(4, "sunset")]
    assert [step for step, _, _ in ladder.steps()] == [
        "reminder", "question", "offer", "last_day",
    ]  # fmt: skip


def test_after_the_last_step_no_campaign_reaches_them_until_they_come(ladder: Ladder, postbox):
    anna = ladder.regular("Anna")
    ladder.set(offer=None)
    ladder.switch_on()
    ladder.days(40, every=2)
    assert ladder.runs() == [(4, "sunset")]
    assert subjects(postbox)[1:] == ["Una domanda sola da Caffè Aurora"]
    with pytest.raises(Invalid):
        ladder.launch()
    ladder.shop.visit(anna, 1_000, at=ladder.now)
    ladder.launch()
    ladder.work(minutes=5)
    assert len(postbox.arrived) == 3


def test_a_visit_ends_the_journey_even_while_the_next_letter_is_about_to_leave(
    ladder: Ladder, postbox
):
    anna, _ = ladder.regular("Anna"), ladder.regular("Bea")
    ladder.set()
    ladder.switch_on()
    ladder.days(4)
    ladder.now += timedelta(days=3)
    ladder.tend_only()  # the second letter is written, and has not left
    assert ladder.messages()[-2:] == [("ready", None), ("ready", None)]
    ladder.shop.visit(anna, 1_000, at=ladder.now)
    ladder.days()
    assert ladder.messages()[-2:] == [("skipped", "came_back"), ("sent", None)]
    ladder.days(20)
    assert ladder.runs()[0] == (2, "came_back")
    assert [mail["To"] for mail in postbox.arrived].count("anna@example.it") == 1


def test_the_gift_is_redeemed_at_the_till_and_nothing_reminds_of_it(ladder: Ladder, postbox):
    ladder.regular("Anna")
    ladder.set()
    ladder.switch_on()
    ladder.days(13)
    code = postbox.text().partition("alla cassa: ")[2][:12]
    with ladder.database.write() as session:
        redemptions.use(session, duty=ladder.shop.cashier, code=code, intent=None, at=ladder.now)
    ladder.days(30, every=3)
    assert len(postbox.arrived) == 3
    assert ("last_day", None, None) in ladder.steps()


def test_who_says_no_more_leaves_the_journey(ladder: Ladder, postbox):
    anna = ladder.regular("Anna")
    ladder.set()
    ladder.switch_on()
    ladder.days(2)
    ladder.say(anna.customer, given=False)
    ladder.days(10)
    assert len(postbox.arrived) == 1
    assert ladder.runs() == [(1, "no_consent")]


def test_who_waits_for_an_answer_hears_nothing_until_they_have_it(ladder: Ladder, postbox):
    anna = ladder.regular("Anna")
    ladder.set()
    ladder.switch_on()
    ladder.days(2)
    ladder.complain(anna)
    ladder.days(6)
    assert len(postbox.arrived) == 1
    ladder.answer(anna)
    ladder.days(2)
    assert len(postbox.arrived) == 2


def test_nobody_begins_who_has_not_agreed_that_their_visits_are_looked_at(ladder: Ladder, postbox):
    ladder.regular("Anna", agrees=False)
    bea = ladder.regular("Bea")
    ladder.say(bea.customer, given=False, purpose=Purpose.PROFILING)
    ladder.switch_on()
    ladder.days(3)
    assert ladder.runs() == []


def test_the_group_for_comparison_gets_nothing_and_is_not_silenced_after(ladder: Ladder, postbox):
    for number in range(8):
        ladder.regular(f"Anna{chr(97 + number)}")
    ladder.set(percent=50)
    ladder.switch_on()
    ladder.days(1)
    held = [who for who, is_held in ladder.runs("customer_id", "is_held") if is_held]
    assert 0 < len(held) < 8
    ladder.launch()
    ladder.work(minutes=5)
    assert ladder.messages("state", "reason").count(("skipped", "compared")) == len(held)
    ladder.days(45, every=3)
    assert {ended for is_held, ended in ladder.runs("is_held", "ended_as") if is_held} == {
        "compared"
    }
    assert len({mail["To"] for mail in postbox.arrived}) == 8 - len(held)


def test_once_for_each_silence_and_again_after_the_next(ladder: Ladder, postbox):
    anna = ladder.regular("Anna")
    ladder.set(offer=None)
    ladder.switch_on()
    ladder.days(40, every=3)
    assert ladder.runs("cycle", "ended_as") == [(1, "sunset")]
    ladder.now += timedelta(days=20)
    for _ in range(3):
        ladder.shop.visit(anna, 1_000, at=ladder.now)
        ladder.now += timedelta(days=10)
    ladder.days(46, every=2)
    assert ladder.runs("cycle", "ended_as")[0] == (1, "sunset")
    assert ladder.runs("cycle") == [(1,), (2,)]
    assert [one.partition(",")[0] for one in subjects(postbox)][2:] == ["Anna"]


def test_switched_off_it_takes_nobody_new_and_ends_after_the_last(ladder: Ladder, postbox):
    ladder.regular("Anna")
    ladder.set(offer=None)
    ladder.switch_on()
    ladder.days(2)
    ladder.switch_off()
    ladder.regular("Bea")
    ladder.days(3)
    assert ladder.state() == "ending"
    assert len(ladder.runs()) == 1
    ladder.days(30, every=3)
    assert (ladder.state(), ladder.runs()) == ("off", [(4, "sunset")])


def test_stopped_at_once_nothing_more_leaves_and_an_untold_voucher_ends(ladder: Ladder, postbox):
    ladder.regular("Anna")
    ladder.set()
    ladder.switch_on()
    ladder.days(8)
    ladder.now += timedelta(days=6)
    ladder.tend_only()
    assert ladder.steps()[-1] == ("offer", "ready", None)
    ladder.stop()
    ladder.days(10)
    assert ladder.steps()[-1] == ("offer", "skipped", "stopped")
    assert ladder.vouchers() == ["cancelled"]
    assert (ladder.state(), ladder.runs()) == ("off", [(3, "stopped")])
    assert len(postbox.arrived) == 2


def test_a_letter_rewritten_on_the_way_is_what_they_get_next(ladder: Ladder, postbox):
    ladder.regular("Anna")
    ladder.set(offer=None)
    ladder.switch_on()
    ladder.days(2)
    ladder.rewrite("question", "Ci dici perché?")
    ladder.days(10)
    assert subjects(postbox)[1:] == ["Ci dici perché?"]


def test_of_two_who_change_it_at_once_the_second_hears_of_it(ladder: Ladder):
    ladder.set(offer=None)
    with pytest.raises(switching.ChangedMeanwhile):
        ladder.rewrite("question", "Ci dici perché?", version=0)


def test_a_newcomer_is_welcomed_once_some_hours_after_they_joined(ladder: Ladder, postbox):
    ladder.switch_on(WELCOME)
    ladder.newcomer("Nora")
    ladder.work(hours=1)
    assert postbox.arrived == []
    ladder.work(hours=2, minutes=30)
    assert subjects(postbox) == ["Ti diamo il benvenuto da Caffè Aurora"]
    ladder.days(10)
    assert len(postbox.arrived) == 1
    assert ladder.runs("kind", "ended_as") == [("welcome", "done")]


def test_who_was_there_before_or_came_in_a_file_is_not_welcomed(ladder: Ladder, postbox):
    ladder.newcomer("Nora")
    ladder.now += timedelta(minutes=10)
    ladder.switch_on(WELCOME)
    ladder.customer("Ivo")  # by a program or a file: no way of joining is known
    ladder.newcomer("Otto", agrees=False)
    ladder.days(3)
    assert ladder.runs() == []
    assert postbox.arrived == []
