"""The short cuts of a simulation give what the long way gives: lots, rates, levels, windows."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from loyalty.core.calendar import local_day, zone
from loyalty.core.text import Text
from loyalty.ledger import lots as fifo
from loyalty.ledger.lots import LotState
from loyalty.programs import conditions, earning, expiry, tiers
from loyalty.programs.document import Expiry, Unit
from loyalty.programs.earning import Line
from loyalty.programs.loading import load
from loyalty.programs.simulator_levels import Climber, Ladder
from loyalty.programs.simulator_pots import Pot, UnitTerms
from loyalty.programs.simulator_rating import Rating
from tests.rules.documents import documents
from tests.rules.levels import BRONZE, GOLD, PLATINUM, SILVER, counted, tier_rules

ROME = "Europe/Rome"
FIRST = datetime(2026, 3, 2, 11, tzinfo=UTC)
LIVES = st.builds(
    Expiry,
    st.sampled_from(["rolling", "month_end", "year_end", "inactivity", "never"]),
    st.integers(1, 3),
)


class Lots:
    """The same units as the ledger keeps them, lot by lot."""

    def __init__(self, unit):
        self.unit, self.lots, self.last_at = unit, [], None

    def settle(self, at):
        for lot in fifo.plan_activation(self.lots, at):
            lot.is_pending = False
        takes = fifo.plan_expiry(self.lots, at)
        self.take(takes)
        return sum(take.units for take in takes)

    def add(self, units, at, _on):
        number = len(self.lots) + 1
        hours, kind = self.unit.pending_hours, self.unit.expiry.kind
        ends = expiry.lot_expires_at(self.unit.expiry, at, ROME)
        lot = LotState(UUID(int=number), UUID(int=0), UUID(int=0), 1, units, units, ends)
        lot.ends_at, lot.is_pending = ends, bool(hours)
        lot.active_at = at + timedelta(hours=hours) if hours else None
        lot.idle_months = self.unit.expiry.months if kind == "inactivity" else None
        lot.slides_from_at = at if lot.idle_months else None
        self.lots.append(lot)

    def visited(self, at, _on):
        if self.unit.expiry.kind == "inactivity":
            for lot in self.lots:
                lot.slide(at, ROME)

    def spend(self, units, at):
        self.take(fifo.plan_spend(self.lots, units, at))

    @staticmethod
    def take(takes):
        for take in takes:
            take.lot.remaining -= take.units


@given(
    LIVES,
    st.sampled_from([0, 20, 500]),
    st.lists(
        st.tuples(st.sampled_from([0, 3, 26, 400, 900]), st.integers(0, 9), st.integers(0, 9))
    ),
)
def test_a_pot_holds_what_the_lots_of_the_ledger_hold(life, hours, visits):
    unit = Unit("points", Text("punti", "points"), hours, life)
    pot, lots, at = Pot(UnitTerms(unit, ROME)), Lots(unit), FIRST
    for later, earned, spent in visits:
        at += timedelta(hours=later, minutes=1)
        on = local_day(at, ROME)
        due = pot.due_at
        gone = lots.settle(at)
        assert pot.settle(at) == gone
        assert gone == 0 or (due is not None and due <= at), "a pot says when time matters"
        for holder in (pot, lots):
            if earned:
                holder.add(earned, at, on)
            holder.visited(at, on)
        pot.spend(units := min(spent, pot.free))
        lots.spend(units, at)
        assert pot.free == fifo.available(lots.lots, at)
        assert pot.waiting == fifo.pending(lots.lots, at)


LINES = st.lists(
    st.builds(
        Line,
        st.just(1),
        st.sampled_from([None, "caffè", "tè"]),
        st.sampled_from([None, "torta", "pane"]),
        st.sampled_from([0, 350, 1_000, 2_000]),
        st.none() | st.integers(0, 9_000).map(Fraction),
        st.booleans(),
    ),
    max_size=3,
).map(tuple)
MOMENTS = st.integers(0, 400 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes))


@given(documents(), LINES, st.lists(MOMENTS, min_size=1, max_size=6), st.data())
def test_what_is_kept_of_a_rating_is_what_the_rules_give_at_each_moment(raw, lines, moments, data):
    document = load(raw)
    rating = Rating(document, ROME)
    keys = [None, *(level.key for level in document.tiers.levels)] if document.tiers else [None]
    for at in [*moments, *moments]:
        tier = data.draw(st.sampled_from(keys))
        birthday = data.draw(st.sampled_from([None, "02-29", "03-05"]))
        seen = conditions.occasion(at, ROME, tier=tier, birthday=birthday)
        long = earning.by_unit(earning.shares(document, lines, seen))
        found = rating.rate(lines, at.astimezone(zone(ROME)), tier=tier, birthday=birthday)
        assert dict(found) == {
            unit: total for unit, shares in long.items() if (total := earning.total(shares))
        }


@given(
    st.sampled_from([(), (BRONZE, SILVER, GOLD), (GOLD,), (SILVER, PLATINUM)]),
    st.sampled_from(["rolling", "calendar"]),
    st.sampled_from([0, 20]),
    st.lists(st.tuples(st.integers(0, 500), st.sampled_from([0, 900, 12_000, 60_000]))),
)
def test_a_climber_stands_where_the_rules_of_levels_put_it(levels, kind, grace, sales):
    rules = tier_rules(*levels, kind=kind, months=6, grace=grace)
    climber, standing = Climber(Ladder(rules)), tiers.entry(rules)
    made, on = [], date(2026, 3, 2)
    for later, amount in sales:
        on += timedelta(days=later)
        for change in tiers.due(rules, standing, measure=counted(made), today=on):
            standing = change.after
        climber.catch_up(on)
        assert climber.standing == standing
        made.append((on, amount))
        change = tiers.after_sale(rules, standing, measure=counted(made), on=on)
        standing = change.after if change else standing
        climber.sold(on, amount)
        assert climber.standing == standing
