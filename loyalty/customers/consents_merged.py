"""The consents of two customers who turn out to be one: joined on the strict side, and parted."""

from datetime import datetime

from sqlalchemy.orm import Session

from loyalty.customers.acting import Acting
from loyalty.customers.consents import (
    MERGE,
    UNMERGE,
    Consent,
    Purpose,
    keep,
    latest,
    log,
    state,
    strictest,
)
from loyalty.customers.models import ConsentEvent, CustomerMerge


def take_strictest(session: Session, *, duty: Acting, merge: CustomerMerge, at: datetime) -> None:
    """Make the survivor agree only to what both agreed to, where that differs; see `strictest`.

    What the survivor has told us since the merge stands.
    """
    ours = latest(_log(session, merge, survivor=True))
    theirs = latest(_log(session, merge, survivor=False))
    for purpose in Purpose:
        our, their = ours.get(purpose), theirs.get(purpose)
        given = our.given if our else None
        strict = strictest(given, their.given if their else None)
        about = their or our
        if strict is None or strict == given or about is None or (our and _since(our, merge)):
            continue
        # It is about the loser's text, or about the survivor's where the loser never spoke.
        consent = Consent(purpose, strict, about.text_id, MERGE)
        moment = max(at, our.at) if our else at
        keep(
            session,
            duty=duty,
            customer_id=merge.survivor_id,
            consent=consent,
            at=moment,
            merge_id=merge.id,
        )


def part_consents(session: Session, *, duty: Acting, merge: CustomerMerge, at: datetime) -> None:
    """Take back what the merge did to the survivor's consents; what was said since stands.

    A withdrawal said since holds for both: which of the two it came from, nobody can prove.
    """
    events = _log(session, merge, survivor=True)
    own = [event for event in events if event.merge_id != merge.id]
    before = state(own)
    for purpose, merged in latest(event for event in events if event.merge_id == merge.id).items():
        consent = Consent(purpose, bool(before[purpose]), merged.text_id, UNMERGE)
        keep(
            session,
            duty=duty,
            customer_id=merge.survivor_id,
            consent=consent,
            at=max(at, merged.at),
            merge_id=merge.id,
        )
    theirs = state(_log(session, merge, survivor=False))
    for purpose, said in latest(event for event in own if _since(event, merge)).items():
        if not said.given and theirs[purpose] is not False:
            consent = Consent(purpose, given=False, text_id=said.text_id, source=UNMERGE)
            keep(session, duty=duty, customer_id=merge.loser_id, consent=consent, at=at)


def _log(session: Session, merge: CustomerMerge, *, survivor: bool) -> list[ConsentEvent]:
    customer_id = merge.survivor_id if survivor else merge.loser_id
    return log(session, merchant_id=merge.merchant_id, customer_id=customer_id)


def _since(event: ConsentEvent, merge: CustomerMerge) -> bool:
    """Whether somebody told us this after the merge: they spoke as one person then."""
    return event.merge_id is None and event.id > merge.id
