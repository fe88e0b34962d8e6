"""The street writes to those who slip away: letters that brought something, or too few to tell.

Nothing is sent to anybody: what became of each letter is written down as a worker would.
"""

import random
from bisect import insort
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.analytics import audience, saved
from loyalty.campaigns import drafts, gate, gathering, launching, offers, outbox, rules, starters
from loyalty.campaigns.drafts import Plan
from loyalty.campaigns.models import Campaign, Message
from loyalty.campaigns.outbox import Came, Hand, Job
from loyalty.campaigns.rules import Rules
from loyalty.core.db import Database
from loyalty.core.errors import Invalid
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.counter import redemptions
from loyalty.counter.models import Redemption
from loyalty.demo import habits
from loyalty.demo.counter import Coming, Member
from loyalty.demo.opening import Shop

_FIRST, _SECOND = 16, 17  # after which portion of four weeks a letter leaves
_AWAY = {"any": [{"segment": key} for key in ("cooling", "lapsed", "one_off", "lost")]}
_NAME = Text("Da rivedere", "To see again")
_RETURN_PERCENT, _USE_PERCENT, _DAYS = 50, 60, 21
_WORKER = "demo"
_HOUR = timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class Invited:
    """Who comes because of a letter, and the voucher that they bring along."""

    at: datetime
    redemption_id: UUID | None


def set_up(session: Session, shop: Shop, at: datetime) -> None:
    """Who writes, and to whom one may want to."""
    kept = Rules(
        identity=f"{shop.plan.name}, via Garibaldi 7, Torino", reply_to=shop.plan.workers[0].email
    )
    rules.change(session, duty=shop.owner, rules=kept, at=at)
    saved.save(session, duty=shop.owner, name=_NAME.it, audience=_AWAY, key="away", at=at)


def write_after(
    database: Database,
    shop: Shop,
    number: int,
    *,
    members: list[Member],
    coming: list[Coming],
    chance: random.Random,
    at: datetime,
) -> list[Invited]:
    """After the portion of that number a letter may leave, and some come back because of it."""
    if number == _FIRST:
        plan = _plan("Torna a trovarci", "away", _offer(database, shop))
        found = _send(database, shop, plan, chance, at + _HOUR)
        return _invite(database, found, members, coming, shop, chance) if found else []
    if number == _SECOND:
        _send(database, shop, _plan("Due righe di saluto", "one_off", None), chance, at + _HOUR)
    return []


def use_vouchers(session: Session, shop: Shop, invited: list[Invited]) -> None:
    """They show what came in the letter."""
    cashier = next(iter(shop.tills.values()))[0]
    for one in invited:
        if one.redemption_id is not None:
            code = session.get_one(Redemption, (shop.merchant_id, one.redemption_id)).code
            redemptions.use(
                session, duty=cashier, code=code, intent=None, at=one.at + timedelta(minutes=1)
            )


def begin_another(session: Session, shop: Shop, at: datetime) -> None:
    """A draft that waits for its last touch."""
    drafts.create(
        session, duty=shop.owner, plan=_plan("Auguri di fine anno", "active", None), at=at
    )


def _plan(name: str, segment: str, offer: dict[str, object] | None) -> Plan:
    return Plan(
        name=name,
        audience={"segment": segment},
        letter=starters.letter("lapsed" if segment == "away" else segment),
        offer=offer,
    )


def _offer(database: Database, shop: Shop) -> dict[str, object] | None:
    with database.read() as session:
        found = offers.choices(session, merchant_id=shop.merchant_id)
    if not found:
        return None
    return {"program": found[0].program, "reward": found[0].reward, "valid_days": _DAYS}


def _send(
    database: Database, shop: Shop, plan: Plan, chance: random.Random, at: datetime
) -> Campaign | None:
    """The campaign once it is over; a draft stays where nobody may be written to yet."""
    with database.write() as session:
        made = drafts.create(session, duty=shop.owner, plan=plan, at=at)
        campaign_ref = ref("cmp", made.id)
    scope = {"campaign_ref": campaign_ref, "at": at}
    with database.read() as session:
        ready = launching.prepare(session, merchant_id=shop.merchant_id, **scope)  # type: ignore[arg-type]
    try:
        with database.write() as session:
            launching.launch(session, duty=shop.owner, ready=ready, **scope)  # type: ignore[arg-type]
    except Invalid:  # in a small street there may be nobody
        return None
    with database.write() as session:
        campaign = drafts.find(session, merchant_id=shop.merchant_id, campaign_ref=campaign_ref)
        _deliver(session, campaign, chance)
    return campaign


def _deliver(session: Session, campaign: Campaign, chance: random.Random) -> None:
    """Everybody gets a row, and each letter its end."""
    assert campaign.send_at is not None, "it was launched"
    at, house = campaign.send_at, rules.house(session, merchant_id=campaign.merchant_id)
    portion = gathering.look(session, campaign=campaign, house=house, at=at)
    gathering.write(session, campaign=campaign, portion=portion, house=house, at=at)
    session.refresh(campaign)
    hand = Hand(campaign.merchant_id, campaign.id, _WORKER)
    jobs, _ = outbox.claim(
        session, campaign=campaign, worker=_WORKER, at=at, limit=gathering.PORTION, lease_s=60
    )
    hashes = _hashes(session, campaign, house, jobs, at)
    outbox.mark(session, hand=hand, hashes=hashes, at=at, lease_s=60)
    came = [_end(job, chance) for job in jobs]
    outbox.settle(session, hand=hand, came=came, at=at + timedelta(minutes=2))
    launching.finish(session, campaign=campaign, at=at + timedelta(minutes=2))
    session.refresh(campaign)


def _hashes(
    session: Session, campaign: Campaign, house: rules.House, jobs: list[Job], at: datetime
) -> list[tuple[UUID, bytes]]:
    wanted = audience.uses_behaviour(audience.parse(campaign.audience))
    said = gate.ask(
        session, house=house, customer_ids=[job.customer_id for job in jobs], profiled=wanted, at=at
    )
    found = [(job.id, said[job.customer_id]) for job in jobs]
    return [(key, one.address_hash) for key, one in found if not isinstance(one, str)]


def _end(job: Job, chance: random.Random) -> Came:
    """Most arrive; an address is wrong, a line breaks at the last word."""
    drawn = chance.randrange(100)
    if drawn < 3:  # noqa: PLR2004  # of a hundred
        return Came(job.id, "failed", "5.1.1", 550)
    if drawn < 5:  # noqa: PLR2004  # of a hundred
        return Came(job.id, "unknown", "lost")
    return Came(job.id, "sent")


def _invite(
    database: Database,
    campaign: Campaign,
    members: list[Member],
    coming: list[Coming],
    shop: Shop,
    chance: random.Random,
) -> list[Invited]:
    """Half of those who got it come by within three weeks, and some with their voucher."""
    assert campaign.send_at is not None, "it was launched"
    known = {member.customer_id: member for member in members if not member.stays_away}
    with database.read() as session:
        rows = session.execute(
            sa.select(Message.customer_id, Message.redemption_id)
            .where(Message.campaign_id == campaign.id, Message.state == "sent")
            .order_by(Message.id)
        ).all()
    invited = []
    for row in rows[: -(-len(rows) * _RETURN_PERCENT // 100)]:
        member = known.get(row.customer_id)
        if member is None:
            continue
        visit_at = habits.some_moment(
            campaign.send_at, shop.plan.trade, chance, within_days=_DAYS - 2
        )
        insort(coming, Coming(visit_at, member), key=lambda visit: visit.at)
        brings = row.redemption_id if chance.randrange(100) < _USE_PERCENT else None
        invited.append(Invited(visit_at, brings))
    return sorted(invited, key=lambda one: one.at)
