"""`campaigns.tend` looks what is due, gathers people and ends what is over; `campaigns.send` sends.

One job sends for all shops, in turns, so that a large campaign holds one thread of a worker and
leaves the others to codes and confirmations.
"""

import time
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.automations import rechecking
from loyalty.campaigns import envelope, gathering, instance, launching, outbox, rules
from loyalty.campaigns.models import Campaign
from loyalty.campaigns.offers import Offer
from loyalty.campaigns.person import Frame
from loyalty.campaigns.press import Printed
from loyalty.campaigns.rules import House
from loyalty.campaigns.signature import Signer
from loyalty.core import jobs
from loyalty.core.db import Database
from loyalty.core.settings import Settings
from loyalty.core.smtp import Server
from loyalty.worker.delivery import BATCH, Delivery, Run, Watch, nobody
from loyalty.worker.lines import Lines
from loyalty.worker.pace import Pace
from loyalty.worker.registry import Beat
from loyalty.worker.resting import SILENT, rest_of

SEND = "campaigns.send"
TURN_S_MAX = 600  # then another job goes on: this one has held its thread for long


def tend(database: Database, *, payload: dict[str, Any], at: datetime, beat: Beat) -> None:  # noqa: ARG001  # time says it all
    """See to every campaign that is on its way, and have somebody send what is due."""
    with database.read() as session:
        campaigns = launching.running(session)
    for campaign in campaigns:
        if campaign.send_at is None or campaign.send_at <= at:
            _tend(database, campaign, Watch(at, beat))
    _wake(database, at)


def _tend(database: Database, campaign: Campaign, watch: Watch) -> None:
    why = launching.why_not(campaign, at=watch.now(), data=database.settings.data)
    if why is not None:
        with database.write() as session:
            launching.halt(session, campaign=campaign, why=why)
        return
    if campaign.gathered_at is None and campaign.automation is None:
        gather(database, campaign, watch)
    with database.write() as session:
        outbox.reap(session, campaign=campaign, at=watch.now())
        launching.finish(session, campaign=campaign, at=watch.now())


def gather(database: Database, campaign: Campaign, watch: Watch) -> None:
    """Give everybody a row, some at a time; a broken one goes on from its mark."""
    pace = Pace(database, left=1)
    while True:
        at = watch.now()
        with database.read() as session:
            house = rules.house(session, merchant_id=campaign.merchant_id)
            portion = gathering.look(session, campaign=campaign, house=house, at=at)
        for part in portion.slices():
            with pace.write() as session:
                is_ours = gathering.write(
                    session, campaign=campaign, portion=part, house=house, at=at
                )
            if not is_ours or part.next is None:
                return
            campaign.mark = part.next
            watch.beat()


def send(database: Database, *, payload: dict[str, Any], at: datetime, beat: Beat) -> None:  # noqa: ARG001  # time says it all
    """Send what is due, of every shop, a batch of each in turn, until nothing is."""
    settings = database.settings
    server = Server.of(settings.smtp_url) if settings.smtp_url else None
    lines = Lines(server, own_name=_domain(settings), size=settings.smtp_connections)
    watch = Watch(at, beat)
    try:
        is_through = deliver(database, lines, watch)
    finally:
        lines.close()
    if not is_through:
        with database.write() as session:
            jobs.enqueue(session, kind=SEND, payload={}, at=watch.now())


def deliver(database: Database, lines: Lines, watch: Watch, *, for_s: float = TURN_S_MAX) -> bool:
    """The same over lines that are there, for about so long; False if there is more to send."""
    until = time.monotonic() + for_s
    while time.monotonic() < until:
        with database.read() as session:
            campaigns = launching.running(session)
        moved = [_batch(database, campaign, lines, watch) for campaign in campaigns]
        if not any(moved):
            return True
    return False


def _batch(database: Database, campaign: Campaign, lines: Lines, watch: Watch) -> bool:
    """Send some of a campaign; whether there was anything to send."""
    watch.beat()
    with database.read() as session:
        house = rules.house(session, merchant_id=campaign.merchant_id)
        limit = _limit(session, database, campaign, house, watch.now())
    if limit <= 0 or rest_of(database).wait_until(watch.now()) is not None:
        return False
    delivery = Delivery(database, _run(database, campaign, house), lines, watch)
    if delivery.claim(limit) == 0:
        return False
    # Before the first of them leaves, and after the last: a copy from before knows of fewer.
    instance.note_taken(database.settings.data, campaign.id, delivery.claims)
    try:
        delivery.send_all()
    finally:
        instance.note_taken(database.settings.data, campaign.id, delivery.claims)
        _let_rest(database, delivery, watch)
    with database.write() as session:
        launching.finish(session, campaign=campaign, at=watch.now())
    return True


def _limit(
    session: Session, database: Database, campaign: Campaign, house: House, at: datetime
) -> int:
    """How many messages of a campaign may leave now; 0: none are due, or not at this hour."""
    is_stuck = launching.why_not(campaign, at=at, data=database.settings.data) is not None
    if (
        is_stuck
        or house.next_open(at) != at
        or not outbox.is_due(session, campaign=campaign, at=at)
    ):
        return 0
    if house.rules.an_hour is None:
        return BATCH
    lately = outbox.sent_since(session, merchant_id=house.merchant_id, hours=1, at=at)
    return min(BATCH, house.rules.an_hour - lately)


def _let_rest(database: Database, delivery: Delivery, watch: Watch) -> None:
    """A server that did not answer is left alone, as it is for every other mail."""
    rest = rest_of(database)
    if any(reason in SILENT for reason in delivery.reasons):
        rest.silent(watch.now())
    else:
        rest.answered()


def _run(database: Database, campaign: Campaign, house: House) -> Run:
    settings = database.settings
    assert campaign.printed is not None, "it was launched"
    offer = Offer.of_dict(campaign.printed["offer"]) if campaign.printed["offer"] else None
    return Run(
        campaign=campaign,
        house=house,
        post=replace(
            post_of(settings, house, campaign.id), is_automatic=campaign.automation is not None
        ),
        frame=Frame(house.name, house.timezone, settings.public_url, offer.name if offer else None),
        printed={key: Printed.of_dict(one) for key, one in campaign.printed["letters"].items()},
        secret=settings.secret,
        recheck=rechecking.why_not if campaign.automation else nobody,
    )


def post_of(settings: Settings, house: House, campaign_id: UUID) -> envelope.Post:
    """What the letters of a campaign share, tests of it included."""
    return envelope.Post(
        merchant_id=house.merchant_id,
        campaign_id=campaign_id,
        shop=house.sender_name,
        sender=settings.mail_from,
        public_url=settings.public_url,
        signer=Signer(instance.signing_key(settings.data), _domain(settings)),
        reply_to=house.rules.reply_to,
    )


def _domain(settings: Settings) -> str:
    return settings.mail_from.rpartition("@")[2]


def _wake(database: Database, at: datetime) -> None:
    """Have somebody send, unless somebody is about to: one job for the whole house."""
    with database.read() as session:
        is_due = any(
            _limit(session, database, one, rules.house(session, merchant_id=one.merchant_id), at)
            > 0
            for one in launching.running(session)
        )
    if is_due:
        with database.write() as session:
            if not jobs.is_open(session, kind=SEND):
                jobs.enqueue(session, kind=SEND, payload={}, at=at)
