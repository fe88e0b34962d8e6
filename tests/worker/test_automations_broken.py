"""Kills, clocks that jump, an older backup: each step once, in order, none after a visit."""

import random
from datetime import timedelta

import pytest

from loyalty.automations import upkeep
from loyalty.campaigns import rules
from loyalty.worker import automating
from tests.worker.ladder import Ladder

ORDER = ["reminder", "question", "offer", "last_day"]
NAMES = ("Anna", "Bea", "Carla", "Dora")


class Killed(BaseException):
    """The worker is no more."""


def be_killed():
    raise Killed


def tend_and_be_killed(ladder):
    """The worker dies after its first write of this round."""
    with pytest.raises(Killed):
        automating.tend(ladder.database, payload={}, at=ladder.now, beat=be_killed)


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_befalls_the_worker_nobody_gets_a_letter_twice_or_out_of_order(
    ladder: Ladder, postbox, seed
):
    chance, gone = random.Random(seed), {}
    cards = {name: ladder.regular(name) for name in NAMES}
    ladder.set()
    ladder.switch_on()
    for _ in range(26):
        ladder.days(chance.choice((1, 1, 2)))
        if chance.random() < 0.3:
            tend_and_be_killed(ladder)
        if chance.random() < 0.15:  # a clock that was wrong for a while
            ladder.now -= timedelta(days=chance.randrange(1, 4))
        name = chance.choice(NAMES)
        if chance.random() < 0.12 and name not in gone:
            gone[name] = len(postbox.arrived)
            ladder.shop.visit(cards[name], 1_000, at=ladder.now)
        if len(gone) == len(NAMES):
            break
    for name in NAMES:
        mine = [str(one["Subject"]) for one in postbox.arrived if name.lower() in one["To"]]
        assert len(mine) == len(set(mine)) <= len(ORDER)
        after = postbox.arrived[gone.get(name, len(postbox.arrived)) :]
        assert not [one for one in after if name.lower() in one["To"]]
    for run_id, taken in ladder.taken().items():
        assert taken == ORDER[: len(taken)], run_id


def test_an_older_backup_writes_to_nobody_whom_it_has_forgotten(ladder: Ladder, postbox):
    ladder.regular("Anna")
    ladder.set()
    ladder.switch_on()
    ladder.days(2)
    assert len(postbox.arrived) == 1
    ladder.forget_claims()  # as if the database were that of an hour earlier
    ladder.days(10)
    assert len(postbox.arrived) == 1
    with ladder.database.write() as session:
        house = rules.house(session, merchant_id=ladder.shop.merchant_id)
        upkeep.resume(session, duty=ladder.shop.owner, kind="win_back", house=house, at=ladder.now)
    ladder.forget_runs()
    ladder.days(20, every=2)
    assert len(postbox.arrived) == 1
    assert ladder.runs() == []
    ladder.regular("Bea", silent=20)  # who slips away from now on is written to as ever
    ladder.days(10)
    assert len(postbox.arrived) >= 2
    assert {str(one["To"]) for one in postbox.arrived[1:]} == {"bea@example.it"}
