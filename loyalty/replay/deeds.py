"""The log of some cards told again, operation by operation, from the facts alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from loyalty.core.ids import parse_ref, ref
from loyalty.programs.document import Tiers
from loyalty.programs.earning import MILLION
from loyalty.programs.tiers import Standing
from loyalty.replay.days import Days, count
from loyalty.replay.differences import Found, named
from loyalty.replay.families import Families
from loyalty.replay.levels import Levels
from loyalty.replay.log import Log, Row, Shop
from loyalty.replay.prizes import Prizes
from loyalty.replay.sales import Sales, Sold, expected_occasion


@dataclass(slots=True)
class Joined:
    """A merge that has not been undone: who went, what of their exact sums is still theirs.

    `kept` is where the keeper stood before and after.
    """

    family: list[UUID]
    sums: dict[str, int]
    kept: tuple[Standing, Standing] | None


@dataclass(frozen=True, slots=True)
class Visited:
    """A visit came to a card by an operation: units that slide live on from then."""

    operation_id: UUID
    card_id: UUID
    occurred_at: datetime
    version: int


class Deeds:
    """What the operations of some cards must have done.

    `millionths` is what each moved, by operation, card and unit, `sums` what that comes to by card
    and unit. `made_by` says, of an operation that takes back, which ones had brought the units.
    """

    def __init__(self, log: Log, shop: Shop, found: Found) -> None:
        self._log, self._shop, self._found = log, shop, found
        self.families = Families()
        self.sales = Sales(log, shop)
        self.prizes = Prizes(log, shop)
        self._days = Days()
        self._levels = Levels(log, shop, self._counts, found)
        self._joined: dict[UUID, Joined] = {}
        self.millionths: dict[tuple[UUID, UUID, str], int] = {}
        self.sums: dict[tuple[UUID, str], int] = {}
        self.made_by: dict[UUID, list[UUID]] = {}
        self.sold_by: dict[UUID, Sold] = {}
        self.visited: list[Visited] = []

    def tell(self) -> None:
        """Tell the whole log. Raises LookupError and LoyaltyError where it cannot be told."""
        verbs = {
            "visit": self._visit,
            "refund": self._refund,
            "void": self._void,
            "move": self._move,
            "redemption": self._reserve,
            "fulfilment": self.prizes.hand_over,
            "cancel": self._cancel,
            "adjustment": self._adjust,
            "review": self._levels.review,
            "merge": self._merge,
            "unmerge": self._unmerge,
        }
        for operation in self._log.operations:
            if verb := verbs.get(operation.kind):
                verb(operation)
                self._levels.steps.settle(operation)
        self._levels.steps.finish()

    # --- sales

    def _visit(self, operation: Row) -> None:
        root, sold = self.families.root(operation.card_id), self.sales.begin(operation)
        shop = self._shop
        on, today = shop.day(operation.occurred_at), shop.day(operation.recorded_at)
        is_imported = operation.via == "import"
        self._levels.catch_up(root, operation, on if is_imported else today)
        self._see(root, operation, sold)
        self._earn(root, operation, sold)
        self._levels.sold(root, operation, on)
        if on < today and not is_imported:
            self._levels.sold(root, operation, today)

    def _see(self, root: UUID, operation: Row, sold: Sold) -> None:
        """As the rules saw it when it was on that card before, else as they must see it now."""
        sold.occasion = self.sales.occasion_of(operation)
        expected = sold.seen.get(root)
        if expected is None:
            document, family = sold.document, self.families.members(root)
            allowance = {
                cap.unit: max(
                    0, cap.units * MILLION - self._days.recorded(family, cap.unit, sold.on)
                )
                for cap in document.caps
                if cap.per == "day"
            }
            tier = self._levels.held_on(root, document, sold.on)
            expected = expected_occasion(sold, self._shop, tier=tier, allowance=allowance)
        values = (sold.occasion.as_dict(), expected.as_dict())
        self._found.check("occasion", values, of=root, where=named(operation))

    def _earn(self, root: UUID, operation: Row, sold: Sold) -> None:
        sold.card_id, sold.posting_id = operation.card_id, operation.id
        sold.exact = sold.rated()
        sold.recorded = dict(sold.exact)
        self.made_by[operation.id] = [operation.id]
        self.sold_by[operation.id] = sold
        self.visited.append(Visited(operation.id, root, sold.row.occurred_at, sold.row.version))
        self._post(root, operation, sold.exact)
        self._count(sold, 1)

    def _refund(self, operation: Row) -> None:
        sold, given = self.sales.given(operation)
        root = self._begin_to_take(operation, sold)
        self._count(sold, -1)
        sold.give(given)
        self._lower(root, operation, sold, sold.rated())
        self._count(sold, 1)
        self._refunded(root, operation, sold)
        self.made_by[sold.posting_id].append(operation.id)

    def _void(self, operation: Row) -> None:
        sold = self.sales.sold[operation.reverses_id]
        root = self._begin_to_take(operation, sold)
        self._take_all(root, operation, sold)
        sold.voided_at = operation.recorded_at
        sold.net_minor = None if sold.net_minor is None else 0

    def _move(self, operation: Row) -> None:
        move = self.sales.moves[operation.id]
        sold, taker = self.sales.sold[move.visit_id], self.families.root(move.to_id)
        today = self._shop.day(operation.recorded_at)
        self._levels.catch_up(taker, operation, today)
        giver = self._begin_to_take(operation, sold)
        self._take_all(giver, operation, sold)
        sold.seen[sold.card_id] = sold.occasion
        self._see(taker, operation, sold)
        self._earn(taker, operation, sold)
        for on in dict.fromkeys((sold.on, today)):
            self._levels.sold(taker, operation, on)

    def _begin_to_take(self, operation: Row, sold: Sold) -> UUID:
        """The card that gives; what the sale had brought there is where the units come from."""
        root = self.families.root(sold.card_id)
        self._levels.catch_up(root, operation, self._shop.day(operation.recorded_at))
        self.made_by[operation.id] = list(self.made_by[sold.posting_id])
        self.sold_by[operation.id] = sold
        return root

    def _take_all(self, root: UUID, operation: Row, sold: Sold) -> None:
        self._count(sold, -1)
        self._lower(root, operation, sold, dict.fromkeys(sold.exact, 0))
        self._refunded(root, operation, sold)

    def _lower(self, root: UUID, operation: Row, sold: Sold, after: dict[str, int]) -> None:
        taken = {unit: after.get(unit, 0) - before for unit, before in sold.exact.items()}
        self._post(root, operation, taken)
        self._lessen(sold.card_id, taken)
        sold.exact = after

    def _refunded(self, root: UUID, operation: Row, sold: Sold) -> None:
        today = self._shop.day(operation.recorded_at)
        self._levels.refunded(root, operation, sold_on=sold.on, on=today)

    # --- rewards and corrections

    def _reserve(self, operation: Row) -> None:
        if operation.key_hash is not None:  # a full stamp card fills in the midst of a visit
            self._adjust(operation)
        prize = self.prizes.reserve(operation)
        self._post(operation.card_id, operation, prize.donated)

    def _cancel(self, operation: Row) -> None:
        if operation.key_hash is not None:
            self._adjust(operation)
        prize = self.prizes.cancel(operation)
        given = {unit: -millionths for unit, millionths in prize.donated.items()}
        self._post(operation.card_id, operation, given)
        self._lessen(prize.row.card_id, given)

    def _adjust(self, operation: Row) -> None:
        today = self._shop.day(operation.recorded_at)
        self._levels.catch_up(operation.card_id, operation, today)

    # --- two cards of one person

    def _merge(self, operation: Row) -> None:
        giver, taker = self._pair(operation), operation.card_id
        today = self._shop.day(operation.recorded_at)
        for card_id in (giver, taker):
            self._levels.catch_up(card_id, operation, today)
        sums = {unit: each for (card_id, unit), each in self.sums.items() if card_id == giver}
        family = self.families.join(giver, taker)
        kept = self._levels.join(operation, giver=giver, taker=taker, on=today)
        self._joined[operation.id] = Joined(family, sums, kept)
        self._post(giver, operation, sums, -1)
        self._post(taker, operation, sums)

    def _unmerge(self, operation: Row) -> None:
        joined, taker = self._joined.pop(operation.reverses_id), operation.card_id
        today = self._shop.day(operation.recorded_at)
        self._levels.catch_up(taker, operation, today)
        self.families.part(joined.family, taker)
        self._levels.part(taker, operation, kept=joined.kept, on=today)
        self._post(taker, operation, joined.sums, -1)
        self._post(joined.family[0], operation, joined.sums)

    def _pair(self, operation: Row) -> UUID:
        key = parse_ref("crd", str((operation.answer or {}).get("card")))
        if key is None:
            raise LookupError("a merge does not say which card went")
        return key

    def _lessen(self, card_id: UUID, taken: Mapping[str, int]) -> None:
        """What is taken of a merged card's own past does not go back to it."""
        for joined in self._joined.values():
            if card_id in joined.family:
                count(joined.sums, taken)

    # --- how

    def _post(
        self, card_id: UUID, operation: Row, millionths: Mapping[str, int], sign: int = 1
    ) -> None:
        for unit, each in millionths.items():
            deed, place = (operation.id, card_id, unit), (card_id, unit)
            self.millionths[deed] = self.millionths.get(deed, 0) + sign * each
            self.sums[place] = self.sums.get(place, 0) + sign * each

    def _count(self, sold: Sold, sign: int) -> None:
        """A visit counts on its card and day; as one while anything that was paid is left."""
        day = self._days.day(sold.card_id, sold.on)
        day.visits += sign * (sold.net_minor != 0)
        day.spend_minor += sign * (sold.net_minor or 0)
        count(day.exact, sold.exact, sign)
        count(day.recorded, sold.recorded, sign)

    def _counts(self, card_id: UUID, rules: Tiers, first: date, last: date) -> int:
        return self._days.qualifying(self.families.members(card_id), rules, first, last)

    def check(self) -> None:
        """Compare visits, redemptions and merged cards with where the log has left them."""
        for card in self._log.cards:
            homes = (card.merged_into_id, self.families.home(card.id))
            self._found.check("merged", homes, of=card.id)
        for sold in self.sales.sold.values():
            row, where = sold.row, ref("vis", sold.row.id)
            moved = None if sold.posting_id == row.id else sold.posting_id
            compared: dict[str, tuple[object, object]] = {
                "net": (row.net_minor, sold.net_minor),
                "visit_card": (row.card_id, sold.card_id),
                "visit_posting": (row.posting_id, moved),
                "voided": (row.voided_at, sold.voided_at),
            }
            for what, values in compared.items():
                self._found.check(what, values, of=sold.card_id, where=where)
        self.prizes.check(self._found)
