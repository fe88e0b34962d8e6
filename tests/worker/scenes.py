"""Shops in which time has something to do: what each job finds, and what it leaves behind."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy.orm import Session

from loyalty.cli import main
from loyalty.core import db
from loyalty.core.ids import parse_ref
from loyalty.counter import due, lengthening
from loyalty.counter.models import TierChange
from loyalty.ledger.models import Account, Entry, Extension, Lot, Operation
from loyalty.worker import clockwork
from loyalty.worker.chores import CHORES
from tests.builders import NOW, CardInHand, Shop
from tests.domain.rulebook.book import DAY, GOLD, SILVER, coffee, lasting, levels, points, stamps

CARDS, VISITS = 6, 3
NO_BEAT: Callable[[], None] = lambda: None  # noqa: E731  # nobody holds the job


@dataclass
class Scene:
    """A shop, when its job is due, and how many rows of which kind the job writes."""

    shop: Shop
    job: str
    at: datetime
    leaves: dict[str, int]
    cards: list[CardInHand]
    before: int = 1

    def work(self, at: datetime | None = None, beat: Callable[[], None] = NO_BEAT) -> None:
        """The job, as a worker runs it."""
        run(self.shop, self.job, at or self.at, beat=beat, before=self.before)

    def written(self) -> dict[str, int]:
        """How many rows of the kinds that it leaves are there."""
        found = written(self.shop)
        return {kind: found[kind] for kind in self.leaves}


def run(
    shop: Shop, job: str, at: datetime, *, beat: Callable[[], None] = NO_BEAT, before: int = 1
) -> None:
    """A job of the clock for the program made last."""
    facts = {"program": list(shop.programs.values())[-1], "before": before}
    payload = {"merchant_id": str(shop.merchant_id), "facts": facts}
    CHORES.handlers[job](shop.database, payload=payload, at=at, beat=beat)


def written(shop: Shop) -> Counter[str]:
    """Entries and changes of level by kind, and lots that last longer."""
    found: Counter[str] = Counter()
    with shop.database.read() as session:
        for model in (Entry, TierChange):
            query = sa.select(model.kind, sa.func.count()).group_by(model.kind)
            found.update(dict(session.execute(query).all()))
        found["longer"] = session.execute(sa.select(sa.func.count(Extension.id))).scalar_one()
    return found


def lots(shop: Shop, card: CardInHand, unit: str = "points") -> list[Any]:
    """The card's lots of a unit, the oldest first."""
    with shop.database.read() as session:
        return list(
            session.execute(
                sa.select(Lot.remaining, Lot.is_pending, Lot.expires_at)
                .join(Account, Account.id == Lot.account_id)
                .where(Account.card_id == parse_ref("crd", card.ref), Account.unit == unit)
                .order_by(Lot.id)
            )
        )


def changes(shop: Shop, card: CardInHand) -> list[tuple[str, str | None]]:
    """What became of the card's level, and which it is since."""
    query = sa.select(TierChange.kind, TierChange.level).where(
        TierChange.card_id == parse_ref("crd", card.ref)
    )
    with shop.database.read() as session:
        return [tuple(row) for row in session.execute(query.order_by(TierChange.id))]


def operations(shop: Shop, card: CardInHand) -> int:
    """How many operations a card has."""
    query = sa.select(sa.func.count()).where(Operation.card_id == parse_ref("crd", card.ref))
    with shop.database.read() as session:
        return session.execute(query).scalar_one()


def found(shop: Shop, look: Callable[..., due.Found], at: datetime) -> list[UUID]:
    """The cards that a look finds in the program made last."""
    with shop.database.read() as session:
        here = latest_program(session, shop)
        return look(session, shop=here, at=at, after=None, limit=100).card_ids


def latest_program(session: Session, shop: Shop) -> due.Shop:
    """The program made last, as the jobs see it."""
    program_id = parse_ref("prg", list(shop.programs.values())[-1])
    (only,) = [each for each in due.shops(session) if each.program_id == program_id]
    return only


def once(shop: Shop, at: datetime) -> None:
    """`loyalty worker --once --at`; the command uses a database of its own."""
    done = CliRunner().invoke(main, ("worker", "--once", "--json", "--at", at.isoformat()))
    db.use(shop.database)
    assert (done.exit_code, json.loads(done.stdout)["failed"]) == (0, 0), done.output


def on(year: int, month: int, day: int) -> datetime:
    """Noon of that day."""
    return datetime(year, month, day, 12, tzinfo=UTC)


def town(shop: Shop, raw: dict[str, Any], amount_minor: int = 1_000) -> list[CardInHand]:
    """A few customers of a new program, each with a few visits on different days."""
    shop.program("town", raw, at=NOW)
    cards = [shop.card("town") for _ in range(CARDS)]
    for day in range(VISITS):
        for card in cards:
            shop.visit(card, amount_minor, at=NOW + day * DAY)
    return cards


def over(shop: Shop) -> Scene:
    """Points whose year has passed."""
    cards = town(shop, points(units=lasting("rolling", 12)))
    return Scene(shop, "units.expire", NOW + 400 * DAY, {"expire": CARDS * VISITS}, cards)


def waiting(shop: Shop) -> Scene:
    """Points that could not be used for a day."""
    cards = town(shop, points(units=lasting("never", pending_hours=24)))
    return Scene(shop, "units.activate", NOW + 9 * DAY, {"activate": CARDS * VISITS}, cards)


def ready(shop: Shop) -> Scene:
    """Stamps that could not be used for a day, enough of them to fill a card."""
    raw = stamps(units=[{"key": "stamps", "label": {"it": "timbri", "en": "stamps"},
                         "pending_hours": 24}])  # fmt: skip
    shop.program("town", raw)
    cards = [shop.card("town") for _ in range(CARDS)]
    for card in cards:
        shop.visit(card, lines=[coffee(12)])
    leaves = {"activate": CARDS, "spend": CARDS}
    return Scene(shop, "units.activate", NOW + 2 * DAY, leaves, cards)


def lapsed(shop: Shop) -> Scene:
    """Gold customers who have not bought enough in the year that is reviewed."""
    cards = town(shop, points(tiers=levels()), 20_000)
    return Scene(shop, "tiers.review", on(2027, 12, 1), {"down": CARDS}, cards)


def near(shop: Shop) -> Scene:
    """The same, three weeks before."""
    cards = town(shop, points(tiers=levels()), 20_000)
    return Scene(shop, "tiers.review", on(2027, 11, 10), {"notice": CARDS}, cards)


def edited(shop: Shop) -> Scene:
    """Customers of silver who have what the new version asks of gold."""
    cards = town(shop, points(tiers=levels()), 10_000)
    lower = levels(levels=[SILVER, {**GOLD, "from": 25_000}])
    shop.publish("town", points(tiers=lower), at=NOW + 4 * DAY)
    return Scene(shop, "tiers.adopt", NOW + 4 * DAY, {"rules": CARDS}, cards)


def generous(shop: Shop) -> Scene:
    """Points for a year in a shop that gives them two from now on, those of before too."""
    cards = town(shop, points(units=lasting("rolling", 12)))
    shop.publish("town", points(units=lasting("rolling", 24)), at=NOW + 4 * DAY)
    with shop.database.write() as session:
        program = shop.programs["town"]
        lengthening.ask(session, duty=shop.owner, program_ref=program, at=NOW + 4 * DAY)
    leaves = {"extend": CARDS, "longer": CARDS * VISITS}
    return Scene(shop, "units.lengthen", NOW + 4 * DAY, leaves, cards)


SCENES = {scene.__name__: scene for scene in (over, waiting, ready, lapsed, near, edited, generous)}
assert clockwork.LOOK > CARDS * VISITS, "one look finds them all"
