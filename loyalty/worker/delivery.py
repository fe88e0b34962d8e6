"""Sending the messages of one campaign: taken, asked for at the gate, marked, sent, settled.

The results of the last letters and the marks of the next share one write, so that a thousand
letters cost some dozens of commits. Nothing leaves before its mark is committed, and no write waits
for the mail server.
"""

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.analytics import audience
from loyalty.campaigns import claims, envelope, gate, launching, outbox, person, states, tokens
from loyalty.campaigns.envelope import Post
from loyalty.campaigns.gate import Through
from loyalty.campaigns.models import Campaign
from loyalty.campaigns.outbox import Came, Hand, Job
from loyalty.campaigns.person import Frame
from loyalty.campaigns.press import Printed
from loyalty.campaigns.rules import House
from loyalty.core.db import Database
from loyalty.core.line import Said
from loyalty.counter import gifts
from loyalty.worker.lines import Letter, Lines
from loyalty.worker.pace import Pace

BATCH, WAIT_S, DRAIN_S = 500, 1.0, 8.0
REFUSED_IN_A_ROW = 5
_STATE = {"sent": states.SENT, "failed": states.FAILED, "unknown": states.UNKNOWN}


# Why some of these letters must not leave after all, by message; beside what the gate asks.
Recheck = Callable[[Session, UUID, Sequence[Job], datetime], Mapping[UUID, str]]


def nobody(
    session: Session,  # noqa: ARG001  # a campaign asks no more than the gate
    merchant_id: UUID,  # noqa: ARG001
    some: Sequence[Job],  # noqa: ARG001
    at: datetime,  # noqa: ARG001
) -> Mapping[UUID, str]:
    """Nothing but the gate holds back a letter of a campaign."""
    return {}


@dataclass(frozen=True, slots=True)
class Run:
    """What sending one campaign needs beside its messages."""

    campaign: Campaign
    house: House
    post: Post
    frame: Frame
    printed: dict[str, Printed]
    secret: bytes
    recheck: Recheck = nobody


@dataclass
class Watch:
    """The time, which goes on while a job is done, and whatever must be called meanwhile."""

    at: datetime
    beat: Callable[[], None]
    claim_s: int = outbox.CLAIM_S
    sending_s: int = outbox.SENDING_S
    _began: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        """The worker's time."""
        return self.at + timedelta(seconds=time.monotonic() - self._began)


class Delivery:
    """One batch of one campaign, in the hands of one worker."""

    def __init__(self, database: Database, run: Run, lines: Lines, watch: Watch) -> None:
        self.reasons: list[str | None] = []  # of what was not sent, for whoever lets a server rest
        self.claims = 0  # as often has been counted, as far as this one knows
        self._database, self._run, self._lines, self._watch = database, run, lines, watch
        self._pace = Pace(database)
        worker = secrets.token_hex(8)
        self._hand = Hand(run.campaign.merchant_id, run.campaign.id, worker)
        self._waiting: list[Job] = []
        self._sending: dict[UUID, Job] = {}
        self._is_over = False
        self._refused = 0
        self._profiled = audience.uses_behaviour(audience.parse(run.campaign.audience))

    def claim(self, limit: int) -> int:
        """Take messages; how often that has been done for this campaign. 0: there are none."""
        with self._database.write() as session:
            self._waiting, self.claims = outbox.claim(
                session,
                campaign=self._run.campaign,
                worker=self._hand.worker,
                at=self._watch.now(),
                limit=limit,
                lease_s=self._watch.claim_s,
                an_hour=self._run.house.rules.an_hour,
            )
        return self.claims if self._waiting else 0

    def send_all(self) -> None:
        """Send what was taken; on whatever stops it, wait for what is on its way and give back."""
        try:
            while self._sending or (self._waiting and not self._is_over):
                self._turn(WAIT_S)
                self._watch.beat()
        finally:
            self._leave()

    def _leave(self) -> None:
        self._is_over = True
        until = time.monotonic() + DRAIN_S
        while self._sending and time.monotonic() < until:
            self._turn(0.2)
        with self._database.write() as session:
            outbox.give_back(session, hand=self._hand)
            self.claims = claims.count(session, campaign=self._run.campaign) or self.claims

    def _turn(self, wait_s: float) -> None:
        """One write: what came of the last letters, and the marks of the next."""
        said = self._lines.came(wait_s=wait_s) if self._sending else []
        came = [self._came(key, one) for key, one in said]
        if not came and self._lines.room <= 0:
            return
        at = self._watch.now()
        with self._pace.write() as session, self._lines.still():
            jitter = secrets.randbelow(41) - 20
            outbox.settle(session, hand=self._hand, came=came, at=at, jitter=jitter)
            if any(one.state == states.READY for one in came):
                launching.came_back(session, campaign=self._run.campaign, at=at)
            letters = [] if self._is_over else self._next(session, at)
        for letter in letters:
            self._lines.send(letter)

    def _came(self, key: UUID, said: Said) -> Came:
        job = self._sending.pop(key)
        self._refused = self._refused + 1 if said.kind == "refused" else 0
        if said.kind == "later":
            self.reasons.append(said.reason)
        return Came(
            id=key,
            state=_STATE.get(said.kind, states.READY),
            reason=said.reason,
            smtp_code=said.code,
            attempts=job.attempts + 1,
            created_at=job.created_at,
        )

    def _next(self, session: Session, at: datetime) -> list[Letter]:
        """The next letters, marked; the campaign and each person are asked for at this moment."""
        if not self._may_go_on(session, at):
            self._is_over = True
            return []
        some = self._waiting[: max(0, self._lines.room)]
        if not some:
            return []
        verdicts = gate.ask(
            session,
            house=self._run.house,
            customer_ids=[job.customer_id for job in some],
            profiled=self._profiled,
            at=at,
        )
        self._waiting = self._waiting[len(some) :]
        chosen = self._choose(session, some, verdicts, at)
        ours = outbox.mark(
            session,
            hand=self._hand,
            hashes=[(job.id, through.address_hash) for job, through in chosen],
            at=at,
            lease_s=self._watch.sending_s,
        )
        return [self._letter(job, through, at) for job, through in chosen if job.id in ours]

    def _may_go_on(self, session: Session, at: datetime) -> bool:
        campaign = self._run.campaign
        if self._refused >= REFUSED_IN_A_ROW:
            launching.halt(session, campaign=campaign, why=states.REFUSED)
            return False
        is_open = self._run.house.next_open(at) == at
        is_in_time = campaign.not_after_at is None or at <= campaign.not_after_at
        return is_open and is_in_time and launching.is_running(session, campaign=campaign)

    def _choose(
        self, session: Session, some: list[Job], verdicts: gate.Verdicts, at: datetime
    ) -> list[tuple[Job, Through]]:
        """Those who are let through and whose receiver has room; the others say why, or wait."""
        chosen, ended, taken = [], [], dict[str, int]()
        stopped = self._run.recheck(session, self._hand.merchant_id, some, at)
        for job in some:
            verdict = stopped.get(job.id) or verdicts[job.customer_id]
            if isinstance(verdict, str):
                voucher = outbox.skip(session, hand=self._hand, message_id=job.id, reason=verdict)
                ended += [voucher] if voucher else []
                continue
            domain = _domain(verdict.reach.email)
            if self._lines.has_room_for(domain, taken.get(domain, 0)):
                taken[domain] = taken.get(domain, 0) + 1
                chosen.append((job, verdict))
            else:
                self._waiting.append(job)
        gifts.take_back(session, merchant_id=self._hand.merchant_id, redemption_ids=ended, at=at)
        return chosen

    def _letter(self, job: Job, through: Through, at: datetime) -> Letter:
        self._sending[job.id] = job
        token = tokens.of(job.id, self._run.secret)
        return Letter(
            id=job.id,
            domain=_domain(through.reach.email),
            sender=self._run.post.return_path(token),
            to=through.reach.email,
            write=lambda: _write(self._run, job, through, token, at),
        )


def _write(run: Run, job: Job, through: Through, token: str, at: datetime) -> bytes:
    """The bytes of one person's letter: values between pieces, base64, signature."""
    reach = through.reach
    language = person.language_for(reach.language, run.house.language, run.printed)
    values = person.values(
        run.frame,
        person.Whose(
            name=reach.name,
            language=language,
            token=token,
            agreed_at=reach.agreed_at,
            code=job.code,
            until_at=job.until_at,
        ),
    )
    subject, html, text = run.printed[language].for_one(values)
    letter = envelope.Letter(job.id, token, reach.email, language, subject, html, text)
    return envelope.seal(run.post, letter, at=at)


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()
