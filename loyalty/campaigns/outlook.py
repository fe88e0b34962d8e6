"""Whom a campaign would reach now, and whom not and why: asked before it is launched."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.campaigns import gathering
from loyalty.campaigns.gate import Through
from loyalty.campaigns.models import Campaign
from loyalty.campaigns.rules import House


@dataclass(slots=True)
class Outlook:
    """`ready` may be written to; `left_out` counts the others by reason.

    Of those who are ready: how many have chosen which language (None: none), and how many also
    agreed that what they do is looked at.
    """

    ready: int = 0
    profiled: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    languages: dict[str | None, int] = field(default_factory=dict)

    @property
    def meant(self) -> int:
        """Everybody whom it is meant for."""
        return self.ready + sum(self.left_out.values())


def of(session: Session, *, campaign: Campaign, house: House, at: datetime) -> Outlook:
    """Count everybody; walks through all of them."""
    found = Outlook()
    for portion in gathering.portions(session, campaign=campaign, house=house, at=at):
        for who in portion.people:
            reason = gathering.why_not(portion, who)
            if reason is None:
                _count_ready(found, portion.verdicts[who])
            else:
                found.left_out[reason] = found.left_out.get(reason, 0) + 1
    return found


def _count_ready(found: Outlook, verdict: Through | str) -> None:
    assert not isinstance(verdict, str), "whoever has no reason has a way"
    found.ready += 1
    found.profiled += verdict.reach.profiled
    language = verdict.reach.language
    found.languages[language] = found.languages.get(language, 0) + 1


def people(
    session: Session,
    *,
    campaign: Campaign,
    house: House,
    reason: str | None,
    after: UUID | None,
    limit: int,
    at: datetime,
) -> list[UUID]:
    """Who is left out for that reason, or (None) who is not, in the order of joining, after one."""
    found: list[UUID] = []
    walk = gathering.portions(session, campaign=campaign, house=house, at=at, after=after)
    for portion in walk:
        found += [who for who in portion.people if gathering.why_not(portion, who) == reason]
        if len(found) >= limit:
            break
    return found[:limit]
