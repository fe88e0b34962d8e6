"""Whatever happens on the way: each step once and in order, nothing after a visit or a no."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from loyalty.automations import wording
from loyalty.automations.deciding import CAME_BACK, End, Facts, Go, Later, Standing, decide
from loyalty.automations.journeys import JOURNEYS, WIN_BACK, Wait, due
from loyalty.campaigns import letter, states

JOURNEY = JOURNEYS[WIN_BACK]
ROME = "Europe/Rome"
NOON = datetime(2026, 10, 20, 12, tzinfo=UTC)
LAST = date(2026, 9, 1)
QUIET = Facts(
    is_there=True, last_on=LAST, fits=True, refusal=None, waiting=False, letters={},
    voucher_ends_at=None, has_card=True,
)  # fmt: skip
EVENTS = st.sampled_from(["day", "day", "day", "visit", "no", "remark", "answered", "stuck", "out"])


def at_step(step, delays=0):
    return Standing(step, delays, is_held=False, last_on=LAST)


class Way:
    """Somebody's way through the ladder, driven as the engine drives it."""

    def __init__(self, *, is_held=False):
        self.standing = replace(at_step(0), is_held=is_held)
        self.facts, self.at, self.due_at = QUIET, NOON, NOON
        self.taken, self.sent, self.ended = [], [], None

    def hear(self, event):
        if event == "day":
            self.at += timedelta(days=1)
        elif event == "visit":
            self.facts = replace(self.facts, last_on=self.at.date())
        elif event == "no":
            self.facts = replace(self.facts, refusal=states.NO_CONSENT)
        elif event == "remark" and self.facts.refusal is None:
            self.facts = replace(self.facts, refusal=states.REMARK)
        elif event == "answered" and self.facts.refusal == states.REMARK:
            self.facts = replace(self.facts, refusal=None)
        elif event in ("stuck", "out"):
            self.facts = replace(self.facts, waiting=event == "stuck")

    def look(self):
        """One time round of the worker; whoever is killed in it has done nothing."""
        if self.ended is not None or self.due_at > self.at:
            return
        what = decide(JOURNEY, self.standing, self.facts, at=self.at)
        if isinstance(what, End):
            self.ended = what.how
        elif isinstance(what, Later):
            self.due_at = self.at + timedelta(days=1)
            delays = self.standing.delays + int(what.counts)
            self.standing = replace(self.standing, delays=delays)
        else:
            self._take(what)

    def _take(self, what):
        self.taken.append(what.step.key)
        if what.sends:
            self.sent.append((what.step.key, self.facts))
            ends = self.at + timedelta(days=14) if what.step.gives else self.facts.voucher_ends_at
            letters = {**self.facts.letters, what.step.key: states.SENT}
            self.facts = replace(self.facts, voucher_ends_at=ends, letters=letters)
        self.standing = replace(self.standing, step=self.standing.step + 1, delays=0)
        following = JOURNEY.steps[self.standing.step]
        ends_at = self.facts.voucher_ends_at
        self.due_at = due(following, after=self.at, gap_days=12, ends_at=ends_at, timezone=ROME)


@given(st.lists(EVENTS, max_size=90), st.booleans())
def test_whatever_happens_each_step_comes_once_in_order_and_to_nobody_who_is_gone(events, is_held):
    way = Way(is_held=is_held)
    way.look()
    for event in events:
        way.hear(event)
        way.look()
        way.look()  # another worker, or the same one again
    assert way.taken == [step.key for step in JOURNEY.steps][: len(way.taken)]
    assert not (is_held and way.sent)
    for _, facts in way.sent:
        assert facts.last_on == LAST
        assert facts.refusal is None
        assert not facts.waiting


@given(st.integers(1, 400))
def test_a_letter_follows_another_after_days_within_its_bounds(gap):
    at = NOON
    for step in JOURNEY.steps[1:3]:
        then = due(step, after=at, gap_days=gap, ends_at=None, timezone=ROME)
        days = (then.date() - at.date()).days
        assert step.wait.least_days <= days <= step.wait.most_days
        at = then


def test_the_night_on_which_the_clocks_change_does_not_move_the_hour():
    step = JOURNEY.steps[1]
    before = datetime(2026, 10, 23, 8, tzinfo=UTC)  # ten in the morning, summer time
    after = due(step, after=before, gap_days=8, ends_at=None, timezone=ROME)
    assert after == datetime(2026, 10, 27, 9, tzinfo=UTC)  # ten in the morning, winter time


def test_a_visit_ends_it_whatever_else_is_known():
    standing = at_step(2, 0)
    back = replace(QUIET, last_on=LAST + timedelta(days=40), refusal=states.CAP, waiting=True)
    assert decide(JOURNEY, standing, back, at=NOON) == End(CAME_BACK)


def test_after_a_week_of_not_being_let_through_the_step_is_passed_over():
    capped = replace(QUIET, refusal=states.CAP)
    assert decide(JOURNEY, at_step(1, 6), capped, at=NOON) == Later(counts=True)
    passed = decide(JOURNEY, at_step(1, 7), capped, at=NOON)
    assert isinstance(passed, Go)
    assert not passed.sends


def test_the_reminder_speaks_only_of_a_gift_that_can_still_be_used():
    last_day, told = at_step(3, 0), {"offer": states.SENT}
    until = NOON + timedelta(days=1)
    for facts, sends in (
        (replace(QUIET, letters=told, voucher_ends_at=until), True),
        (replace(QUIET, letters=told, voucher_ends_at=None), False),
        (replace(QUIET, letters={"offer": states.FAILED}, voucher_ends_at=until), False),
    ):
        found = decide(JOURNEY, last_day, facts, at=NOON)
        assert isinstance(found, Go)
        assert found.sends is sends


def test_every_letter_of_the_house_can_be_printed_in_both_languages():
    for kind, journey in JOURNEYS.items():
        for step in journey.letters:
            plain = wording.letter(kind, step.key, {})
            has_offer = step.gives or step.reminds
            read = letter.read(plain, own_url="https://card.example.it", has_offer=has_offer)
            assert set(read) == {"it", "en"}


def test_a_wait_keeps_within_its_bounds():
    wait = Wait(50, 4, 10)
    assert [wait.days(gap) for gap in (1, 9, 12, 90)] == [4, 5, 6, 10]
