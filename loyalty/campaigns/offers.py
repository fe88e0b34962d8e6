"""The gift in a letter: a reward of a program that is running, free, for so many days."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.campaigns.models import Campaign
from loyalty.core.db import table
from loyalty.core.errors import Invalid
from loyalty.core.ids import parse_ref, ref
from loyalty.core.text import Text
from loyalty.counter.gifts import Gift
from loyalty.programs import catalogue, expiry
from loyalty.programs.document import Reward
from loyalty.programs.models import Program

DAYS_MAX, DAYS_USUAL = 365, 14
_PROGRAM = table(Program)


@dataclass(frozen=True, slots=True)
class Offer:
    """What is given away: whose reward it is, what it is called, and for how many days."""

    program_id: UUID
    version: int
    reward: str
    name: Text
    days: int

    def as_dict(self) -> dict[str, Any]:
        """As JSON: from its launch on a campaign keeps the offer as it was then."""
        return {
            "program": ref("prg", self.program_id),
            "version": self.version,
            "reward": self.reward,
            "name": self.name.as_dict(),
            "days": self.days,
        }

    @classmethod
    def of_dict(cls, plain: dict[str, Any]) -> "Offer":
        """Back from JSON."""
        program_id = parse_ref("prg", plain["program"])
        assert program_id is not None, "we wrote it"
        name = Text(**plain["name"])
        return cls(program_id, plain["version"], plain["reward"], name, plain["days"])

    def gift(self, merchant_id: UUID, *, at: datetime, timezone: str) -> Gift:
        """The vouchers that are put out at that moment."""
        until = expiry.days_later(at, self.days, timezone)
        return Gift(merchant_id, self.program_id, self.version, self.reward, until)


def of(session: Session, *, campaign: Campaign) -> Offer | None:
    """The offer of a campaign, if it has one: as it was launched, or as it would be now."""
    if campaign.offer is None:
        return None
    if campaign.printed is not None:
        return Offer.of_dict(campaign.printed["offer"])
    return find(session, merchant_id=campaign.merchant_id, raw=campaign.offer)


def find(session: Session, *, merchant_id: UUID, raw: dict[str, Any]) -> Offer:
    """The offer `{"reward", "valid_days"?, "program"?}`. Raises Invalid, saying what to choose."""
    days = raw.get("valid_days", DAYS_USUAL)
    if type(days) is not int or not 1 <= days <= DAYS_MAX:
        raise Invalid({"offer.valid_days": [_DAYS]})
    wanted = raw.get("program")
    found = [
        Offer(row.id, row.current_version, reward.key, reward.name, days)
        for row in _running(session, merchant_id, wanted)
        if (reward := _reward(session, merchant_id, row, str(raw.get("reward")))) is not None
    ]
    if not found:
        raise Invalid({"offer.reward": [_NONE]})
    if len(found) > 1:
        raise Invalid({"offer.program": [_WHICH]})
    return found[0]


@dataclass(frozen=True, slots=True)
class Choice:
    """A reward that may be given away; `unit_cost_minor` is what one costs the shop, if known."""

    program: str
    program_name: str
    reward: str
    name: Text
    unit_cost_minor: int | None


def choices(session: Session, *, merchant_id: UUID) -> list[Choice]:
    """Every reward that could be an offer now, program by program."""
    found = []
    for row in _running(session, merchant_id, None):
        version = catalogue.version(
            session, merchant_id=merchant_id, program_id=row.id, number=row.current_version
        )
        found += [
            Choice(ref("prg", row.id), row.name, one.key, one.name, _cost(one))
            for one in version.document.rewards
            if one.kind != "donation"
        ]
    return found


def unit_cost(session: Session, *, merchant_id: UUID, offer: Offer | None) -> int | None:
    """What one voucher costs the shop when it is used, else what it is worth; None: unknown."""
    if offer is None:
        return None
    version = catalogue.version(
        session, merchant_id=merchant_id, program_id=offer.program_id, number=offer.version
    )
    reward = version.document.reward(offer.reward)
    return _cost(reward) if reward else None


def _cost(reward: Reward) -> int | None:
    return reward.value_minor if reward.cost_minor is None else reward.cost_minor


def _running(session: Session, merchant_id: UUID, wanted: Any) -> list[Any]:
    query = sa.select(_PROGRAM.c.id, _PROGRAM.c.current_version, _PROGRAM.c.name).where(
        _PROGRAM.c.merchant_id == merchant_id,
        _PROGRAM.c.current_version.is_not(None),
        _PROGRAM.c.status == "published",
    )
    if wanted is not None:
        query = query.where(_PROGRAM.c.id == parse_ref("prg", str(wanted)))
    return list(session.execute(query))


def _reward(session: Session, merchant_id: UUID, row: Any, key: str) -> Reward | None:
    version = catalogue.version(
        session, merchant_id=merchant_id, program_id=row.id, number=row.current_version
    )
    reward = version.document.reward(key)
    return None if reward is None or reward.kind == "donation" else reward


_DAYS = Text(f"Da 1 a {DAYS_MAX} giorni.", f"Between 1 and {DAYS_MAX} days.")
_NONE = Text(
    "Questo premio non c'è in nessun programma attivo.",
    "No program that is running has this reward.",
)
_WHICH = Text(
    "Più programmi hanno questo premio: di' quale.",
    "Several programs have this reward: say which one.",
)
