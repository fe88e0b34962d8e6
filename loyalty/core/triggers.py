"""Triggers that only refuse: nothing in the ledger is changed or deleted, by anybody.

They compute nothing. The DDL lives here alone, is applied again after every migration (rebuilding a
table on SQLite drops its triggers silently), and `differences` compares it with the catalogue.
"""

from dataclasses import dataclass

import sqlalchemy as sa

# Which columns may change after a row is written; None: the row is frozen.
_FROZEN: dict[str, tuple[str, ...]] = {
    "ledger_operation": ("reason", "answer"),  # their words, and only of who was forgotten
    "ledger_entry": ("reasons",),
    "ledger_posting": (),
    "ledger_lot": ("remaining", "is_pending", "expires_at"),
    "ledger_extension": (),
    "ledger_account": (
        "balance",
        "debt",
        "earned_millionths",
        "moves",
        "has_waiting",
        "last_active_at",
    ),
    "visit": (
        "voided_at",
        "card_id",
        "amount_minor",
        "net_minor",
        "external_ref",
        "posting_id",
        "occasion",
        "scanned_card_id",
    ),
    "visit_move": (),
    "tier_change": (),
    "cause_payout": (),
    "visit_line": ("sku", "item", "category", "rules"),  # cleared together, once
    "visit_refund": (),
    "redemption": ("state", "used_at", "cancelled_at"),
    "consent_event": (),
    "consent_text": (),
    "email_confirmation": ("confirmed_at",),
}
_SHAPE = """
    SELECT 1 FROM ledger_account f, ledger_account t
    WHERE f.merchant_id = NEW.merchant_id AND f.id = NEW.from_id
      AND t.merchant_id = NEW.merchant_id AND t.id = NEW.to_id
      AND f.program_id = t.program_id AND f.unit = t.unit
      AND (f.kind = 'card') <> (t.kind = 'card')
      AND (NEW.lot_id IS NULL OR EXISTS (
        SELECT 1 FROM ledger_lot l WHERE l.merchant_id = NEW.merchant_id
          AND l.id = NEW.lot_id AND l.account_id IN (f.id, t.id)))
"""
# What was typed into the ledger goes with whom it was about, and never before.
_FORGOTTEN = """
    SELECT 1 FROM card k JOIN customer c ON c.merchant_id = k.merchant_id AND c.id = k.customer_id
    WHERE k.merchant_id = OLD.merchant_id AND c.erased_at IS NOT NULL AND k.id = {card}
"""
_CARD_OF_ENTRY = (
    "(SELECT a.card_id FROM ledger_account a"
    " WHERE a.merchant_id = OLD.merchant_id AND a.id = OLD.account_id)"
)
_WORDS = {
    "ledger_operation": ("reason, answer", _FORGOTTEN.format(card="OLD.card_id")),
    "ledger_entry": ("reasons", _FORGOTTEN.format(card=_CARD_OF_ENTRY)),
}
_DETAIL = "sku, item, category, rules"
_CLEARED = """
    OLD.rules IS NULL AND NEW.rules IS NOT NULL
    AND NEW.sku IS NULL AND NEW.item IS NULL AND NEW.category IS NULL
"""
# A lot never ends earlier, and never waits again.
_WORSE = """
    (OLD.expires_at IS NULL AND NEW.expires_at IS NOT NULL)
    OR NEW.expires_at < OLD.expires_at OR (NEW.is_pending AND NOT OLD.is_pending)
"""


@dataclass(frozen=True, slots=True)
class Trigger:
    """One trigger: its name, its table, and the statements that make it."""

    name: str
    table: str
    statements: tuple[str, ...]


def apply(connection: sa.Connection) -> None:
    """Drop and make every trigger; safe to repeat."""
    _drop(connection)
    for trigger in wanted(connection):
        for statement in trigger.statements:
            connection.exec_driver_sql(statement)


def wanted(connection: sa.Connection) -> list[Trigger]:
    """The triggers that this database must have."""
    if connection.dialect.name == "postgresql":
        return _postgresql(_columns(connection, _COLUMNS_POSTGRESQL))
    return _sqlite(_columns(connection, _COLUMNS_SQLITE))


def differences(connection: sa.Connection) -> list[str]:
    """What is missing, changed or switched off, in words; empty when all is as it should be."""
    there = _catalogue(connection)
    said = []
    for trigger in wanted(connection):
        if trigger.name not in there:
            said.append(f"trigger {trigger.name} on {trigger.table} is missing")
        elif there[trigger.name] != _signature(connection, trigger):
            said.append(f"trigger {trigger.name} on {trigger.table} has been changed")
    return said


_COLUMNS_POSTGRESQL = sa.text(
    "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
    "WHERE c.relnamespace = current_schema()::regnamespace AND c.relname IN :tables "
    "AND a.attnum > 0 AND NOT a.attisdropped ORDER BY c.relname, a.attnum"
)
_COLUMNS_SQLITE = sa.text(
    "SELECT t.name, c.name FROM sqlite_master AS t, pragma_table_xinfo(t.name) AS c "
    "WHERE t.type = 'table' AND t.name IN :tables AND c.hidden <> 1 ORDER BY t.name, c.cid"
)


def _columns(connection: sa.Connection, query: sa.TextClause) -> dict[str, list[str]]:
    """The columns of each frozen table, in order. Raises NoSuchTableError if one is missing."""
    columns: dict[str, list[str]] = {}
    wanted = query.bindparams(sa.bindparam("tables", list(_FROZEN), expanding=True))
    for table, column in connection.execute(wanted):
        columns.setdefault(table, []).append(column)
    for table in _FROZEN:
        if table not in columns:
            raise sa.exc.NoSuchTableError(table)
    return columns


def _frozen_columns(columns: dict[str, list[str]]) -> dict[str, list[str]]:
    return {
        table: [name for name in columns[table] if name not in free]
        for table, free in _FROZEN.items()
    }


def _sqlite(columns: dict[str, list[str]]) -> list[Trigger]:
    made = []
    for table, frozen in _frozen_columns(columns).items():
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        made.append(_lite(f"{table}_no_update", table, f"UPDATE OF {', '.join(frozen)}", refuse))
        made.append(_lite(f"{table}_no_delete", table, "DELETE", refuse))
    worse = "BEGIN SELECT RAISE(ABORT, 'nothing earned gets worse terms'); END"
    made.append(
        _lite(
            "ledger_lot_no_worse",
            "ledger_lot",
            "UPDATE OF expires_at, is_pending",
            f"WHEN {_WORSE} {worse}",
        )
    )
    stay = "BEGIN SELECT RAISE(ABORT, 'a published version is frozen'); END"
    for event in ("UPDATE", "DELETE"):
        when = f"WHEN OLD.published_at IS NOT NULL {stay}"
        made.append(_lite(f"program_version_no_{event.lower()}", "program_version", event, when))
    shape = f"WHEN NOT EXISTS ({_SHAPE}) BEGIN SELECT RAISE(ABORT, 'posting out of shape'); END"
    made.append(_lite("ledger_posting_shape", "ledger_posting", "INSERT", shape))
    dull = f"WHEN NOT ({_CLEARED}) BEGIN SELECT RAISE(ABORT, 'a line is only cleared'); END"
    made.append(_lite("visit_line_cleared", "visit_line", f"UPDATE OF {_DETAIL}", dull))
    for table, (columns_of_words, forgotten) in _WORDS.items():
        stays = f"WHEN NOT EXISTS ({forgotten}) BEGIN SELECT RAISE(ABORT, 'words stay'); END"
        made.append(_lite(f"{table}_words", table, f"UPDATE OF {columns_of_words}", stays))
    return made


def _lite(name: str, table: str, event: str, rest: str) -> Trigger:
    return Trigger(
        name, table, (f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW {rest}",)
    )


def _postgresql(columns: dict[str, list[str]]) -> list[Trigger]:
    made = []
    for table, frozen in _frozen_columns(columns).items():
        events = f"UPDATE OF {', '.join(frozen)} OR DELETE"
        made.append(_post(f"{table}_append_only", table, events, "append-only"))
        made.append(_post(f"{table}_no_truncate", table, "TRUNCATE", "append-only"))
    made.append(
        _post(
            "ledger_lot_no_worse",
            "ledger_lot",
            "UPDATE OF expires_at, is_pending",
            "nothing earned gets worse terms",
            f"IF ({_WORSE}) IS NOT TRUE THEN RETURN NEW; END IF;",
        )
    )
    made.append(
        _post(
            "program_version_frozen",
            "program_version",
            "UPDATE OR DELETE",
            "frozen",
            "IF OLD.published_at IS NULL THEN RETURN COALESCE(NEW, OLD); END IF;",
        )
    )
    made.append(
        _post(
            "ledger_posting_shape",
            "ledger_posting",
            "INSERT",
            "posting out of shape",
            f"IF EXISTS ({_SHAPE}) THEN RETURN NEW; END IF;",
        )
    )
    made.append(
        _post(
            "visit_line_cleared",
            "visit_line",
            f"UPDATE OF {_DETAIL}",
            "a line is only cleared",
            f"IF {_CLEARED} THEN RETURN NEW; END IF;",
        )
    )
    for table, (columns_of_words, forgotten) in _WORDS.items():
        unless = f"IF EXISTS ({forgotten}) THEN RETURN NEW; END IF;"
        event = f"UPDATE OF {columns_of_words}"
        made.append(_post(f"{table}_words", table, event, "words stay", unless))
    return made


def _post(name: str, table: str, event: str, message: str, unless: str = "") -> Trigger:
    each = "STATEMENT" if event == "TRUNCATE" else "ROW"
    function = (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {unless} "
        f"RAISE EXCEPTION '{table}: {message}' USING ERRCODE = '23514'; END $$"
    )
    trigger = (
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH {each} EXECUTE FUNCTION {name}()"
    )
    return Trigger(name, table, (function, trigger))


def _drop(connection: sa.Connection) -> None:
    for trigger in wanted(connection):
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {trigger.name} ON {trigger.table}")
            connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {trigger.name}()")
        else:
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {trigger.name}")


def _catalogue(connection: sa.Connection) -> dict[str, str]:
    if connection.dialect.name == "postgresql":
        rows = connection.execute(
            sa.text(
                "SELECT t.tgname, p.prosrc || t.tgenabled::text || t.tgtype::text "
                "FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal"
            )
        )
    else:
        rows = connection.execute(
            sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        )
    return {name: _squeeze(body) for name, body in rows}


_TYPE_ROW, _TYPE_BEFORE = 1, 2
_TYPE_EVENTS = {"INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}


def _signature(connection: sa.Connection, trigger: Trigger) -> str:
    if connection.dialect.name != "postgresql":
        return _squeeze(trigger.statements[0])
    function, made = trigger.statements
    body = function.split("$$")[1]
    events = made.split(" ON ")[0].split(" BEFORE ")[1]
    bits = _TYPE_BEFORE + sum(bit for word, bit in _TYPE_EVENTS.items() if word in events)
    bits += _TYPE_ROW if "FOR EACH ROW" in made else 0
    return _squeeze(f"{body}O{bits}")


def _squeeze(text: str) -> str:
    return " ".join(text.split())
