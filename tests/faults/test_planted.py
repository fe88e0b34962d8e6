"""The suite is worth something: it kills every bug that is planted."""

import pytest

from tests import planted


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    return planted.copy_tree(tmp_path_factory.mktemp("planted"))


def test_the_guards_pass_where_no_bug_is_planted(tree):
    told = planted.sound(tree)
    assert told.startswith("sound"), told


@pytest.mark.parametrize("bug", planted.BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_is_killed(tree, bug):
    told = planted.trial(tree, bug)
    assert told.startswith("killed"), told
