"""How Alembic reaches the database: on the connection that loyalty.schema hands it."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext

from loyalty.core.db import Id, Json, UtcDateTime

_PLAIN = {
    Id: 'sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")',
    UtcDateTime: "sa.DateTime(timezone=True)",
    Json: "sa.Text()",
}


def _render(type_: str, thing: Any, _context: AutogenContext) -> str | Literal[False]:
    """Plain column types: a migration must not change when the product's own types do."""
    if type_ == "type":
        return _PLAIN.get(type(thing), False)
    return False


def _run() -> None:
    connection: sa.Connection = context.config.attributes["connection"]
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET lock_timeout = '4s'")
    context.configure(
        connection=connection,
        target_metadata=context.config.attributes["metadata"],
        render_as_batch=True,
        render_item=_render,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()


_run()
