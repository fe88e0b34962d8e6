"""A drift of the roll-ups is found, named and put right, by the audit and by `loyalty rebuild`."""

import json

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from loyalty.audit import ROLLUPS, audit
from loyalty.cli import main
from loyalty.core.ids import ref
from loyalty.counter.rollups.figures import DAYS, PARTS, STATS
from loyalty.merchants.models import Merchant
from tests.domain.eventful import live
from tests.domain.lived import copied, lived
from tests.domain.summed import TABLES, kept
from tests.domain.test_audit import damage


@pytest.fixture(scope="module")
def story_file(sqlite_template, tmp_path_factory):
    """A file in which everything has happened, lived once and damaged many times."""
    return lived(sqlite_template, tmp_path_factory.mktemp("story"), live)


@pytest.fixture
def copy(story_file, tmp_path):
    """A copy of that file to damage."""
    with copied(story_file, tmp_path) as database:
        yield database


@pytest.fixture
def command(copy, monkeypatch):
    """`loyalty rebuild` on the copy; the exit code and what it says."""
    monkeypatch.setenv("LOYALTY_DATA", str(copy.settings.data))
    monkeypatch.setenv("DATABASE_URL", copy.settings.database_url)
    monkeypatch.setenv("LC_ALL", "it_IT.UTF-8")

    def invoke(*words):
        result = CliRunner().invoke(main, ["rebuild", *words])
        return result.exit_code, result.stdout

    return invoke


DRIFT = {
    "member_stats": "UPDATE member_stats SET visit_days = visit_days + 1",
    "member_month": "UPDATE member_month SET spend_minor = spend_minor - 1",
    "member_hour": "DELETE FROM member_hour",
    "member_product": "INSERT INTO member_product SELECT merchant_id, customer_id, 'x', 1, 1000"
    " FROM member_stats",
    "shop_day": "UPDATE shop_day SET visits = visits + 1",
}


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("table", DRIFT)
def test_a_drift_is_named_by_the_audit_and_put_right_by_the_command(copy, command, table, engine):
    assert set(DRIFT) == {kind.table.name for kind in TABLES}
    before = kept(copy)
    with copy.write() as session:
        session.execute(sa.text(DRIFT[table]))
    with copy.read() as session:
        (found,) = [each for each in audit(session) if each.rule == ROLLUPS]
    assert table in found.where[0]
    code, said = command("--check")
    assert (code, table in said) == (1, True)
    assert "differenze" in said
    code, said = command("--json")
    told = json.loads(said)
    assert (code, told["same"], told["count"]) == (0, False, found.count)
    assert {each["table"] for each in told["differences"]} == {table}
    assert all(each["it"] != each["en"] for each in told["differences"])
    assert kept(copy) == before
    assert command("--check")[0] == 0
    assert "tutto torna" in command()[1]


@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_command_makes_everything_anew_of_one_shop_only(copy, command, engine):
    before = kept(copy)
    with copy.write() as session:
        for kind in (*PARTS, STATS, DAYS):
            session.execute(sa.delete(kind.table))
        merchant = ref("mer", session.execute(sa.select(Merchant.id)).scalar_one())
    assert command("--merchant", "mer_nobody")[0] == 2
    assert command("--check", "--merchant", merchant)[0] == 1
    assert command("--merchant", merchant)[0] == 0
    assert kept(copy) == before


@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_command_ends_with_2_where_there_are_no_roll_ups(copy, command, engine):
    damage(copy, "DROP TABLE member_month")
    assert command("--check")[0] == 2
