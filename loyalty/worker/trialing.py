"""`campaigns.trial`: send somebody their test letter once, or look at the records of our domain."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.campaigns import envelope, hello, instance, preview, records, rules, tokens, trials
from loyalty.campaigns.models import Campaign, MailTrial
from loyalty.campaigns.preview import Reader, Shown
from loyalty.campaigns.rules import House
from loyalty.campaigns.signature import SELECTOR
from loyalty.core.db import Database
from loyalty.core.errors import Invalid
from loyalty.core.ids import parse_ref
from loyalty.core.line import Line, Said
from loyalty.core.settings import Settings
from loyalty.core.smtp import Server
from loyalty.merchants.models import Staff
from loyalty.worker import lookups
from loyalty.worker.campaigning import post_of
from loyalty.worker.registry import Beat

LAST_ANSWER_S_MAX = 60  # somebody waits for it, and a second copy of a test does no harm
_MARK = {"it": "[Prova] ", "en": "[Test] "}


def run(database: Database, *, payload: dict[str, Any], at: datetime, beat: Beat) -> None:
    """Do it, and keep what came of it; what has been done is not done again."""
    which = {"merchant_id": UUID(payload["merchant"]), "trial_id": UUID(payload["trial"])}
    with database.read() as session:
        trial = trials.waiting(session, **which)
    if trial is None:
        return
    beat()
    if trial.kind == trials.RECORDS:
        said = _records(database.settings)
    else:
        said = _send(database, trial, at)
    with database.write() as session:
        trials.settle(session, trial=trial, said=said, at=at)


def _records(settings: Settings) -> dict[str, Any]:
    domain = settings.mail_from.rpartition("@")[2]
    key = instance.public_record(instance.signing_key(settings.data))
    answers = lookups.of_domain(domain, own_name=f"{SELECTOR}._domainkey.{domain}", ask=lookups.ask)
    found = records.judge(answers, public_key=key)
    return {"domain": domain, "found": {kind: asdict(one) for kind, one in found.items()}}


def _send(database: Database, trial: MailTrial, at: datetime) -> dict[str, Any]:
    with database.read() as session:
        house = rules.house(session, merchant_id=trial.merchant_id)
        person = _asker(session, trial)
        if person is None:
            return {"kind": "gone"}
        try:
            letter = _letter(session, trial, house, person, at)
        except Invalid:
            return {"kind": "invalid"}
    if database.settings.smtp_url is None:
        return {"kind": "kept"}
    said = _hand_over(database.settings, trial, house, person.email, letter, at)
    return {"kind": said.kind, "reason": said.reason, "code": said.code}


@dataclass(frozen=True, slots=True)
class _Asker:
    """Who asked for it."""

    name: str
    email: str


def _asker(session: Session, trial: MailTrial) -> _Asker | None:
    """Whoever asked for it, if they still work here."""
    staff_id = parse_ref("stf", trial.actor)
    found = session.get(Staff, (trial.merchant_id, staff_id)) if staff_id else None
    return _Asker(found.name, found.email) if found is not None and found.active else None


def _letter(
    session: Session, trial: MailTrial, house: House, person: _Asker, at: datetime
) -> Shown:
    """The campaign's letter with the asker's own name in it, or a word from the house."""
    who = Reader(person.name, trial.language, at)
    if trial.kind == trials.HELLO:
        printed, offer = hello.printed(house), None
    else:
        campaign = session.get_one(Campaign, (trial.merchant_id, trial.campaign_id))
        offer = preview.offer_of(session, merchant_id=trial.merchant_id, raw=campaign.offer)
        printed = preview.printed(campaign.letter, house=house, has_offer=offer is not None)
    return preview.show(
        printed, house=house, offer=offer, who=who, at=at, language=trial.language, key=trial.id
    )


def _hand_over(
    settings: Settings, trial: MailTrial, house: House, to: str, shown: Shown, at: datetime
) -> Said:
    """Over a line of its own, with every header of a real letter."""
    post, token = post_of(settings, house, trial.campaign_id or trial.id), _token(settings, trial)
    subject = _MARK[shown.language] + shown.subject
    letter = envelope.Letter(trial.id, token, to, shown.language, subject, shown.html, shown.text)
    assert settings.smtp_url is not None, "asked by the caller"
    line = Line(Server.of(settings.smtp_url), own_name=post.domain, last_answer_s=LAST_ANSWER_S_MAX)
    try:
        return line.send(envelope.seal(post, letter, at=at), sender=post.return_path(token), to=to)
    finally:
        line.close()


def _token(settings: Settings, trial: MailTrial) -> str:
    return tokens.of(trial.id, settings.secret)
