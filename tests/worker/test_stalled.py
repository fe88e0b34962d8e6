"""A worker that stood still finds what it held in other hands, and leaves it there."""

from datetime import timedelta

from loyalty.campaigns import launching, outbox, states, uncertain
from loyalty.campaigns.outbox import Came, Hand
from loyalty.core.ids import ref
from loyalty.worker import campaigning
from loyalty.worker.delivery import Watch
from tests.worker.writing import GIFT, Desk


class Hands:
    """Two workers with one campaign's letters, each write by hand."""

    def __init__(self, desk: Desk):
        self.desk, self.database = desk, desk.database
        with self.database.read() as session:
            (self.campaign,) = launching.running(session)

    def hand(self, name):
        return Hand(self.campaign.merchant_id, self.campaign.id, name)

    def claim(self, name):
        asked = {"worker": name, "at": self.desk.now, "limit": 9, "lease_s": 300}
        with self.database.write() as session:
            jobs, _ = outbox.claim(session, campaign=self.campaign, **asked)
        return [job.id for job in jobs]

    def mark(self, name, ids):
        hashes = [(key, b"h" * 32) for key in ids]
        with self.database.write() as session:
            return outbox.mark(
                session, hand=self.hand(name), hashes=hashes, at=self.desk.now, lease_s=660
            )

    def settle(self, name, ids, state):
        came = [Came(key, state) for key in ids]
        with self.database.write() as session:
            outbox.settle(session, hand=self.hand(name), came=came, at=self.desk.now)

    def reap(self):
        with self.database.write() as session:
            outbox.reap(session, campaign=self.campaign, at=self.desk.now)


def two_hands(desk: Desk) -> Hands:
    desk.customer("Anna")
    desk.launch()
    hands = Hands(desk)
    campaigning.gather(desk.database, hands.campaign, Watch(desk.now, lambda: None))
    return hands


def test_what_it_had_taken_is_the_others_to_send(desk: Desk):
    hands = two_hands(desk)
    taken = hands.claim("first")
    assert hands.claim("second") == []
    desk.now += timedelta(seconds=301)
    assert hands.claim("second") == taken
    assert hands.mark("first", taken) == set()
    assert hands.mark("second", taken) == set(taken)


def test_what_it_was_sending_is_uncertain_until_it_says_what_came_of_it(desk: Desk):
    hands = two_hands(desk)
    taken = hands.claim("first")
    hands.mark("first", taken)
    desk.now += timedelta(seconds=661)
    hands.reap()
    assert hands.claim("second") == []
    assert desk.states() == {"unknown": 1}
    hands.settle("second", taken, states.FAILED)
    assert desk.states() == {"unknown": 1}
    hands.settle("first", taken, states.SENT)
    assert desk.states() == {"sent": 1}


def test_what_somebody_has_sent_once_more_meanwhile_is_no_longer_its_to_settle(desk: Desk):
    hands = two_hands(desk)
    taken = hands.claim("first")
    hands.mark("first", taken)
    desk.now += timedelta(seconds=661)
    hands.reap()
    desk.turn(uncertain.send_again, ref("cmp", hands.campaign.id), message_ref=None)
    assert hands.claim("second") == taken
    hands.mark("second", taken)
    hands.settle("first", taken, states.READY)
    assert desk.states() == {"sending": 1}
    hands.settle("second", taken, states.SENT)
    hands.settle("first", taken, states.FAILED)
    assert desk.states() == {"sent": 1}


def test_a_letter_put_off_while_the_campaign_was_stopped_is_not_left_waiting(desk: Desk, postbox):
    desk.customer("Anna")
    campaign = desk.launch(offer=GIFT)
    postbox.data = [lambda: desk.turn(launching.stop, campaign), "250 taken"]
    desk.customer("Bea")
    postbox.rcpt = ["", "451 later"]
    desk.work()
    assert desk.campaign(campaign).state == "stopped"
    assert not {"ready", "claimed", "sending"} & set(desk.states())


def test_a_letter_put_off_after_the_campaign_had_ended_without_it_is_sent(desk: Desk, postbox):
    """Its worker stood still, and the others took it for lost."""
    hands = two_hands(desk)
    taken = hands.claim("first")
    hands.mark("first", taken)
    desk.now += timedelta(seconds=661)
    desk.work()
    assert desk.campaign(ref("cmp", hands.campaign.id)).state == "finished"
    hands.settle("first", taken, states.READY)
    with desk.database.write() as session:
        launching.came_back(session, campaign=hands.campaign, at=desk.now)
    desk.work(minutes=2)
    assert desk.states() == {"sent": 1}
    assert desk.campaign(ref("cmp", hands.campaign.id)).state == "finished"
