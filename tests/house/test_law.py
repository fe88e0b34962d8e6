"""The house rules that no tool knows, read from the code: who commits, who asks the time."""

import ast
import importlib
import pkgutil
from functools import cache
from pathlib import Path

import pytest

import loyalty
from loyalty import tables
from loyalty.core.db import Base

ROOT = Path(__file__).resolve().parents[2]
EXACT = ("ledger", "counter", "programs", "cards", "customers")
DOMAIN = (*EXACT, "core", "merchants", "imports", "feedback", "campaigns")
# Beside the clock: ids grow with time, and a log line has the time at which it was made.
TIMERS = ("loyalty/core/clock.py", "loyalty/core/ids.py", "loyalty/web/observe.py")
COMMIT = "loyalty/core/db.py"
# Their SQL is put together from the names of our own tables, of which no request knows.
COMPOSED = ("loyalty/core/triggers.py", "loyalty/core/bulk.py", "loyalty/audit.py")


@cache
def trees(*packages):
    """The parsed files of these packages of the product, or of all of it."""
    folders = [ROOT / "loyalty" / package for package in packages] or [ROOT / "loyalty"]
    found = {}
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            found[path.relative_to(ROOT).as_posix()] = parsed(path)
    assert found
    return found


@cache
def parsed(path):
    """A file as Python reads it."""
    return ast.parse(path.read_text("utf-8"))


def breaches(found, breaks, *, allowed=()):
    """Where a rule is broken: file and line."""
    return [
        f"{name}:{node.lineno}"
        for name, tree in found.items()
        if name not in allowed
        for node in ast.walk(tree)
        if breaks(node)
    ]


def method(node, *names):
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in names
    )


# --- the rules -----------------------------------------------------------------------------------


def commits(node):
    return method(node, "commit", "begin_nested")


def asks_the_time(node):
    """datetime.now and its kin; time.monotonic and time.perf_counter measure, they tell no time."""
    asked = method(node, "now", "utcnow", "today", "time", "fromtimestamp")
    return asked and ast.unparse(node.func).startswith(
        ("datetime.", "dt.", "date.", "time.", "datetime.datetime.", "datetime.date.")
    )


def is_inexact(node):
    """A float by name, by literal, by division, or by a rounding that only floats need."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, float | complex)
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Div) and not is_fraction(node)
    if isinstance(node, ast.AugAssign):
        return isinstance(node.op, ast.Div)
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "round"
    return isinstance(node, ast.Name) and node.id in ("float", "Decimal", "complex")


# Division of exact fractions, which stay exact: the only places that divide.
FRACTIONS = {
    "(total - by_amount) / total",
    "Fraction(amount) * (line.quantity_milli - back.milli) / line.quantity_milli",
    "Fraction(line.amount_minor or 0) * base / paid",
    "counted * _net(line, back) / line.amount_minor",
}


def is_fraction(node):
    return ast.unparse(node) in FRACTIONS


def composes_sql(node):
    """Text with something put into it, handed to the database. A PRAGMA cannot be said otherwise:
    it takes no parameters, and ours hold constants."""
    asked = method(node, "execute", "exec_driver_sql", "scalars", "scalar", "text", "executemany")
    return asked and any(
        is_composed(each) and not ast.unparse(each).startswith("f'PRAGMA ") for each in node.args
    )


def is_composed(node):
    if isinstance(node, ast.JoinedStr):
        return True
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        return any(is_text(side) for side in (node.left, node.right))
    return method(node, "format", "join") and is_text(node.func.value)


def is_text(node):
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def swallows(node):
    """An error caught, and nothing done or said about it."""
    if not isinstance(node, ast.ExceptHandler):
        return False
    broad = node.type is None or ast.unparse(node.type) in ("Exception", "BaseException")
    return broad and all(isinstance(each, ast.Pass | ast.Continue) for each in node.body)


def takes_session_late(node):
    """An operation's session comes first."""
    if not isinstance(node, ast.FunctionDef):
        return False
    names = [each.arg for each in [*node.args.args, *node.args.kwonlyargs]]
    own = [name for name in names if name not in ("self", "cls")]
    return "session" in own and own[0] != "session"


def pages_by_counting(node):
    """The thousandth page reads all pages before it; a key to begin after costs the same always."""
    is_text_of_sql = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return method(node, "offset") or (is_text_of_sql and " OFFSET " in f" {node.value} ")


def lists_without_keys(node):
    """A call of the API that takes a part of a list, and does not make its page by the keys."""
    if not isinstance(node, ast.FunctionDef):
        return False
    asked = " ".join(map(ast.unparse, node.decorator_list))
    body = " ".join(map(ast.unparse, node.body))
    return "PageQuery" in asked and not ("page(" in body and "cursor" in body)


# --- hold ----------------------------------------------------------------------------------------


def test_nobody_commits_but_write():
    assert not breaches(trees(), commits, allowed=(COMMIT,))


def test_nobody_asks_the_time_but_the_clock():
    assert not breaches(trees(), asks_the_time, allowed=TIMERS)


def test_no_float_comes_near_units_and_money():
    assert not breaches(trees(*EXACT), is_inexact)


def test_every_division_of_fractions_that_is_named_is_still_there():
    divided = {
        ast.unparse(node)
        for tree in trees(*EXACT).values()
        for node in ast.walk(tree)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)
    }
    assert divided == FRACTIONS


def test_no_statement_is_put_together_from_pieces():
    assert not breaches(trees(), composes_sql, allowed=COMPOSED)


def test_no_error_vanishes():
    assert not breaches(trees(), swallows)


def test_no_list_is_paged_by_counting_rows():
    assert not breaches(trees(), pages_by_counting)
    assert not breaches(trees("api"), lists_without_keys)


def test_an_operations_session_comes_first():
    assert not breaches(trees(*DOMAIN), takes_session_late)


def test_every_table_is_reached_by_the_one_list_of_tables():
    for module in pkgutil.walk_packages(loyalty.__path__, "loyalty."):
        if module.name.endswith("models") or module.name == "loyalty.core.outbox":
            assert importlib.import_module(module.name) in tables.MODULES, module.name
    assert Base.metadata is tables.METADATA
    declared = {mapper.class_.__module__ for mapper in Base.registry.mappers}
    assert declared <= {module.__name__ for module in tables.MODULES}


@pytest.mark.parametrize("table", tables.METADATA.sorted_tables, ids=lambda table: table.name)
def test_moments_end_in_at_days_in_on_and_money_in_minor(table):
    for column in table.columns:
        kind, name = type(column.type).__name__, column.name
        if kind == "UtcDateTime":
            assert name == "at" or name.endswith("_at"), f"{table.name}.{name}"
        if kind == "Date":
            assert name.endswith("_on"), f"{table.name}.{name}"
        if name != "tax_code" and any(word in name for word in ("amount", "tax", "discount")):
            assert name.endswith("_minor"), f"{table.name}.{name}"
        assert kind not in ("Float", "Numeric", "Double"), f"{table.name}.{name}"


# --- and each rule is one that can be broken -----------------------------------------------------


@pytest.mark.parametrize(
    ("breaks", "broken", "kept"),
    [
        (commits, "session.commit()", "session.flush()"),
        (asks_the_time, "datetime.now(UTC)", "clock.now()"),
        (asks_the_time, "date.today()", "time.monotonic()"),
        (asks_the_time, "time.time()", "datetime.combine(day, noon)"),
        (is_inexact, "a / b", "a // b"),
        (is_inexact, "x = 0.5", "x = 5"),
        (is_inexact, "def f(a: float): ...", "def f(a: int): ..."),
        (is_inexact, "round(a)", "int(a)"),
        (is_inexact, "a /= b", "a //= b"),
        (composes_sql, "session.execute(f'SELECT {a}')", "session.execute('SELECT 1')"),
        (composes_sql, "sa.text('SELECT ' + a)", "sa.text(SELECT)"),
        (composes_sql, "sa.text('SELECT %s' % a)", "sa.text('SELECT :a')"),
        (composes_sql, "c.execute('SELECT {}'.format(a))", "c.execute(sa.select(a))"),
        (swallows, "try: a()\nexcept Exception: pass", "try: a()\nexcept KeyError: pass"),
        (swallows, "try: a()\nexcept: pass", "try: a()\nexcept Exception: log()"),
        (pages_by_counting, "query.offset(50)", "query.limit(50)"),
        (pages_by_counting, "'SELECT 1 LIMIT 2 OFFSET 3'", "'the offset of a time'"),
        (
            lists_without_keys,
            "@call(PageQuery)\ndef f(query): return rows(query['limit'])",
            "@call(PageQuery)\ndef f(query): return page(rows(query.get('cursor')))",
        ),
        (takes_session_late, "def f(at, session): ...", "def f(session, at): ..."),
        (takes_session_late, "def f(at, *, session): ...", "def f(self, session): ..."),
    ],
)
def test_a_rule_tells_what_breaks_it_from_what_keeps_it(breaks, broken, kept):
    assert breaches({"x": ast.parse(broken)}, breaks)
    assert not breaches({"x": ast.parse(kept)}, breaks)
