"""One campaign and whatever may come between, in any order, on a clock that hypothesis turns.

It is the product's own sending, over real connections, to a server that behaves as it is told. A
worker can be killed before or after any of its writes, or stand still there, beyond its leases,
while another one works. After every step each letter has arrived at most once, everybody is in one
state that fits what the server has, and nobody got a letter who had said no before it was marked.
"""

import contextlib
import time
from datetime import timedelta
from unittest import mock

import sqlalchemy as sa
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from loyalty.campaigns import launching, states
from loyalty.campaigns.models import Message
from loyalty.core.db import table
from loyalty.core.errors import StateConflict
from loyalty.core.ids import parse_ref
from loyalty.core.smtp import Server
from loyalty.worker import campaigning, delivery
from loyalty.worker.lines import Lines
from tests.builders import fresh_key, open_shop
from tests.chaos.told import told
from tests.worker.writing import Desk

STEADY = settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    max_examples=5,
    stateful_step_count=12,
    print_blob=False,
    report_multiple_bugs=False,
)
PEOPLE, BATCH = 9, 3
WHEN = st.tuples(st.integers(1, 5), st.booleans())  # at which write of a round; before it?
_MESSAGE = table(Message)
# How many copies the server may have of a letter in that state.
ARRIVED = {
    **{key: {0} for key in (states.READY, states.CLAIMED, states.SKIPPED, states.FAILED)},
    **{key: {0, 1} for key in (states.SENDING, states.UNKNOWN)},
    states.SENT: {1},
}
RCPT = st.lists(
    st.sampled_from(["", "", "451 4.7.1 later", "421 busy", "550 5.1.1 nobody"]), max_size=4
)
DATA = st.lists(
    st.sampled_from(["250 ok", "250 ok", "452 later", "554 no", "drop after", "drop"]), max_size=4
)


class Killed(BaseException):
    """The worker's process is gone: none of its clean-up happens."""


class Mortal:
    """A database as one worker sees it; before or after one of its writes `then` happens.

    If that kills, every later write fails too, so that nothing is tidied up.
    """

    def __init__(self, database, when, then):
        self.settings, self.read, self.dialect = database.settings, database.read, database.dialect
        self._database, self._then = database, then
        self._left, self._is_before = when
        self.is_dead = False

    @contextlib.contextmanager
    def write(self):
        """A write of the worker, unless it is dead."""
        if self.is_dead:
            raise Killed
        self._left -= 1
        if self._left == 0 and self._is_before:
            self._then(self)
        with self._database.write() as session:
            yield session
        if self._left == 0 and not self._is_before:
            self._then(self)


class Clock(delivery.Watch):
    """The machine's own time."""

    def __init__(self, machine):
        super().__init__(machine.desk.now, lambda: None)
        self.machine = machine

    def now(self):
        """As late as it is in the machine."""
        return self.machine.desk.now


class Sending(RuleBasedStateMachine):
    """A campaign, its workers and its merchant; subclasses name `database` and `server`."""

    database = server = None

    def __init__(self):
        super().__init__()
        number = fresh_key()
        shop = open_shop(self.database, name="Bar", owner=f"o{number}", cashier=f"c{number}")
        self.desk = Desk(shop, self.server)
        self.desk.rules(from_hour=0, until_hour=24, on_sundays=True)
        self.cards = [self.desk.customer(f"Anna{one}") for one in range(PEOPLE)]
        self.never, self.not_now = set(), set()
        mail = Server.of(self.desk.database.settings.smtp_url)
        self.lines = [Lines(mail, own_name="m.test", size=2) for _ in range(2)]
        self.server.rcpt, self.server.data = [], []
        self.ref = self.desk.launch()
        self.id = parse_ref("cmp", self.ref)

    # --- what may happen

    @rule()
    def tend(self):
        self.work(self.desk.database)

    @rule(rcpt=RCPT, data=DATA)
    def answers(self, rcpt, data):
        self.server.rcpt, self.server.data = list(rcpt), list(data)

    @rule(when=WHEN)
    def kill(self, when):
        self.interrupted(when, self.die)

    @rule(when=WHEN, who=st.integers(0, PEOPLE - 1))
    def leave(self, when, who):
        self.interrupted(when, lambda _: self.says_no(who))

    @rule(when=WHEN)
    def pause(self, when):
        self.interrupted(when, lambda _: self.pauses())

    @rule(when=WHEN, minutes=st.sampled_from([4, 12, 40]))
    def stall(self, when, minutes):
        self.interrupted(when, lambda _: self.another(minutes))

    @rule()
    def resume(self):
        self.not_now = set()
        with contextlib.suppress(StateConflict):
            self.desk.turn(launching.resume, self.ref, not_after=None)

    @rule()
    def launch_again(self):
        with contextlib.suppress(StateConflict):
            self.desk.launch(self.ref)
            raise AssertionError("it was launched twice")

    @rule(minutes=st.sampled_from([1, 6, 15, 90, 700]))
    def wait(self, minutes):
        self.desk.now += timedelta(minutes=minutes)

    # --- how it happens

    def work(self, database, lines=0):
        """A worker's round: gather, give up on who is gone, send a few."""
        clock = Clock(self)
        for campaign in self.running(database):
            campaigning._tend(database, campaign, clock)
        for campaign in self.running(database):
            campaigning._batch(database, campaign, self.lines[lines], clock)

    def running(self, database):
        with database.read() as session:
            return [one for one in launching.running(session) if one.id == self.id]

    def interrupted(self, when, then):
        """A worker's round in which something happens after its write of that number."""
        worker = Mortal(self.desk.database, when, then)
        with contextlib.suppress(Killed):
            self.work(worker)
        self.silence(self.lines[0])

    def silence(self, lines):
        """What a dead worker had handed to its connections comes to an end, unheard."""
        until = time.monotonic() + 10
        while lines.busy and time.monotonic() < until:
            lines.came(wait_s=0.2)
        assert not lines.busy

    def die(self, worker):
        worker.is_dead = True
        raise Killed

    def says_no(self, who):
        whose = parse_ref("cus", self.cards[who].customer)
        self.never |= {key for key, row in self.unmarked() if row.customer_id == whose}
        self.desk.say(self.cards[who].customer, given=False)

    def pauses(self):
        with contextlib.suppress(StateConflict):
            self.desk.turn(launching.pause, self.ref)
            self.not_now = {key for key, _ in self.unmarked()}

    def unmarked(self):
        rows = self.rows().items()
        return [(key, row) for key, row in rows if row.state in (states.READY, states.CLAIMED)]

    def another(self, minutes):
        """The worker stands still for so long; another one does all there is to do."""
        self.desk.now += timedelta(minutes=minutes)
        for _ in range(PEOPLE // BATCH):
            self.work(self.database, lines=1)

    # --- what must be so

    def rows(self):
        columns = (_MESSAGE.c.id, _MESSAGE.c.customer_id, _MESSAGE.c.state)
        with self.database.read() as session:
            query = sa.select(*columns).where(_MESSAGE.c.campaign_id == self.id)
            return {row.id.hex: row for row in session.execute(query)}

    @invariant()
    def nobody_gets_two_and_nobody_is_missing(self):
        rows, campaign = self.rows(), self.desk.campaign(self.ref)
        for key, row in rows.items():
            assert self.server.accepted[key] in ARRIVED[row.state], (row.state, key)
        assert not campaign.gathered_at or len(rows) == PEOPLE
        if campaign.state == states.FINISHED:
            assert not {row.state for row in rows.values()} & set(states.OPEN)

    @invariant()
    def a_no_and_a_pause_hold(self):
        assert not [key for key in self.never | self.not_now if self.server.accepted[key]]

    def teardown(self):
        """Given time and a server that behaves, it ends; whatever is uncertain stays so."""
        self.server.rcpt, self.server.data = [], []
        for _ in range(2 * PEOPLE // BATCH):
            self.resume()
            self.wait(90)
            self.work(self.database)
        for lines in self.lines:
            lines.close()
        self.nobody_gets_two_and_nobody_is_missing()
        self.a_no_and_a_pause_hold()
        assert self.desk.campaign(self.ref).state == states.FINISHED


def walk(database, *, examples=STEADY.max_examples, wild=False):
    """So many campaigns; the same ones each time unless `wild`. Raises what was found wrong."""
    with told() as server, mock.patch.object(campaigning, "BATCH", BATCH):
        machine = type("Sending", (Sending,), {"database": database, "server": server})
        steady = settings(STEADY, max_examples=examples, derandomize=not wild)
        run_state_machine_as_test(machine, settings=steady)
