"""Keys with which other programs act for a merchant."""

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.db import rows_changed, table
from loyalty.core.errors import Invalid, Unknown
from loyalty.core.ids import new_id
from loyalty.core.signing import digest
from loyalty.core.text import Text
from loyalty.merchants.directory import enter
from loyalty.merchants.models import ApiKey, Directory

_THINGS = ("customers", "cards", "visits", "redemptions", "programs", "campaigns", "webhooks")
SCOPES = frozenset(
    [f"{thing}:{verb}" for thing in _THINGS for verb in ("read", "write")]
    + ["metrics:read", "adjust:write", "visits:backdate"]
)
_CHOOSE = Text(
    f"scegli tra: all, {', '.join(sorted(SCOPES))}",
    f"choose from: all, {', '.join(sorted(SCOPES))}",
)


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """A living key: whose it is and what it may do."""

    key_id: UUID
    merchant_id: UUID
    scopes: frozenset[str]


def create_key(
    session: Session, *, merchant_id: UUID, name: str, scopes: Iterable[str], at: datetime
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
        ApiKey(merchant_id=merchant_id, id=key_id, name=name, scopes=sorted(wanted), created_at=at)
    )
    session.flush()
    enter(session, kind="key", text=key, merchant_id=merchant_id, target_id=key_id)
    return key


_KEY, _DIRECTORY = table(ApiKey), table(Directory)
_FIND = (
    sa.select(_KEY.c.id, _KEY.c.merchant_id, _KEY.c.scopes, _DIRECTORY.c.digest)
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
    return KeyFacts(key_id=row.id, merchant_id=row.merchant_id, scopes=frozenset(row.scopes))


def revoke_key(session: Session, *, merchant_id: UUID, key_id: UUID, at: datetime) -> None:
    """End a key at once. Raises Unknown("key")."""
    done = session.execute(
        sa.update(ApiKey)
        .where(ApiKey.merchant_id == merchant_id, ApiKey.id == key_id)
        .values(revoked_at=at)
    )
    if rows_changed(done) != 1:
        raise Unknown("key")
