"""Bugs planted on purpose: each must be found by a machine or a race, or those prove nothing."""

import inspect
import types

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy.exc import IntegrityError

from loyalty.cards import lookup
from loyalty.core.errors import LoyaltyError
from loyalty.counter import net, refunds, taking
from loyalty.ledger import book, lots, store
from tests.domain import narrow, narrow_programs, wide
from tests.domain.races import at_once

pytestmark = pytest.mark.faults
FOUND = (AssertionError, IntegrityError, LoyaltyError)
LONG = settings(narrow.STEADY, max_examples=60, report_multiple_bugs=False)


@pytest.fixture
def plant(monkeypatch):
    """Change one place of a module's source, and put what it makes of `name` in the place of the
    sound one; the place must exist, so that no bug is planted in vain."""

    def planted(module, name, sound, broken):
        source = inspect.getsource(module)
        assert source.count(sound) == 1, f"the code has changed: plant the bug in {name} anew"
        twin = types.ModuleType(module.__name__)
        code = compile(source.replace(sound, broken), module.__file__, "exec")
        exec(code, twin.__dict__)
        home, _, last = name.rpartition(".")
        old, new = (getattr(each, home) if home else each for each in (module, twin))
        thing = getattr(old, last)
        if inspect.isfunction(thing):
            monkeypatch.setattr(thing, "__code__", getattr(new, last).__code__)
        else:
            monkeypatch.setattr(old, last, getattr(new, last))

    return planted


Points, Waiting = narrow_programs.NarrowPoints, narrow_programs.NarrowWaiting
Sliding, Capped = narrow_programs.NarrowSliding, narrow_programs.NarrowCapped
BUGS = {
    "no look for the key": (
        Points, store, "replay", "    if row is None:\n", "    if row or not row:\n",
    ),
    "the last to end is spent first": (
        Points, lots, "soonest_first",
        "sorted(lots, key=_turn)", "sorted(lots, key=_turn, reverse=True)",
    ),
    "a visit may be voided twice": (
        Points, refunds, "_undo",
        "    if visit.voided_at is not None:\n", "    if visit is None:\n",
    ),
    "what had expired is taken again": (
        Points, book, "Book.take_back",
        "min(left, source.coverable)", "0",
    ),
    "a refund forgets those before it": (
        Points, net, "_part", "by_amount = sum(refund.amount_minor or 0 for refund in refunds)",
        "by_amount = _last_amount(refunds)",
    ),
    "what waits is spent": (
        Waiting, lots, "available",
        "if not lot.is_over(at) and not lot.is_waiting(at))", "if not lot.is_over(at))",
    ),
    "a debt that is written off stays": (
        Waiting, taking, "_settle_debt", 'policy == "carry"', 'policy != "block"',
    ),
    "a visit lets nothing live on": (
        Sliding, lots, "LotState.slide",
        "None if later is None else max(self.expires_at, later)", "self.expires_at",
    ),
    "a refund forgets what the day's cap had left": (
        Capped, taking, "take_back", "Occasion.kept(undoing.visit.occasion)", "Occasion.kept(None)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("bug", BUGS)
def test_the_narrow_machine_finds_it(shop, plant, bug):
    machine, *place = BUGS[bug]
    plant(*place)
    shop.program(machine.program, machine.raw)
    cast = {"shop": shop, "seen": set()}
    with pytest.raises(FOUND):
        run_state_machine_as_test(type(machine.__name__, (machine,), cast), settings=LONG)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_wide_machine_finds_a_missing_tenant_check(shop, stranger, plant):
    whose = '.where(_CARD.c.merchant_id == sa.bindparam("merchant_id"))'
    plant(lookup, "_BY", whose, ".where(sa.true())")
    cast = {"shop": shop, "stranger": stranger}
    with pytest.raises(FOUND):
        run_state_machine_as_test(type("Wide", (wide.Wide,), cast), settings=LONG)


LOCKS = {
    "before units are spent": ("_LOCK", "_LOCK = _READ.with_for_update()", "_LOCK = _READ"),
    "before units are earned": (
        "_LOCK_ONE", 'sa.bindparam("card_id")).with_for_update()', 'sa.bindparam("card_id"))',
    ),
}  # fmt: skip


@pytest.mark.parametrize("engine", ["postgresql"])
@pytest.mark.parametrize("lock", LOCKS)
def test_a_race_finds_a_missing_lock(shop, plant, lock):
    plant(store, *LOCKS[lock])
    with pytest.raises(FOUND):
        race(shop, rounds=5)


def race(shop, rounds):
    """Eight purchases at once, then eight reaches for the last units."""
    for _ in range(rounds):
        card = shop.card()
        assert at_once(lambda _, card=card: shop.visit(card, 125)) == {"done": 8}
        found = at_once(lambda _, card=card: shop.reserve(card, "breakfast"))
        assert found == {"done": 1, "insufficient_units": 7}


@pytest.mark.parametrize("engine", ["postgresql"])
def test_the_same_race_finds_nothing_where_nothing_is_missing(shop):
    race(shop, rounds=1)
