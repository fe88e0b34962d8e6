"""Is the process up, and is it ready: for load balancers, with no word on versions or names."""

import shutil
import threading
import time
from functools import cache

import sqlalchemy as sa
from flask import Blueprint, Response, jsonify

from loyalty.assets import asset_root
from loyalty.core import clock, db, outbox, worklist
from loyalty.core.errors import Busy
from loyalty.web import guard, reads

DISK_FREE_PERCENT_MIN = 5
_SECONDS_KEPT = 1.0  # strangers may ask often; the write lock is asked for once a second at most
_asking = threading.Lock()
_kept: tuple[float, dict[str, bool], int | None] | None = None
blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@guard.public("a load balancer asks whether the process answers")
def process() -> Response:
    """The process answers; nothing else is asked."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@guard.public("a load balancer asks whether to send visitors")
def ready() -> tuple[Response, int]:
    """The database takes writes, its schema is current, and the disk has room.

    `outbox_lag_s`: for how many seconds the oldest event or job that is due has been waiting for a
    worker, null if that cannot be known. A worker that is late is no reason to send visitors away.
    """
    checks, lag_s = _checked()
    good = all(checks.values())
    status = "ok" if good else "not ready"
    return jsonify(status=status, outbox_lag_s=lag_s, **checks), 200 if good else 503


def _checked() -> tuple[dict[str, bool], int | None]:
    global _kept  # noqa: PLW0603  # one answer a process
    with _asking:
        if _kept is None or time.monotonic() - _kept[0] > _SECONDS_KEPT:
            checks = {"database": _takes_writes(), "schema": False, "disk": _has_room()}
            checks["schema"] = checks["database"] and _is_at_head()
            _kept = (time.monotonic(), checks, _lag_s() if checks["schema"] else None)
        return _kept[1:]


def _takes_writes() -> bool:
    try:
        with db.write() as session:
            session.execute(sa.text("SELECT 1"))
    except (Busy, sa.exc.SQLAlchemyError):
        return False
    return True


def _is_at_head() -> bool:
    try:
        found = reads.session().execute(sa.text("SELECT version_num FROM alembic_version"))
        return set(found.scalars()) == _heads()
    except sa.exc.SQLAlchemyError:
        return False


def _lag_s() -> int | None:
    at = clock.now()
    try:
        records = reads.session()
        return max(outbox.lag_s(records, at=at), worklist.lag_s(records, at=at))
    except sa.exc.SQLAlchemyError:
        return None


@cache
def _heads() -> set[str]:
    from alembic.config import Config  # noqa: PLC0415  # slow, and not needed to start
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(asset_root() / "migrations"))
    return set(ScriptDirectory.from_config(config).get_heads())


def _has_room() -> bool:
    disk = shutil.disk_usage(db.current().settings.data)
    return disk.free * 100 >= disk.total * DISK_FREE_PERCENT_MIN
