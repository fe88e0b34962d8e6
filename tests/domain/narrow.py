"""The narrow machine: one card, small numbers, and a model that must agree at every step."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from loyalty.cards import keeping, lookup
from loyalty.core.errors import CardBlocked, KeyReused
from loyalty.counter import redemptions, standing
from loyalty.counter.requests import intent
from tests.builders import NOW, fresh_key
from tests.domain import law
from tests.domain.model import Model
from tests.domain.things import Refusal, Rules

STEADY = settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    max_examples=12,
    stateful_step_count=40,
    print_blob=False,
)
PICK = st.integers(0, 9)
LATER = st.sampled_from([0, 0, 0, 2, 9, 25])


class Narrow(RuleBasedStateMachine):
    """What happens to one card, in the shop and in the model; subclasses name the program."""

    shop = None
    program = ""
    unit = ""
    terms = Rules(per=1, cost=1)
    amounts = st.just(1)
    parts = st.just(1)
    seen = frozenset()
    must_see = frozenset({"debt", "expired", "insufficient_units", "already_voided"})

    def __init__(self):
        super().__init__()
        self.model = Model(self.terms)
        self.days = 0
        self.visits = []
        self.redemptions = []
        self.done = []
        self.card = None

    @initialize()
    def enrol(self):
        self.card = self.shop.card(self.program)

    @property
    def at(self):
        return NOW + timedelta(days=self.days)

    @property
    def today(self):
        return self.at.date()

    # --- the shop and the model do the same

    def both(self, what, act, model):
        """Do it in both; a refusal must be the same one, and change nothing in the shop."""
        self.model.expire(self.today)
        key, said = fresh_key(), None
        try:
            model()
        except Refusal as refusal:
            said = refusal.code
        before = None if said is None else self.rows()
        answer, refusal = law.outcome(act, key)
        code = refusal.code if refusal else None
        assert code == said, f"{what}: {code}, not {said}"
        if refusal:
            self.seen.add(code)
            assert self.rows() == before, f"{what}: a refusal changed something"
            return None
        self.watch()
        self.done.append((what, act, key, answer.body))
        return answer.body

    def rows(self):
        with self.shop.database.read() as session:
            return law.books(session, self.card.ref)

    # --- rules: each comes so many days after the one before

    @rule(later=LATER, data=st.data())
    def visit(self, later, data):
        self.days += later
        sold = data.draw(self.amounts)
        body = self.both(
            ("visit", sold), self.sell(sold, self.at), lambda: self.model.visit(sold, self.today)
        )
        self.visits.append(body["ref"])
        self.note(body["vouchers"])

    @precondition(lambda self: self.visits)
    @rule(later=LATER, pick=PICK, data=st.data())
    def refund(self, later, pick, data):
        self.days += later
        number, part = pick % len(self.visits), data.draw(self.parts)
        self.both(
            ("refund", number, part),
            self.take_back(self.visits[number], part, self.at),
            lambda: self.model.refund(number, part, self.today),
        )

    @precondition(lambda self: self.visits)
    @rule(later=LATER, pick=PICK)
    def void(self, later, pick):
        self.days += later
        number, at = pick % len(self.visits), self.at
        ref = self.visits[number]
        self.both(
            ("void", number),
            lambda key: self.shop.void(ref, key=key, at=at),
            lambda: self.model.void(number, self.today),
        )

    @precondition(lambda self: len(self.done) % 3 or self.model.available(self.today) > 1)
    @rule(later=LATER)
    def reserve(self, later):
        self.days += later
        at = self.at
        body = self.both(
            ("reserve",),
            lambda key: self.shop.reserve(self.card, "prize", key=key, at=at),
            lambda: self.model.reserve(self.today),
        )
        if body:
            self.note(body["vouchers"])

    @precondition(lambda self: self.redemptions)
    @rule(later=LATER, pick=PICK)
    def fulfil(self, later, pick):
        self.days += later
        number, at = pick % len(self.redemptions), self.at
        ref = self.redemptions[number]
        self.both(
            ("fulfil", number),
            lambda key: self.hand_over(ref, key, at),
            lambda: self.model.fulfil(number, self.today),
        )

    @precondition(lambda self: self.redemptions)
    @rule(later=LATER, pick=PICK)
    def cancel(self, later, pick):
        self.days += later
        number, at = pick % len(self.redemptions), self.at
        ref = self.redemptions[number]
        self.both(
            ("cancel", number),
            lambda key: self.shop.cancel(ref, key=key, at=at),
            lambda: self.model.cancel(number, self.today),
        )

    @precondition(lambda self: len(self.done) % 3 == 0)
    @rule(units=st.sampled_from([-3, -1, 2, 4]))
    def adjust(self, units):
        at = self.at
        self.both(
            ("adjust", units),
            lambda key: self.shop.adjust(self.card, self.unit, units, key=key, at=at),
            lambda: self.model.adjust(units, self.today),
        )

    @precondition(lambda self: self.done)
    @rule(pick=PICK, other=PICK)
    def come_back_with_an_old_key(self, pick, other):
        """The card is blocked meanwhile: the first answer stands, anything new is refused."""
        what, act, key, body = self.done[pick % len(self.done)]
        asked, new, _, _ = self.done[other % len(self.done)]
        self.keep(keeping.block)
        before = self.rows()
        again = act(key)
        assert (again.replayed, again.body) == (True, body), f"{what}: another answer"
        if asked != what:
            with pytest.raises(KeyReused):
                new(key)
        with pytest.raises(CardBlocked):
            self.sell(1, self.at)(fresh_key())
        assert self.rows() == before
        self.keep(keeping.unblock)

    def keep(self, verb):
        with self.shop.database.write() as session:
            verb(session, duty=self.shop.owner, card_ref=self.card.ref, reason="prova", at=self.at)

    # --- what must hold

    @invariant()
    def the_shop_and_the_model_agree(self):
        if self.card is None:
            return
        with self.shop.database.read() as session:
            facts = lookup.find(session, merchant_id=self.shop.merchant_id, card_ref=self.card.ref)
            shown = standing.card_standing(session, facts=facts, at=self.at)
            assert not law.broken(session, [facts.card_id])
        balance = shown["balances"][self.unit]
        assert balance["available"] == self.model.available(self.today)
        assert balance["pending"] == self.model.pending(self.today)
        assert balance["debt"] == self.model.debt
        assert balance["lifetime"] == self.model.lifetime
        assert self.expiring(balance) == self.model.expiring(self.today)
        assert len(shown["vouchers"]) == self.open_vouchers()

    @staticmethod
    def expiring(balance):
        """An end is the midnight after the last day, in Rome: 22 or 23 o'clock in Greenwich."""
        return {
            datetime.fromisoformat(each["at"]).astimezone(UTC).date(): each["units"]
            for each in balance["expiring"]
        }

    def open_vouchers(self):
        return sum(
            prize.state == "reserved" and not prize.is_over(self.today)
            for prize in self.model.prizes
        )

    def watch(self):
        """What the run has met, so that a run that meets nothing is noticed."""
        lots = self.model.lots
        met = {
            "debt": self.model.debt,
            "expired": any(lot.lost for lot in lots),
            "waited": any(lot.left and lot.ready > self.today for lot in lots),
            "slid": any(lot.slides and lot.since < self.model.last_visit for lot in lots),
            "capped": any(sale.allowed == 0 for sale in self.model.sales),
            "covered": any(sale.covered for sale in self.model.sales),
            "grace": any(lot.grace for lot in lots),
            "unfilled": any(p.filled and p.state == "cancelled" for p in self.model.prizes),
        }
        self.seen |= {name for name, is_met in met.items() if is_met}

    # --- per program

    def hand_over(self, ref, key, at):
        with self.shop.database.write() as session:
            return redemptions.fulfil(
                session,
                duty=self.shop.cashier,
                redemption_ref=ref,
                intent=intent(key, ("fulfil", ref)),
                at=at,
            )

    def note(self, vouchers):
        self.redemptions += [voucher["redemption"] for voucher in vouchers]

    def sell(self, sold, at):
        raise NotImplementedError

    def take_back(self, visit, part, at):
        raise NotImplementedError
