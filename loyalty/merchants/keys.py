"""Keys with which other programs act for a merchant."""

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.db import rows_changed, table
from loyalty.core.errors import Invalid, Unknown
from loyalty.core.ids import new_id, parse_ref, ref
from loyalty.core.signing import digest
from loyalty.core.text import Text
from loyalty.merchants.acts import note
from loyalty.merchants.directory import enter, look_up
from loyalty.merchants.models import ApiKey, Directory
from loyalty.merchants.roles import Duty

USED_EVERY = timedelta(minutes=10)
_SHOWN_MAX = 200
_THINGS = ("customers", "cards", "visits", "redemptions", "programs", "campaigns", "webhooks")
SCOPES = frozenset(
    [f"{thing}:{verb}" for thing in _THINGS for verb in ("read", "write")]
    + ["metrics:read", "adjust:write", "visits:backdate"]
)
_CHOOSE = Text(
    f"scegli tra: all, {', '.join(sorted(SCOPES))}",
    f"choose from: all, {', '.join(sorted(SCOPES))}",
)

_KEY, _DIRECTORY = table(ApiKey), table(Directory)


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """A living key: whose it is and what it may do."""

    key_id: UUID
    merchant_id: UUID
    scopes: frozenset[str]
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class ListedKey:
    """A key as the shop's list shows it; `created_by` is a ref, or None from a command line."""

    id: UUID
    name: str
    scopes: list[str]
    created_at: datetime
    created_by: str | None
    used_at: datetime | None
    revoked_at: datetime | None

    @property
    def ref(self) -> str:
        """Its public name."""
        return ref("key", self.id)


def create_key(
    session: Session,
    *,
    merchant_id: UUID,
    name: str,
    scopes: Iterable[str],
    at: datetime,
    by: str | None = None,
) -> str:
    """Make a key and return it; it is shown this once, only its digest is kept.

    `scopes` may be ["all"]. Raises Invalid for a scope that does not exist.
    """
    asked = set(scopes)
    wanted = SCOPES if asked == {"all"} else frozenset(asked)
    if not wanted or wanted - SCOPES:
        raise Invalid({"scopes": [_CHOOSE]})
    key_id = new_id()
    key = "lp_" + secrets.token_urlsafe(32)
    session.add(
        ApiKey(
            merchant_id=merchant_id,
            id=key_id,
            name=name,
            scopes=sorted(wanted),
            created_at=at,
            created_by=by,
        )
    )
    session.flush()
    enter(session, kind="key", text=key, merchant_id=merchant_id, target_id=key_id)
    return key


def hand_out(
    session: Session, *, duty: Duty, name: str, scopes: Iterable[str], at: datetime
) -> str:
    """The same by somebody of the shop, whose act it is."""
    shop, by = duty.merchant_id, duty.actor
    key = create_key(session, merchant_id=shop, by=by, name=name, scopes=scopes, at=at)
    found = look_up(session, kind="key", text=key)
    assert found is not None, "entered a line above"
    note(session, duty=duty, act="key.create", target=ref("key", found.target_id), at=at)
    return key


def take_back(session: Session, *, duty: Duty, key_ref: str, at: datetime) -> None:
    """End a key of the shop at once, if that was not done before. Raises Unknown("key")."""
    key_id = parse_ref("key", key_ref)
    row = session.get(ApiKey, (duty.merchant_id, key_id)) if key_id else None
    if row is None:
        raise Unknown("key")
    if row.revoked_at is None:
        revoke_key(session, merchant_id=duty.merchant_id, key_id=row.id, at=at)
        note(session, duty=duty, act="key.revoke", target=key_ref, at=at)


def list_keys(session: Session, *, merchant_id: UUID) -> list[ListedKey]:
    """The shop's keys, the newest first, those that were taken back too."""
    columns = [_KEY.c[name] for name in ListedKey.__dataclass_fields__]
    rows = session.execute(
        sa.select(*columns)
        .where(_KEY.c.merchant_id == merchant_id)
        .order_by(_KEY.c.id.desc())
        .limit(_SHOWN_MAX)
    )
    return [ListedKey(*row) for row in rows]


def saw(session: Session, *, key: KeyFacts, at: datetime) -> None:
    """Keep that the key was used just now."""
    session.execute(
        sa.update(_KEY)
        .where(_KEY.c.merchant_id == key.merchant_id, _KEY.c.id == key.key_id)
        .values(used_at=at)
    )


_FIND = (
    sa.select(_KEY.c.id, _KEY.c.merchant_id, _KEY.c.scopes, _KEY.c.used_at, _DIRECTORY.c.digest)
    .join(
        _DIRECTORY,
        sa.and_(
            _DIRECTORY.c.merchant_id == _KEY.c.merchant_id,
            _DIRECTORY.c.target_id == _KEY.c.id,
            _DIRECTORY.c.kind == "key",
        ),
    )
    .where(_DIRECTORY.c.digest == sa.bindparam("digest"), _KEY.c.revoked_at.is_(None))
)


def find_key(session: Session, *, presented: str) -> KeyFacts | None:
    """The key as presented in a request, or None: unknown and revoked look the same."""
    row = session.execute(_FIND, {"digest": digest(presented)}).first()
    if row is None or not hmac.compare_digest(row.digest, digest(presented)):
        return None
    return KeyFacts(
        key_id=row.id,
        merchant_id=row.merchant_id,
        scopes=frozenset(row.scopes),
        used_at=row.used_at,
    )


def revoke_key(session: Session, *, merchant_id: UUID, key_id: UUID, at: datetime) -> None:
    """End a key at once. Raises Unknown("key")."""
    done = session.execute(
        sa.update(ApiKey)
        .where(ApiKey.merchant_id == merchant_id, ApiKey.id == key_id)
        .values(revoked_at=at)
    )
    if rows_changed(done) != 1:
        raise Unknown("key")
