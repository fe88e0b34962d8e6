"""Small rooms: files, functions and parameters stay as small as the house style says."""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("loyalty", "tests", "bench", "migrations")
FILE_LINES_MAX = 300
FUNCTION_LINES_MAX = 50
PARAMETERS_MAX = 6
BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "service", "misc"}
# A first migration makes every table in one go: its length is the length of the schema.
LONG_BY_NATURE = "migrations/versions/"


def sources(*folders):
    """Every Python file of ours below these folders, by its path from the root."""
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    found += [ROOT / "run.py", ROOT / "hatch_build.py"] if "loyalty" in folders else []
    assert found
    return {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in found}


@cache
def functions(text):
    """Every function in it."""
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    return [node for node in ast.walk(ast.parse(text)) if isinstance(node, kinds)]


def lines_of(node):
    """The lines of the body: what it says of itself first is not counted."""
    first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
    return node.end_lineno - first.lineno + 1


def parameters_of(node):
    """What a function asks for beside what it works on, which comes first: mostly the session."""
    every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return [each.arg for each in every if each.arg not in ("self", "cls")][1:]


def test_no_file_is_longer_than_a_reader_keeps_in_mind():
    long = {
        name: text.count("\n")
        for name, text in sources(*FOLDERS).items()
        if text.count("\n") > FILE_LINES_MAX and LONG_BY_NATURE not in name
    }
    assert not long


def test_no_function_is_longer_than_a_page():
    long = {
        f"{name}: {node.name}": lines_of(node)
        for name, text in sources(*FOLDERS).items()
        if LONG_BY_NATURE not in name
        for node in functions(text)
        if lines_of(node) > FUNCTION_LINES_MAX
    }
    assert not long


def test_no_function_asks_for_more_than_six_things_beside_what_it_works_on():
    greedy = {
        f"{name}: {node.name}": len(parameters_of(node))
        for name, text in sources("loyalty").items()
        for node in functions(text)
        if len(parameters_of(node)) > PARAMETERS_MAX
    }
    assert not greedy


def test_no_file_is_named_for_nothing_in_particular():
    vague = [name for name in sources(*FOLDERS) if Path(name).stem in BANNED_NAMES]
    assert not vague


def test_every_module_opens_with_a_sentence():
    silent = []
    for name, text in sources("loyalty", "tests", "bench").items():
        said = ast.get_docstring(ast.parse(text)) or ""
        if not said.split("\n")[0].endswith((".", ":", "?", ";")) and text.strip():
            silent.append(name)
    assert not silent


@pytest.mark.parametrize(
    ("source", "lines", "parameters"),
    [
        ('def f(session, *, a, b):\n    """Say."""\n    return a\n', 1, 2),
        ("def f(self, a, /, b=1, *c, d, **e):\n    x = 1\n\n    return x\n", 3, 2),
    ],
)
def test_the_measure_measures(source, lines, parameters):
    (node,) = functions(source)
    assert (lines_of(node), len(parameters_of(node))) == (lines, parameters)
