"""The counter of a shop for some days: who joins and who buys, in their order, on one book."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.cards import admission
from loyalty.cards.admission import Newcomer
from loyalty.core.calendar import zone
from loyalty.core.ids import ref
from loyalty.counter import desk as desks
from loyalty.counter import receipts, sale, vouchers
from loyalty.counter.desk import Desk, Place
from loyalty.counter.dossier import steps_of
from loyalty.counter.requests import LineRequest
from loyalty.counter.rollups import upkeep
from loyalty.counter.sale import Sale
from loyalty.customers import consents
from loyalty.customers.consents import Consent, Purpose
from loyalty.customers.directory import Profile
from loyalty.demo import habits
from loyalty.demo.habits import TIMEZONE, Habit
from loyalty.demo.opening import CURRENCY, Shop
from loyalty.demo.plan import Product
from loyalty.ledger import store, writing
from loyalty.ledger.book import Book
from loyalty.ledger.state import Origin
from loyalty.merchants.roles import Duty

_PIECE_MILLI = 1_000
CONSENT_TEXT = "demo-1"
_ENROLLED_BEFORE = timedelta(minutes=3)
_LATER = timedelta(seconds=40)
# Of a hundred who could have a reward, so many take it; the others save up, or forget.
_TAKES_NOW, _TAKES_HOME, _USES_VOUCHER = 30, 15, 55
_AGREED = {Purpose.PROGRAM: 97, Purpose.PROFILING: 68, Purpose.MARKETING: 76}  # of a hundred


@dataclass(slots=True)
class Member:
    """A customer of the shop: who they are, how they live, and their card once they have one."""

    profile: Profile
    habit: Habit
    where: int  # which of the shop's locations they go to, mostly
    customer_id: UUID | None = None
    place: Place | None = None
    stays_away: bool = False  # their card is blocked, or was merged into another

    @property
    def card_ref(self) -> str:
        """The public name of their card."""
        assert self.place is not None, "a member who has come"
        return ref("crd", self.place.card_id)

    @property
    def customer_ref(self) -> str:
        """Their own public name."""
        assert self.customer_id is not None, "a member who has come"
        return ref("cus", self.customer_id)


@dataclass(frozen=True, slots=True)
class Coming:
    """One visit to come."""

    at: datetime
    member: Member


@dataclass(frozen=True, slots=True)
class Came:
    """A visit that was recorded: its ref, what was paid, and how many lines it has."""

    at: datetime
    member: Member
    visit_ref: str
    amount_minor: int
    lines: int


def let_pass(
    session: Session, shop: Shop, coming: Sequence[Coming], chance: random.Random
) -> list[Came]:
    """Serve them in the order of time and write everything at once."""
    _enrol(session, shop, coming, chance)
    served = [visit for visit in coming if not visit.member.stays_away]
    counter = _Counter(session, shop, served, chance)
    came = [counter.serve(visit) for visit in served]
    writing.write_book(session, counter.book)
    upkeep.count(session, counter.book)
    return came


def _enrol(session: Session, shop: Shop, coming: Sequence[Coming], chance: random.Random) -> None:
    """Cards for those who come for the first time, and what they agree to."""
    first: dict[int, Coming] = {}
    for visit in coming:
        if visit.member.place is None:
            first.setdefault(id(visit.member), visit)
    at = {key: visit.at - _ENROLLED_BEFORE for key, visit in first.items()}
    duty = next(iter(shop.tills.values()))[0]
    newcomers = [Newcomer(visit.member.profile, at[key]) for key, visit in first.items()]
    made = admission.admit(session, duty=duty, version=shop.version, newcomers=newcomers)
    said: list[tuple[UUID, Consent]] = []
    for ids, (key, visit) in zip(made, first.items(), strict=True):
        member = visit.member
        member.customer_id = ids.customer_id
        member.place = Place(
            shop.merchant_id,
            ids.card_id,
            shop.version.program_id,
            CURRENCY,
            TIMEZONE,
            member.profile.birthday,
        )
        if member.profile.email:
            said += [(ids.customer_id, one) for one in _agreed(at[key], chance)]
    if made:
        consents.keep_all(session, duty=duty, said=said, at=coming[-1].at)


def _agreed(at: datetime, chance: random.Random) -> list[Consent]:
    """What somebody who left an address ticked, and what they were asked and did not."""
    return [
        Consent(purpose, chance.randrange(100) < percent, CONSENT_TEXT, "counter", at)
        for purpose, percent in _AGREED.items()
    ]


class _Counter:
    """Desks for all who come, on one book; the steps are those of the till, without looking up."""

    def __init__(
        self, session: Session, shop: Shop, served: Sequence[Coming], chance: random.Random
    ) -> None:
        self._session, self._shop, self._chance = session, shop, chance
        places = {visit.member.place.card_id: visit for visit in served if visit.member.place}
        self._steps = steps_of(session, merchant_id=shop.merchant_id, card_ids=places)
        self._desks: dict[UUID, Desk] = {}
        self._waiting: dict[UUID, list[dict[str, Any]]] = {}  # vouchers put out here, by card
        self.book: Book = store.open_book(
            session, merchant_id=shop.merchant_id, card_ids=list(places), timezone=TIMEZONE
        )

    def serve(self, visit: Coming) -> Came:
        """One customer: what they buy, and now and then a reward."""
        desk, duty = self._desk(visit), self._who(visit.member)
        bought = habits.basket(
            visit.member.habit, self._shop.plan.trade, self._chance, self._month(visit.at)
        )
        desks.catch_up(desk)
        sold = _sold(bought, visit.at)
        done = sale.record(desk, sold, origin=self._origin(desk, duty))
        body = receipts.receipt(
            desk,
            done.operation,
            reasons=done.reasons,
            earned=done.earned,
            pledged=done.pledged,
            amount_minor=sold.amount_minor,
            vouchers=done.vouchers,
            warnings=done.warnings,
        )
        done.operation["answer"] = body
        self._reward(replace(desk, at=visit.at + _LATER), duty, done.vouchers, body["rewards"])
        return Came(visit.at, visit.member, body["ref"], sold.amount_minor or 0, len(sold.lines))

    def _desk(self, visit: Coming) -> Desk:
        place = visit.member.place
        assert place is not None, "enrolled before"
        if place.card_id not in self._desks:
            desk = desks.desk_on(self._session, place, self._shop.version, self.book, visit.at)
            desk.ranks.dossier.know(self._steps[place.card_id])
            self._desks[place.card_id] = desk
        return replace(self._desks[place.card_id], at=visit.at)

    def _who(self, member: Member) -> Duty:
        """Mostly at their own counter, served by whoever is there."""
        places = list(self._shop.tills.values())
        usual = self._chance.randrange(100) < 85  # noqa: PLR2004  # few go to the other one
        where = member.where if usual else self._chance.randrange(len(places))
        return self._chance.choice(places[where])

    @staticmethod
    def _month(at: datetime) -> int:
        return at.astimezone(zone(TIMEZONE)).month

    def _origin(self, desk: Desk, duty: Duty) -> Origin:
        return desks.origin(
            desk.place,
            duty,
            version=desk.version.number,
            occurred_at=desk.at,
            recorded_at=desk.at,
            proof="static",
        )

    def _reward(
        self,
        desk: Desk,
        duty: Duty,
        fresh: list[dict[str, Any]],
        rewards: list[dict[str, Any]],
    ) -> None:
        """Hand a voucher over that is there already, or redeem what the card is ready for."""
        out = self._waiting.setdefault(desk.place.card_id, [])
        out += fresh
        if out:
            if self._chance.randrange(100) < _USES_VOUCHER:
                self._hand_over(desk, duty, out.pop())
            return
        ready = [each["key"] for each in rewards if not each["missing"] and not each["unavailable"]]
        if not ready or self._chance.randrange(100) >= _TAKES_NOW:
            return
        self._redeem(desk, duty, self._chance.choice(ready))

    def _redeem(self, desk: Desk, duty: Duty, key: str) -> None:
        reward = desk.version.document.reward(key)
        assert reward is not None, "the receipt names rewards of this version"
        if desk.offers.take(reward) is not None:
            return  # the last one went to somebody else
        issued = vouchers.issue(desk, reward, origin=self._origin(desk, duty))
        issued.operation["answer"] = receipts.receipt(
            desk, issued.operation, reasons=issued.reasons, vouchers=[issued.redemption]
        )
        if issued.redemption["state"] != "reserved":
            return  # a donation is done at once
        if self._chance.randrange(100) < _TAKES_HOME:
            self._waiting[desk.place.card_id].append(issued.redemption)
        else:
            self._hand_over(desk, duty, issued.redemption)

    def _hand_over(self, desk: Desk, duty: Duty, redemption: dict[str, Any]) -> None:
        operation = self.book.begin("fulfilment", self._origin(desk, duty))
        redemption.update(state="fulfilled", used_at=desk.at)
        operation["answer"] = receipts.receipt(
            desk,
            operation,
            reasons=[],
            vouchers=[redemption],
            redemption=ref("red", redemption["id"]),
        )


def _sold(bought: list[Product], at: datetime) -> Sale:
    """Equal things are one line of so many pieces."""
    pieces = Counter(bought)
    lines = tuple(
        LineRequest(
            sku=each.sku,
            item=each.item,
            category=each.category,
            quantity_milli=many * _PIECE_MILLI,
            amount_minor=many * each.price_minor,
        )
        for each, many in pieces.items()
    )
    return Sale(at, sum(each.price_minor for each in bought), lines)
