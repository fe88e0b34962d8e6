"""What PostgreSQL knows of tables that are being filled for the first time."""

import sqlalchemy as sa

from loyalty.core.db import Database

# Twice as large as when they were last looked at, of those that were small then: in pages.
_LOOK = sa.text(
    """
DO $$
DECLARE grown text;
BEGIN
    FOR grown IN
        SELECT format('%I', relname) FROM pg_class
        WHERE relkind = 'r' AND relnamespace = to_regnamespace(current_schema())
          AND relpages < 100 AND pg_relation_size(oid) >= 2 * 8192 * greatest(relpages, 1)
    LOOP
        EXECUTE 'ANALYZE (SKIP_LOCKED) ' || grown;
    END LOOP;
END $$"""
)


def learn(database: Database) -> None:
    """Let it look at small tables that have grown since; later on it does so often enough itself.

    For a table of a few pages it plans to read them all, and keeps to that while the table grows:
    the check of each foreign key then walks through the rows instead of looking one up. A table
    that somebody else is looking at is left to them: nobody waits for this.
    """
    if database.dialect != "postgresql":
        return
    with database.write() as session:
        session.execute(_LOOK)
