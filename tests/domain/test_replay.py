"""Replay: the whole log told again gives the same balances, lots, levels and pledges."""

import itertools
import json
import os

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from loyalty.cli import main
from loyalty.core.ids import ref
from loyalty.counter.receipts import PREFIX
from loyalty.replay import portions
from loyalty.replay.differences import WORDS
from loyalty.replay.whole import CouldNotReplay, replay
from tests.builders import open_shop
from tests.domain import wider
from tests.domain.eventful import KINDS, RULES, Days, do, live
from tests.domain.lived import copied, lived
from tests.domain.test_audit import damage
from tests.domain.test_machines import run

ENTRIES = "earn take spend give expire adjust forgive activate extend merge return"
CHANGES = "up kept grace down revoked moved rules merged unmerged notice"
_CAUSE = "(SELECT id FROM ledger_account WHERE kind = 'card' AND unit LIKE 'cause.%')"
# What somebody with a file and a grudge could do, by what must be found.
DAMAGE = {
    "balance": "UPDATE ledger_account SET balance = balance + 1 WHERE kind = 'card'",
    "debt": "UPDATE ledger_account SET debt = debt + 1 WHERE kind = 'card'",
    "exact": "UPDATE ledger_account SET earned_millionths = earned_millionths + 1",
    "waiting": "UPDATE ledger_account SET has_waiting = NOT has_waiting WHERE kind = 'card'",
    "entry": "UPDATE ledger_entry SET units = units + 1 WHERE kind = 'earn'",
    "entry_balance": "UPDATE ledger_entry SET balance_after = balance_after + 1",
    "millionths": "UPDATE ledger_entry SET millionths = millionths + 1 WHERE kind = 'take'",
    "covered": "UPDATE ledger_entry SET covered = covered + 1 WHERE kind = 'take'",
    "returned": "UPDATE ledger_entry SET units = units + 1 WHERE kind = 'return'",
    "spent": """UPDATE redemption SET cost = '{"points":1,"stamps":1}'""",
    "lot": "UPDATE ledger_lot SET remaining = remaining - 1 WHERE remaining > 0",
    "lot_size": "UPDATE ledger_lot SET units = units + 1",
    "lot_waits": "UPDATE ledger_lot SET is_pending = NOT is_pending WHERE active_at NOT NULL",
    "lot_end": "UPDATE ledger_lot SET expires_at = '2031-01-01 00:00:00.000000'",
    "lot_life": "UPDATE ledger_account SET last_active_at = '2031-01-01 00:00:00.000000'",
    "net": "UPDATE visit SET net_minor = net_minor + 1",
    "visit_card": "UPDATE visit SET card_id = (SELECT id FROM card c WHERE c.id <> card_id)",
    "visit_posting": "UPDATE visit SET posting_id = NULL",
    "voided": "UPDATE visit SET voided_at = NULL",
    "occasion": """UPDATE visit SET occasion = replace(occasion, '"clock":"1', '"clock":"0')""",
    "redemption": "UPDATE redemption SET state = 'reserved'",
    "used": "UPDATE redemption SET used_at = NULL",
    "cancelled": "UPDATE redemption SET cancelled_at = NULL",
    "stock": "UPDATE reward_stock SET given = given + 1",
    "level": "UPDATE tier_change SET level = 'platinum' WHERE kind = 'up'",
    "review": "DELETE FROM tier_change WHERE kind IN ('kept', 'grace', 'down')",
    "merged": "UPDATE card SET merged_into_id = NULL",
    "pledged": f"UPDATE ledger_account SET balance = balance + 1 WHERE id IN {_CAUSE}",
    "held": f"UPDATE ledger_lot SET remaining = remaining + 1 WHERE account_id IN {_CAUSE}",
    "log": "DELETE FROM visit",
}
# These are of a shop as a whole; all others name a card.
OF_A_SHOP = {"stock", "pledged", "held"}
OF_A_UNIT = {"balance", "debt", "exact", "waiting", "entry", "entry_balance", "millionths"}
OF_A_UNIT |= {"covered", "spent", "returned"}
OF_A_UNIT |= {what for what in WORDS if what.startswith("lot")}
# A number of the past that everything else hangs on: what was sold, and by which rules.
PAST = {
    "an amount": "UPDATE visit_line SET amount_minor = amount_minor + 100",
    "a quantity": "UPDATE visit_line SET quantity_milli = 9000 WHERE category = 'coffee'",
    "a rate": """UPDATE program_version SET document = replace(document, '{"amount_minor":70}',
                 '{"amount_minor":71}')""",
    "a pledge": "UPDATE program_version SET document = replace(document, '[2,100]', '[3,100]')",
    "a level": "UPDATE program_version SET document = replace(document, '2000', '2001000')",
    "a refund": "UPDATE visit_refund SET amount_minor = amount_minor - 1 WHERE amount_minor > 1",
}
STEADY = settings(
    derandomize=not os.environ.get("WILD"),
    database=None,
    deadline=None,
    max_examples=int(os.environ.get("WILD", "6")),
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def told(database, merchant_id=None):
    with database.read() as session:
        return replay(session, merchant_id=merchant_id)


def same(database, merchant_id=None):
    report = told(database, merchant_id)
    assert [each.sentence.en for each in report.differences] == []
    assert report.is_same
    assert report.operations
    return report


def ask(database, query):
    with database.read() as session:
        return {row[0] for row in session.execute(sa.text(query))}


@pytest.fixture(scope="module")
def story_file(sqlite_template, tmp_path_factory):
    """A file in which everything has happened, lived once and damaged many times."""
    return lived(sqlite_template, tmp_path_factory.mktemp("story"), live)


@pytest.fixture
def copy(story_file, tmp_path):
    """A copy of that file to damage."""
    with copied(story_file, tmp_path) as database:
        yield database


def test_an_eventful_shop_comes_out_the_same_when_its_log_is_told_again(shop):
    live(shop)
    report = same(shop.database)
    assert report.cards == 8
    assert report.operations == len(ask(shop.database, "SELECT id FROM ledger_operation"))
    assert ask(shop.database, "SELECT kind FROM ledger_operation") == set(PREFIX)
    assert ask(shop.database, "SELECT kind FROM ledger_entry") == set(ENTRIES.split())
    assert ask(shop.database, "SELECT kind FROM tier_change") == set(CHANGES.split())
    assert max(ask(shop.database, "SELECT covered FROM ledger_entry")) > 0


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("what", WORDS)
def test_each_kind_of_damage_is_named_with_card_and_unit(copy, what, engine):
    assert set(DAMAGE) == set(WORDS)
    damage(copy, DAMAGE[what])
    report = told(copy)
    found = [each for each in report.differences if each.what == what]
    assert found, {each.what for each in report.differences}
    assert report.count == len(report.differences)
    for each in found:
        assert each.kept != each.replayed
        assert each.of.startswith("crd_") is (what not in OF_A_SHOP)
        assert (each.unit is not None) is (what in OF_A_UNIT)
        assert each.of in each.sentence.it
        assert each.sentence.it != each.sentence.en


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("what", PAST)
def test_a_changed_past_gives_other_sums(copy, what, engine):
    damage(copy, PAST[what])
    found = {each.what for each in told(copy).differences}
    assert found & ({"level"} if what == "a level" else {"millionths"})


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_wrong_number_is_named_where_it_stands_and_nowhere_else(copy, engine):
    entry = "SELECT id FROM ledger_entry WHERE kind = 'earn' AND units > 0 ORDER BY id LIMIT 1"
    damage(copy, f"UPDATE ledger_entry SET units = units + 1 WHERE id = ({entry})")
    (found,) = told(copy).differences
    assert (found.what, found.where[:4], found.unit) == ("entry", "vis_", "points")
    assert int(found.kept) == int(found.replayed) + 1


@pytest.mark.parametrize("engine", ["sqlite"])
def test_it_makes_no_difference_how_many_cards_are_told_at_once(copy, monkeypatch, engine):
    whole = same(copy)
    monkeypatch.setattr(portions, "OPERATIONS_MAX", 8)
    monkeypatch.setattr(portions, "CARDS_MAX", 2)
    assert same(copy) == whole


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_shop_is_not_told_of_anothers_differences(shop, stranger):
    shop.visit(shop.card(), 1_000)
    stranger.visit(stranger.card(), 1_000)
    damage(shop.database, "UPDATE ledger_account SET balance = balance + 1 WHERE kind = 'card'")
    mine = told(shop.database, shop.merchant_id)
    assert {each.merchant for each in mine.differences} == {ref("mer", shop.merchant_id)}
    assert (mine.cards, mine.count) == (1, 1)
    assert told(shop.database).count == 2


PICK = st.integers(0, 99)
DEEDS = st.lists(st.tuples(st.sampled_from(KINDS), PICK, PICK, PICK), min_size=10, max_size=45)
_number = itertools.count(1)


@STEADY
@given(first=PICK, deeds=DEEDS)
def test_random_days_come_out_the_same(database, first, deeds):
    name = f"Bar {next(_number)}"
    shop = open_shop(database, name=name, owner=f"o {name}", cashier=f"c {name}")
    shop.program("club", RULES[first % len(RULES)])
    days = Days(shop)
    for _ in range(4):
        days.enrol()
    for deed in deeds:
        do(days, *deed)
    same(database, shop.merchant_id)


def test_whatever_two_shops_have_done_comes_out_the_same(shop, stranger):
    run(wider.Wider, shop=shop, stranger=stranger)
    same(shop.database)


# --- the command


@pytest.fixture
def command(copy, monkeypatch):
    """`loyalty replay` on the copy; the exit code and what it says."""
    monkeypatch.setenv("LOYALTY_DATA", str(copy.settings.data))
    monkeypatch.setenv("DATABASE_URL", copy.settings.database_url)
    monkeypatch.setenv("LC_ALL", "it_IT.UTF-8")

    def invoke(*words):
        result = CliRunner().invoke(main, ["replay", *words])
        return result.exit_code, result.stdout

    return invoke


@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_command_ends_with_0_when_all_is_the_same(command, engine):
    code, said = command("--json")
    assert (code, json.loads(said)["same"]) == (0, True)
    assert command()[1].endswith("è tutto come nei libri.\n")


@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_command_names_each_difference_and_ends_with_1(command, copy, engine):
    damage(copy, DAMAGE["balance"])
    code, said = command()
    assert code == 1
    assert said.count("il saldo") == 24
    assert "differenze: " in said
    found = json.loads(command("--json")[1])["differences"][0]
    assert (found["what"], found["it"]) != (None, found["en"])


@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_command_ends_with_2_where_it_cannot_run(command, copy, engine):
    assert command("--merchant", "mer_nobody")[0] == 2
    damage(copy, "DROP TABLE tier_change")
    assert command()[0] == 2
    with pytest.raises(CouldNotReplay):
        told(copy)
