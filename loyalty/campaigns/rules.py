"""How a shop writes to its customers: how often, when, how fast, and under which name."""

import re
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.campaigns.hours import next_open
from loyalty.campaigns.models import MailRules
from loyalty.core.db import table
from loyalty.core.errors import Invalid
from loyalty.core.signing import fingerprint
from loyalty.core.text import Text, one_line
from loyalty.merchants import acts
from loyalty.merchants.models import Merchant
from loyalty.merchants.places import ChangedMeanwhile
from loyalty.merchants.roles import Duty, Permission

IDENTITY_LETTERS_MAX, CAP_MAX, DAYS_MAX, AN_HOUR_MAX = 200, 30, 90, 1_000_000
NAME_LETTERS_MAX, _EDITION_LETTERS = 60, 16
# It goes into a header as it is.
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_RULES, _MERCHANT = table(MailRules), table(Merchant)


@dataclass(frozen=True, slots=True)
class Rules:
    """As in MailRules; these are the usual ones."""

    cap: int = 2
    cap_days: int = 7
    from_hour: int = 9
    until_hour: int = 20
    on_sundays: bool = False
    an_hour: int | None = None
    identity: str = ""
    sender_name: str = ""
    reply_to: str = ""


@dataclass(frozen=True, slots=True)
class House:
    """A shop as whoever writes for it needs it."""

    merchant_id: UUID
    name: str
    timezone: str
    language: str
    rules: Rules

    @property
    def identity(self) -> str:
        """The name and address below each letter; at least the shop's name."""
        return self.rules.identity or self.name

    @property
    def sender_name(self) -> str:
        """Who stands in From; the shop, unless it says otherwise."""
        return self.rules.sender_name or self.name

    def next_open(self, at: datetime) -> datetime:
        """`at`, or when letters may leave next."""
        return next_open(
            at,
            timezone=self.timezone,
            from_hour=self.rules.from_hour,
            until_hour=self.rules.until_hour,
            on_sundays=self.rules.on_sundays,
        )


def house(session: Session, *, merchant_id: UUID) -> House:
    """The shop with its rules, or the usual ones."""
    shop = session.execute(
        sa.select(_MERCHANT.c.name, _MERCHANT.c.timezone, _MERCHANT.c.language).where(
            _MERCHANT.c.id == merchant_id
        )
    ).one()
    names = [_RULES.c[name] for name in Rules.__slots__]
    row = session.execute(sa.select(*names).where(_RULES.c.merchant_id == merchant_id)).first()
    return House(merchant_id, *shop, Rules(*row) if row else Rules())


def edition(rules: Rules) -> str:
    """Names what was shown, so that who saves hears of who saved meanwhile."""
    return fingerprint(asdict(rules)).hex()[:_EDITION_LETTERS]


def change(
    session: Session, *, duty: Duty, rules: Rules, at: datetime, seen: str | None = None
) -> None:
    """Write otherwise from now on; `seen` is the edition that was changed.

    Raises Forbidden, Invalid naming the field, and ChangedMeanwhile.
    """
    duty.demand(Permission.CAMPAIGNS)
    _check(rules)
    row = session.get(MailRules, duty.merchant_id, with_for_update=True)
    kept = house(session, merchant_id=duty.merchant_id).rules
    if seen is not None and seen != edition(kept):
        raise ChangedMeanwhile
    if row is None:
        row = MailRules(merchant_id=duty.merchant_id)
        session.add(row)
    for name, value in asdict(rules).items():
        setattr(row, name, value)
    row.identity, row.sender_name = one_line(rules.identity), one_line(rules.sender_name)
    row.reply_to, row.changed_at = rules.reply_to.strip(), at
    session.flush()
    acts.note(session, duty=duty, act="mail_rules.change", target="mail", at=at)


def _check(rules: Rules) -> None:
    wrong = {
        "cap": not 1 <= rules.cap <= CAP_MAX,
        "cap_days": not 1 <= rules.cap_days <= DAYS_MAX,
        "until_hour": not 0 <= rules.from_hour < rules.until_hour <= 24,  # noqa: PLR2004  # hours
        "an_hour": rules.an_hour is not None and not 1 <= rules.an_hour <= AN_HOUR_MAX,
        "identity": len(rules.identity) > IDENTITY_LETTERS_MAX,
        "sender_name": len(rules.sender_name) > NAME_LETTERS_MAX,
    }
    faults = {name: [_OUT_OF_RANGE] for name, is_wrong in wrong.items() if is_wrong}
    if rules.reply_to and not _ADDRESS.fullmatch(rules.reply_to.strip()):
        faults["reply_to"] = [_NO_ADDRESS]
    if faults:
        raise Invalid(faults)


_OUT_OF_RANGE = Text("È fuori misura.", "This is out of range.")
_NO_ADDRESS = Text(
    "Serve un indirizzo e-mail senza accenti, come banco@negozio.it.",
    "An e-mail address without accents is needed, like counter@shop.example.",
)
