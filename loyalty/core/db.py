"""The database: column types, two engines, and the only place where a write begins and ends."""

import contextlib
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Session

from loyalty.core.errors import Busy
from loyalty.core.settings import Settings
from loyalty.core.sqlite import sqlite_module
from loyalty.core.writers import WriterQueue

log = logging.getLogger(__name__)

LOCK_WAIT_S = 10
_PATIENT, _PATIENCE_MS = f"busy_timeout={LOCK_WAIT_S * 1000}", 200
POOL_SIZE = 8
CACHE_MB, WORKER_CACHE_MB = 32, 8  # of one connection; a worker walks through more than it keeps
_SQLITE_PASSING = ("locked", "busy", "disk is full", "disk I/O error", "unable to open")
_RETRYABLE = {"40001", "40P01", "55P03"}  # serialization failure, deadlock, lock not available


def _bytes_of(value: UUID | None) -> bytes | None:
    return None if value is None else value.bytes


class Id(sa.types.TypeDecorator[UUID]):
    """A UUID: 16 bytes on SQLite, the native type on PostgreSQL."""

    impl = sa.LargeBinary(16)
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """The dialect's own type."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.Uuid())
        return dialect.type_descriptor(sa.LargeBinary(16))

    def process_bind_param(self, value: UUID | None, dialect: sa.Dialect) -> Any:
        """A UUID to what the driver takes."""
        if value is None or dialect.name == "postgresql":
            return value
        return value.bytes

    def bind_processor(self, dialect: sa.Dialect) -> Any:
        """The same without the two calls around it: every row binds several ids."""
        return None if dialect.name == "postgresql" else _bytes_of

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> UUID | None:
        """What the driver gives to a UUID."""
        if value is None or dialect.name == "postgresql":
            return value  # type: ignore[no-any-return]  # the driver gives a UUID
        return UUID(bytes=value)


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An aware moment in UTC; SQLite keeps it without zone, PostgreSQL with."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> Any:
        """Aware to UTC; a naive time is a bug of ours and stops here."""
        if value is None:
            return None
        assert value.tzinfo is not None, "times are aware"
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, _: sa.Dialect) -> datetime | None:
        """Always aware, always UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(sa.types.TypeDecorator[Any]):
    """A JSON value in a text column: read whole or not at all, never searched."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, _: sa.Dialect) -> str | None:
        """Compact and with sorted keys, so that equal values are equal text."""
        if value is None:
            return None
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def process_result_value(self, value: str | None, _: sa.Dialect) -> Any:
        """Back to plain values."""
        return None if value is None else json.loads(value)


class Base(DeclarativeBase):
    """The base of all tables; constraints are named by one convention, for migrations."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Database:
    """Two engines on one database: reads that hold nothing, and writes that begin at once."""

    def __init__(self, settings: Settings, *, cache_mb: int = CACHE_MB) -> None:
        self.settings = settings
        self.dialect = "sqlite" if settings.is_sqlite else "postgresql"
        self._queue: WriterQueue | None = None
        if settings.is_sqlite:
            path = Path(settings.database_url.removeprefix("sqlite:///"))
            path.parent.mkdir(parents=True, exist_ok=True)
            self._queue = WriterQueue(path.with_name(path.name + ".writer"), wait_s=LOCK_WAIT_S)
        self.write_engine = _engine(settings, writes=True, cache_mb=cache_mb)
        self.read_engine = _engine(settings, writes=False, cache_mb=cache_mb)

    @contextlib.contextmanager
    def write(self) -> Iterator[Session]:
        """The one write transaction: committed at the end of the block, rolled back on any error.

        Raises Busy when the turn does not come, on a deadlock, and when the database is away.
        """
        with self._queue.turn() if self._queue else contextlib.nullcontext():
            session = Session(self.write_engine, expire_on_commit=False, autoflush=True)
            try:
                with _busy_when_locked():
                    yield session
                    session.commit()
            finally:
                session.close()

    @contextlib.contextmanager
    def read(self) -> Iterator[Session]:
        """A group of reads that agree with each other: one snapshot, no locks, no writes."""
        options: dict[str, Any] = {"snapshot": True}
        if self.dialect == "postgresql":
            options["isolation_level"] = "REPEATABLE READ"
        session = Session(self.read_engine.execution_options(**options), expire_on_commit=False)
        try:
            with _busy_when_locked():
                yield session
        finally:
            session.rollback()
            session.close()

    def forget_overwritten(self) -> None:
        """Let SQLite drop pages as they were; PostgreSQL vacuums by itself."""
        if self._queue is None:
            return
        with self._queue.turn(), contextlib.closing(self.write_engine.raw_connection()) as wire:
            for said in (f"busy_timeout={_PATIENCE_MS}", "wal_checkpoint(TRUNCATE)", _PATIENT):
                wire.cursor().execute(f"PRAGMA {said}")

    def dispose(self) -> None:
        """Close every connection."""
        self.write_engine.dispose()
        self.read_engine.dispose()
        if self._queue:
            self._queue.close()


@contextlib.contextmanager
def _busy_when_locked() -> Iterator[None]:
    try:
        yield
    except sa.exc.OperationalError as error:
        if not _may_pass(error):
            raise
        log.warning("database not available: %s", type(error.orig).__name__)
        raise Busy from error


def _may_pass(error: sa.exc.OperationalError) -> bool:
    """Whether trying again may help: a lock, a deadlock, a lost connection, a full disk."""
    if error.connection_invalidated or getattr(error.orig, "sqlstate", None) in _RETRYABLE:
        return True
    if type(error.orig).__module__.startswith("psycopg"):
        return getattr(error.orig, "sqlstate", None) is None  # there was no server to answer
    return any(word in str(error.orig) for word in _SQLITE_PASSING)


def _engine(settings: Settings, *, writes: bool, cache_mb: int) -> sa.Engine:
    if settings.is_sqlite:
        return _sqlite_engine(settings, writes=writes, cache_mb=cache_mb)
    options: dict[str, Any] = {} if writes else {"isolation_level": "AUTOCOMMIT"}
    return sa.create_engine(
        settings.database_url,
        pool_size=POOL_SIZE,
        max_overflow=POOL_SIZE,
        pool_pre_ping=False,
        pool_recycle=1800,
        connect_args={
            "prepare_threshold": 1,
            "options": f"-c lock_timeout={LOCK_WAIT_S}s -c timezone=UTC",
        },
        **options,
    )


def _sqlite_engine(settings: Settings, *, writes: bool, cache_mb: int) -> sa.Engine:
    module = sqlite_module()
    engine = sa.create_engine(
        settings.database_url,
        module=module,
        pool_size=POOL_SIZE,
        max_overflow=POOL_SIZE,
        connect_args={"timeout": LOCK_WAIT_S, "check_same_thread": False},
    )

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        # The driver's own transactions begin too late for us; BEGIN is said below.
        connection.isolation_level = None
        connection.execute(f"PRAGMA {_PATIENT}")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        # Else INSERT OR REPLACE deletes without asking the triggers that refuse it.
        connection.execute("PRAGMA recursive_triggers=ON")
        # What is erased must not lie on in the file.
        connection.execute("PRAGMA secure_delete=ON")
        cache = f"cache_size={-1_000 * cache_mb}"
        for said in (cache, "temp_store=MEMORY", f"query_only={int(not writes)}"):
            connection.execute(f"PRAGMA {said}")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        if writes:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        elif connection.get_execution_options().get("snapshot"):
            connection.exec_driver_sql("BEGIN")

    return engine


def table(model: type[Base]) -> sa.Table:
    """The model's table, for statements that build no objects: the hot path writes with these."""
    return cast(sa.Table, model.__table__)


def rows_changed(result: sa.Result[Any]) -> int:
    """How many rows an UPDATE or DELETE touched."""
    return cast(sa.CursorResult[Any], result).rowcount


_current: Database | None = None


def use(database: Database | None) -> None:
    """Make `database` the one that `write()` and `read()` of this process work on."""
    global _current  # noqa: PLW0603  # one database a process, set by its entry point
    _current = database


def current() -> Database:
    """The database in use."""
    assert _current is not None, "no database in use: call core.db.use first"
    return _current


def write() -> contextlib.AbstractContextManager[Session]:
    """A write on the database in use, as in Database.write."""
    return current().write()


def read() -> contextlib.AbstractContextManager[Session]:
    """A read on the database in use, as in Database.read."""
    return current().read()


@contextlib.contextmanager
def part(session: Session) -> Iterator[None]:
    """A part of a write: an error that leaves the block undoes the part, and not the write."""
    with session.begin_nested():
        yield
