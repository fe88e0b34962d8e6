"""The log of some cards told again, operation by operation, from the facts alone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from loyalty.core.ids import parse_ref
from loyalty.programs.conditions import Occasion
from loyalty.programs.document import Tiers
from loyalty.programs.earning import MILLION
from loyalty.replay.days import Days, count
from loyalty.replay.differences import Found, named
from loyalty.replay.exact import Exact
from loyalty.replay.families import Families
from loyalty.replay.levels import Levels
from loyalty.replay.life import Turn
from loyalty.replay.log import Log, Row, Shop
from loyalty.replay.prizes import Prizes
from loyalty.replay.returned import returned_units
from loyalty.replay.sales import Away, Sales, Sold, expected_occasion


@dataclass(frozen=True, slots=True)
class Taken:
    """What an operation takes back: whatever these had moved on these cards."""

    operation_ids: tuple[UUID, ...]
    card_ids: tuple[UUID, ...]


class Deeds:
    """What the operations of some cards must have done.

    `taken` says it of those that take a sale back; `earned_at` when the units were earned that an
    operation brings, where that is not its own moment; of `restored` ones the units come back as
    they had been; `returned` are the units that a return without a sale takes.
    """

    def __init__(self, log: Log, shop: Shop, found: Found) -> None:
        self._log, self._shop, self._found = log, shop, found
        self._families = Families()
        self._days = Days()
        self._levels = Levels(log, shop, self._counts, found)
        self._sales = Sales(log, shop)
        self.prizes = Prizes(log, shop)
        self.exact = Exact(self._families)
        self.taken: dict[UUID, Taken] = {}
        self.earned_at: dict[UUID, datetime] = {}
        self.restored: set[UUID] = set()
        self.returned: dict[UUID, dict[str, int]] = {}
        self.turns: list[Turn] = []

    def tell(self) -> None:
        """Tell the whole log. Raises LookupError and LoyaltyError where it cannot be told."""
        verbs = {
            "visit": self._visit,
            "refund": self._refund,
            "void": self._void,
            "addition": self._addition,
            "restore": self._restore,
            "return": self._return,
            "move": self._move,
            "redemption": self._reserve,
            "fulfilment": self.prizes.hand_over,
            "cancel": self._cancel,
            "adjustment": self._catch_up,
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
        root, sold = self._families.root(operation.card_id), self._sales.begin(operation)
        on, today = self._shop.day(operation.occurred_at), self._today(operation)
        is_imported = operation.via == "import"
        self._levels.catch_up(root, operation, on if is_imported else today)
        self._come(root, operation, sold)
        self._levels.sold(root, operation, on)
        if on < today and not is_imported:
            by = self._shop.current(operation.recorded_at)
            self._levels.sold(root, operation, today, by=by)

    def _come(self, card_id: UUID, operation: Row, sold: Sold) -> Away | None:
        """A visit is earned on a card; if it was there before, by which move it had left it."""
        root, back = self._families.root(card_id), sold.seen_on(card_id)
        sold.occasion = self._sales.occasion_of(operation)
        expected = back.occasion if back else self._see(root, sold)
        values = (sold.occasion.as_dict(), expected.as_dict())
        self._found.check("occasion", values, of=root, where=named(operation))
        sold.card_id, sold.posting_id = card_id, operation.id
        sold.exact = sold.rated()
        sold.recorded = dict(sold.exact)
        sold.operation_ids.append(operation.id)
        at = sold.row.occurred_at
        self.earned_at[operation.id] = at
        self.turns.append(Turn(operation.id, "came", root, at, sold.row.version))
        self.exact.change(card_id, operation, sold.exact)
        self._count(sold, 1)
        return back

    def _see(self, root: UUID, sold: Sold) -> Occasion:
        """As the rules must see a sale of its day: the level held, what the caps leave."""
        document, family = sold.document, self._families.members(root)
        allowance = {
            cap.unit: max(0, cap.units * MILLION - self._days.recorded(family, cap.unit, sold.on))
            for cap in document.caps
            if cap.per == "day"
        }
        tier = self._levels.held_on(root, document, sold.on)
        return expected_occasion(sold, self._shop, tier=tier, allowance=allowance)

    def _refund(self, operation: Row) -> None:
        sold, given = self._sales.given(operation)
        root = self._begin_to_take(operation, sold)
        self._count(sold, -1)
        sold.give(given)
        self._lower(operation, sold, sold.rated())
        self._count(sold, 1)
        self._levels.refunded(root, operation, sold_on=sold.on, on=self._today(operation))
        sold.operation_ids.append(operation.id)

    def _addition(self, operation: Row) -> None:
        sold, lines, added_minor = self._sales.added(operation)
        self._raise(operation, sold, lambda: sold.add(lines, added_minor))

    def _restore(self, operation: Row) -> None:
        """A refund that is taken back; or a return without a sale, which has no visit."""
        if operation.id not in self._sales.refunds:
            self._levels.catch_up(
                self._families.root(operation.card_id), operation, self._today(operation)
            )
            return
        sold, given = self._sales.given(operation)
        self._raise(operation, sold, lambda: sold.give(given))

    def _raise(self, operation: Row, sold: Sold, change: Callable[[], object]) -> None:
        """A visit counts for more than before."""
        root = self._begin_to_take(operation, sold)
        self._count(sold, -1)
        change()
        self._lower(operation, sold, sold.rated())
        self._count(sold, 1)
        for on in dict.fromkeys((sold.on, self._today(operation))):
            self._levels.sold(root, operation, on)
        sold.operation_ids.append(operation.id)

    def _return(self, operation: Row) -> None:
        """Goods that came back without their sale: what the base rules give for them goes."""
        root = self._families.root(operation.card_id)
        self._levels.catch_up(root, operation, self._today(operation))
        told = (operation.answer or {}).get("lines", [])
        self.returned[operation.id] = returned_units(
            self._shop, self._shop.rules(operation.version), told, operation.occurred_at
        )

    def _void(self, operation: Row) -> None:
        sold = self._sales.sold[operation.reverses_id]
        root = self._begin_to_take(operation, sold)
        self._take_all(operation, sold)
        self._levels.refunded(root, operation, sold_on=sold.on, on=self._today(operation))
        sold.voided_at = operation.recorded_at
        sold.net_minor = None if sold.net_minor is None else 0

    def _begin_to_take(self, operation: Row, sold: Sold) -> UUID:
        """The card that gives; what the sale had brought there is where the units come from."""
        root = self._families.root(sold.card_id)
        # A visit that is handed back when two cards part: they were seen to in that deed.
        if operation.kind != "move" or operation.key_hash is not None:
            self._levels.catch_up(root, operation, self._today(operation))
        cards = tuple(self._families.members(root))
        self.taken[operation.id] = Taken(tuple(sold.operation_ids), cards)
        self.earned_at[operation.id] = sold.row.occurred_at
        return root

    def _take_all(self, operation: Row, sold: Sold) -> None:
        self._count(sold, -1)
        self._lower(operation, sold, dict.fromkeys(sold.exact, 0))

    def _lower(self, operation: Row, sold: Sold, after: dict[str, int]) -> None:
        change = {unit: after.get(unit, 0) - before for unit, before in sold.exact.items()}
        self.exact.change(sold.card_id, operation, change)
        sold.exact = after

    def _move(self, operation: Row) -> None:
        move, today = self._sales.moves[operation.id], self._today(operation)
        sold, taker = self._sales.sold[move.visit_id], self._families.root(move.to_id)
        is_parting = operation.key_hash is None  # a visit that is handed back with its card
        self._levels.catch_up(taker, operation, sold.on if is_parting else today)
        self._leave(operation, sold, today)
        back = self._come(move.to_id, operation, sold)
        if back is not None:
            self.restored.add(operation.id)
            self._levels.returned(taker, operation, away=back.away_id, on=today)
        for on in dict.fromkeys((sold.on, today)):
            self._levels.sold(taker, operation, on, known=is_parting or back is not None)

    def _leave(self, operation: Row, sold: Sold, today: date) -> None:
        """A visit is taken off a card, with what it had brought there."""
        giver, by = self._begin_to_take(operation, sold), sold.posting_id
        self._take_all(operation, sold)
        self._levels.left(giver, operation, by=by, sold_on=sold.on, on=today)
        sold.leave(operation.id)
        at, last = sold.row.occurred_at, self._sales.last_at([giver], but=sold)
        self.turns.append(Turn(operation.id, "left", giver, at, last_at=last))

    # --- rewards and corrections

    def _reserve(self, operation: Row) -> None:
        if operation.key_hash is not None:  # a full stamp card fills in the midst of a visit
            self._catch_up(operation)
        prize = self.prizes.reserve(operation)
        self.exact.post(operation.card_id, operation, prize.donated)

    def _cancel(self, operation: Row) -> None:
        if operation.key_hash is not None:
            self._catch_up(operation)
        prize = self.prizes.cancel(operation)
        taken = {unit: -millionths for unit, millionths in prize.donated.items()}
        self.exact.change(prize.row.card_id, operation, taken)

    def _catch_up(self, operation: Row) -> None:
        self._levels.catch_up(operation.card_id, operation, self._today(operation))

    # --- two cards of one person

    def _merge(self, operation: Row) -> None:
        giver = parse_ref("crd", str((operation.answer or {}).get("card")))
        if giver is None:
            raise LookupError("a merge does not say which card went")
        taker, today = operation.card_id, self._today(operation)
        for card_id in (giver, taker):
            self._levels.catch_up(card_id, operation, today)
        joined = self.exact.join(giver, operation)
        joined.kept = self._levels.join(operation, giver=giver, taker=taker, on=today)
        last = self._sales.last_at(self._families.members(taker))
        self.earned_at[operation.id] = last or operation.recorded_at
        self.turns.append(Turn(operation.id, "joined", taker, other=giver))

    def _unmerge(self, operation: Row) -> None:
        self._catch_up(operation)
        self.restored.add(operation.id)
        joined = self.exact.part(operation)
        today = self._today(operation)
        self._levels.part(operation.card_id, operation, kept=joined.kept, on=today)

    # --- how

    def _today(self, operation: Row) -> date:
        """The day as of which it was judged: an import enters the past."""
        is_imported = operation.via == "import"
        return self._shop.day(operation.occurred_at if is_imported else operation.recorded_at)

    def _count(self, sold: Sold, sign: int) -> None:
        """A visit counts on its card and day; as one while anything that was paid is left."""
        day = self._days.day(sold.card_id, sold.on)
        day.visits += sign * (sold.net_minor != 0)
        day.spend_minor += sign * (sold.net_minor or 0)
        count(day.exact, sold.exact, sign)
        count(day.recorded, sold.recorded, sign)

    def _counts(self, card_id: UUID, rules: Tiers, first: date, last: date) -> int:
        return self._days.qualifying(self._families.members(card_id), rules, first, last)

    def check(self) -> None:
        """Compare visits, redemptions and merged cards with where the log has left them."""
        for card in self._log.cards:
            homes = (card.merged_into_id, self._families.home(card.id))
            self._found.check("merged", homes, of=card.id)
        for sold in self._sales.sold.values():
            row, where = sold.row, ("visit", sold.row.id)
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
