"""A shop made large: every customer of a small one, with all that is theirs, written many times.

What the product wrote is copied by the database itself, in the order of time; so each copy is as
true as its pattern. Only names differ. The last 20 bits of an id become the number of the copy, and
with them the last letters of refs, tokens and codes, wherever they stand. The triggers and foreign
keys are passed by meanwhile; `orphans` and the audit prove afterwards that nothing got past them.
"""

import re
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bench.pattern import Pattern
from bench.unguarded import unguarded
from loyalty.cards.models import CardToken
from loyalty.cards.tokens import CODE_LETTERS
from loyalty.core import bulk
from loyalty.core.db import Database, Id, Json, table
from loyalty.core.ids import REF_LETTERS, encode
from loyalty.core.signing import digest
from loyalty.counter.models import Redemption
from loyalty.customers.models import Customer
from loyalty.ledger.models import Account
from loyalty.merchants.models import Directory
from loyalty.tables import METADATA

TAIL_DIGITS, TAIL_LETTERS = 5, 4  # hexadecimal digits of an id, letters of a name: 20 bits
ID_DIGITS = 32
MARK = "~"
A_SLICE = 50_000
# Links and phones are for a few days and a few people; a copy has none.
LEFT_OUT = frozenset({"card_claim", "card_device"})
_LETTERS = "[0-9A-HJKMNP-TV-Z]"
_NAME = re.compile(
    f"(?<![0-9A-Za-z])(?:{_LETTERS}{{{REF_LETTERS}}}|{_LETTERS}{{{CODE_LETTERS}}})(?![0-9A-Za-z])"
)
Row = sa.RowMapping


def multiply(database: Database, pattern: Pattern, *, times: int) -> Pattern:
    """Put so many copies of each customer of the installation's one shop in their place.

    Returns the shop with the codes of all cards, the copies of a card one after the other.
    """
    assert 0 < times < 1 << (4 * TAIL_DIGITS), "the number of a copy has 20 bits"
    with database.read() as session:
        own = Own.of(session.connection(), pattern.merchant_id)
    with unguarded(database) as connection:
        _remove(connection)
        _number_copies(connection, times)
        indexes = [index for each in own.rows for index in each.indexes]
        for index in indexes:
            index.drop(connection)
        for each in own.rows:
            _copy(connection, each, own)
        for index in indexes:  # sorting once costs less than finding each place
            index.create(connection)
        _enter(connection, own, times)
        _raise(connection, times)
    heads = [code[:-TAIL_LETTERS] for code in pattern.codes]
    tails = [encode(number, TAIL_LETTERS) for number in range(times)]
    return replace(pattern, codes=tuple(head + tail for head in heads for tail in tails))


@dataclass(frozen=True)
class Own:
    """What belongs to customers: rows by table, in the order of their keys, and their names."""

    rows: dict[sa.Table, list[Row]]
    ids: set[UUID]
    names: set[str]

    @classmethod
    def of(cls, connection: sa.Connection, merchant_id: UUID) -> "Own":
        """All that is of this shop's customers."""
        rows, ids = {}, set[UUID]()
        for each in _belongings():
            found = connection.execute(
                sa.select(each).where(each.c.merchant_id == merchant_id).order_by(*each.primary_key)
            )
            rows[each] = [row for row in found.mappings() if not _is_house_side(each, row)]
            ids |= {row[name] for row in rows[each] for name in _keys(each)}
        names = {row[name] for model, name in NAMED for row in rows[table(model)]}
        own = cls({each: found for each, found in rows.items() if found}, ids, names)
        own.prove()
        return own

    def prove(self) -> None:
        """Without their tails names still differ: else copies would meet."""
        for named in (self.names, {key.hex for key in self.ids}):
            for length in {len(name) for name in named}:
                same = [name for name in named if len(name) == length]
                cut = TAIL_DIGITS if length == ID_DIGITS else TAIL_LETTERS
                assert len({name[:-cut] for name in same}) == len(same), "two names are alike"

    def head(self, key: UUID | None) -> str | None:
        """An id in digits, those of customers without their tail."""
        if key is None:
            return None
        return key.hex[:-TAIL_DIGITS] if key in self.ids else key.hex

    def marked(self, text: str | None) -> str | None:
        """A text with a mark in place of each own name's tail."""
        if text is None:
            return None
        assert MARK not in text, "the mark is no letter of any text"
        return _NAME.sub(self._cut, text)

    def _cut(self, found: re.Match[str]) -> str:
        name = found[0]
        is_own = name in self.names or (len(name) == REF_LETTERS and _id_of(name) in self.ids)
        return name[:-TAIL_LETTERS] + MARK if is_own else name


SHOP_SUMS = {"shop_day": ("visits", "spend_minor")}
NAMED = ((CardToken, "token"), (CardToken, "code"), (Redemption, "code"))


def _belongings(left_out: frozenset[str] = LEFT_OUT) -> list[sa.Table]:
    """The tables of what customers have, in the order of need.

    They lead to a customer by a foreign key, or name one in their own key.
    """
    found = [table(Customer)]
    for each in METADATA.sorted_tables:
        targets = {key.referred_table for key in each.foreign_key_constraints}
        is_theirs = bool(targets & set(found)) or "customer_id" in each.primary_key.columns
        if each not in found and is_theirs and each.name not in left_out:
            found.append(each)
    return found


def _is_house_side(each: sa.Table, row: Row) -> bool:
    """The accounts that units come from and go to are the shop's."""
    return each is table(Account) and row["card_id"] is None


def _keys(each: sa.Table) -> list[str]:
    return [
        column.name
        for column in each.primary_key
        if isinstance(column.type, Id) and column.name != "merchant_id"
    ]


def _id_of(letters: str) -> UUID | None:
    number = 0
    for letter in letters:
        number = number * 32 + "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(letter)
    return UUID(int=number) if number < 1 << 128 else None


# --- the database copies -------------------------------------------------------------------------


def _remove(connection: sa.Connection) -> None:
    """The customers of the pattern: copies stand for them, too."""
    for each in reversed(_belongings(left_out=frozenset())):
        gone = sa.delete(each)
        if each is table(Account):
            gone = gone.where(each.c.card_id.is_not(None))
        connection.execute(gone)
    connection.execute(sa.delete(Directory).where(Directory.kind.in_(("card", "claim"))))


def _number_copies(connection: sa.Connection, copies: int) -> None:
    connection.exec_driver_sql("CREATE TEMPORARY TABLE copies (digits TEXT, letters TEXT)")
    rows = [
        {"digits": f"{number:0{TAIL_DIGITS}x}", "letters": encode(number, TAIL_LETTERS)}
        for number in range(copies)
    ]
    connection.execute(sa.text("INSERT INTO copies VALUES (:digits, :letters)"), rows)


def _copy(connection: sa.Connection, each: sa.Table, own: Own) -> None:
    """Lay the rows of a table out without their tails, then write them once for each copy."""
    is_sqlite = connection.dialect.name == "sqlite"
    staged = sa.Table(
        f"pattern_{each.name}",
        sa.MetaData(),
        sa.Column("place", sa.Integer),
        *(sa.Column(column.name, _laid_out(column)) for column in each.c),
        prefixes=["TEMPORARY"],
    )
    staged.create(connection)
    rows = [
        {"place": place, **{column.name: _staged(column, row, own) for column in each.c}}
        for place, row in enumerate(own.rows[each])
    ]
    connection.execute(staged.insert(), rows)
    columns = ", ".join(column.name for column in each.c)
    marked = {
        name
        for row in rows
        for name, value in row.items()
        if isinstance(value, str) and MARK in value
    }
    made = ", ".join(_made(column, marked, is_sqlite=is_sqlite) for column in each.c)
    # The pattern's row is the outer loop, so that rows are written in the order of time.
    joined = "CROSS JOIN copies" if is_sqlite else f"CROSS JOIN LATERAL ({_INNER}) AS copies"
    connection.exec_driver_sql(
        f"INSERT INTO {each.name} ({columns}) SELECT {made} FROM {staged.name} AS pattern {joined}"
    )
    staged.drop(connection)


_INNER = "SELECT * FROM copies AS all_copies WHERE pattern.place >= 0 OFFSET 0"


def _is_fresh(column: sa.Column[Any]) -> bool:
    """A digest that nobody else may have: of an idempotency key."""
    return column.name == "key_hash"


def _is_text(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, sa.String | Json)


def _laid_out(column: sa.Column[Any]) -> Any:
    is_named = isinstance(column.type, Id) or _is_fresh(column) or _is_text(column)
    return sa.Text() if is_named else column.type


def _staged(column: sa.Column[Any], row: Row, own: Own) -> Any:
    value = row[column.name]
    if isinstance(column.type, Id):
        return own.head(value)
    if _is_fresh(column):
        return None if value is None else value.hex()[:-TAIL_DIGITS]
    if isinstance(column.type, Json):
        return own.marked(column.type.process_bind_param(value, sa.dialects.sqlite.dialect()))
    return own.marked(value) if _is_text(column) else value


def _made(column: sa.Column[Any], marked: set[str], *, is_sqlite: bool) -> str:
    """What a column of a copy holds, in SQL."""
    name = f"pattern.{column.name}"
    whole = f"CASE WHEN length({name}) < {ID_DIGITS} THEN {name} || copies.digits ELSE {name} END"
    if isinstance(column.type, Id):
        return f"unhex({whole})" if is_sqlite else f"CAST({whole} AS uuid)"
    if _is_fresh(column):
        return f"unhex({whole})" if is_sqlite else f"decode({whole}, 'hex')"
    return f"replace({name}, '{MARK}', copies.letters)" if column.name in marked else name


def _enter(connection: sa.Connection, own: Own, copies: int) -> None:
    """The tokens of the copies, findable before anybody knows whose shop it is."""
    for row in own.rows[table(CardToken)]:
        token, card = row["token"][:-TAIL_LETTERS], row["card_id"].hex[:-TAIL_DIGITS]
        entered = [
            {
                "kind": "card",
                "digest": digest(f"{token}{encode(number, TAIL_LETTERS)}"),
                "merchant_id": row["merchant_id"],
                "target_id": UUID(hex=f"{card}{number:0{TAIL_DIGITS}x}"),
            }
            for number in range(copies)
        ]
        bulk.insert(connection, table(Directory), entered)


def _raise(connection: sa.Connection, times: int) -> None:
    """The sums that a shop keeps of all its customers together."""
    for name, columns in SHOP_SUMS.items():
        if (each := METADATA.tables.get(name)) is not None:
            grown = {column: each.c[column] * times for column in columns}
            connection.execute(sa.update(each).values(grown))
