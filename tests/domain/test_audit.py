"""The audit: silent over clean books, and each kind of damage is called by its name."""

import pytest
import sqlalchemy as sa

from loyalty import audit
from loyalty.audit import CouldNotLook
from loyalty.core.db import Database
from loyalty.core.ids import ref
from loyalty.counter import merging, moves
from loyalty.counter.requests import LineRequest, intent
from tests.builders import NOW, fresh_key
from tests.conftest import settings_for
from tests.domain.lived import copied, lived

REBUILD = (
    "CREATE TABLE loose AS SELECT * FROM ledger_operation",
    "DROP TABLE ledger_operation",
    "ALTER TABLE loose RENAME TO ledger_operation",
)
PAYOUT = (
    "INSERT INTO cause_payout (merchant_id, id, cause, amount_minor, reverses_id, currency,"
    " paid_on, receipt, beneficiary, actor, recorded_at)"
)
REST = (
    "'EUR', '2026-11-20', 'bonifico', 'Rifugio', 'system', '2026-11-21 10:00:00.000000'"
    " FROM ledger_operation"
)
# For each rule of the audit, what somebody with a file and a grudge could do against it.
DAMAGE = {
    "the balance is what came in less what went out": (
        "UPDATE ledger_account SET balance = balance + 1 WHERE kind = 'card'",
    ),
    "the balance is the sum of the entries": ("UPDATE ledger_entry SET units = units + 1",),
    "the balance is what the lots hold less the debt": (
        "UPDATE ledger_lot SET remaining = remaining - 1 WHERE remaining > 0",
    ),
    "no balance is below its floor": ("UPDATE ledger_account SET earned_millionths = -1",),
    "the merchant's side keeps no balance": (
        "UPDATE ledger_account SET balance = 1 WHERE kind <> 'card'",
    ),
    "a lot holds what its postings left in it": (
        "UPDATE ledger_lot SET remaining = remaining - 1 WHERE remaining > 0",
    ),
    "a lot is never below nothing nor above its size": (
        "UPDATE ledger_lot SET remaining = units + 1",
    ),
    "an entry moves what its postings move": ("UPDATE ledger_posting SET units = units + 1",),
    "a posting runs between the entry's card and the merchant's side, in one unit": (
        "UPDATE ledger_posting SET to_id = from_id",
    ),
    "a lot is touched only by postings of its own account": (
        "UPDATE ledger_lot SET account_id = (SELECT id FROM ledger_account WHERE kind <> 'card')",
    ),
    "debt is what was posted without a lot": ("UPDATE ledger_posting SET lot_id = NULL",),
    "the exact sum is the sum of the entries' millionths": (
        "UPDATE ledger_entry SET millionths = millionths + 1",
    ),
    "units earned are the whole part of the exact sum": (
        "UPDATE ledger_account SET earned_millionths = earned_millionths + 1000000",
    ),
    "an operation is reversed at most once": (
        *REBUILD,
        "INSERT INTO ledger_operation SELECT * FROM ledger_operation WHERE reverses_id NOT NULL",
    ),
    "a key serves one operation": (
        *REBUILD,
        "INSERT INTO ledger_operation SELECT * FROM ledger_operation WHERE kind = 'visit'",
    ),
    "every operation says who did it and under which rules": (
        "UPDATE ledger_operation SET actor = ''",
    ),
    "every entry says why": ("UPDATE ledger_entry SET reasons = '[]'",),
    "every visit has its operation, and every visit operation its visit": ("DELETE FROM visit",),
    "a visit is voided exactly when an operation reverses it": (
        "UPDATE visit SET voided_at = NULL",
    ),
    "every redemption has its operation, and every redemption operation its voucher": (
        "DELETE FROM redemption",
    ),
    "a redemption is cancelled exactly when an operation reverses it": (
        "UPDATE redemption SET state = 'cancelled', used_at = NULL",
    ),
    "a cancelled redemption gave back what it had spent": (
        "UPDATE ledger_entry SET units = units + 1",
    ),
    "every redemption spent what it costs": ("DELETE FROM ledger_entry",),
    "a voucher handed over says when": ("UPDATE redemption SET used_at = NULL",),
    "what goes from one card to another adds up to nothing": (
        "UPDATE ledger_entry SET units = units + 1 WHERE kind = 'merge' AND units > 0",
    ),
    "a lot that came from another card ends no later than it did there": (
        (
            "UPDATE ledger_lot SET expires_at = '2999-01-01 00:00:00.000000'"
            " WHERE origin_id IS NOT NULL"
        ),
    ),
    "a lot ends when its last extension says": (
        (
            "INSERT INTO ledger_extension SELECT merchant_id, id, entry_id, id, expires_at, NULL"
            " FROM ledger_lot WHERE expires_at IS NOT NULL"
        ),
    ),
    "a lot waits only if it knows until when": ("UPDATE ledger_lot SET is_pending = 1",),
    "a visit that was moved stands where its last move put it": (
        "UPDATE visit_move SET to_id = from_id",
    ),
    "a card that was merged holds nothing": (
        "UPDATE ledger_account SET balance = 1 WHERE card_id IS NOT NULL",
    ),
    "what is left of a visit is not below nothing nor above what was paid": (
        "UPDATE visit SET net_minor = amount_minor + 1",
    ),
    "a level follows from the one before it": (
        (
            "INSERT INTO tier_change SELECT merchant_id, id, card_id, id, 'up', 1, '2026-11-21', 0,"
            " 'silver', 'gold', NULL, NULL, NULL, '[]' FROM ledger_operation"
        ),
    ),
    "a payout is taken back at most by its own amount": (
        f"{PAYOUT} SELECT merchant_id, id, 'rifugio', 10, NULL, {REST} LIMIT 1",
        (
            f"{PAYOUT} SELECT merchant_id, id, 'rifugio', -9, (SELECT id FROM cause_payout), {REST}"
            " LIMIT 1 OFFSET 1"
        ),
    ),
}


def live(shop):
    """Two cards' books with one of everything."""
    card = shop.card()
    line = LineRequest(category="coffee", amount_minor=2_500)
    shop.refund(shop.visit(card, 2_500, lines=[line], key="k").body["ref"], 100)
    shop.void(shop.visit(card, 130).body["ref"])
    shop.cancel(shop.reserve(card, "breakfast").body["ref"])
    shop.fulfil(shop.reserve(card, "breakfast").body["ref"])
    shop.adjust(card, "points", 3)
    owing = shop.card()
    visit = shop.visit(owing, 1_000).body["ref"]
    shop.reserve(owing, "breakfast")
    shop.refund(visit, 700)
    mistaken(shop)


def mistaken(shop):
    """A visit on the wrong card, and one person with two cards."""
    wrong, right = shop.card(), shop.card()
    visit = shop.visit(wrong, 500).body["ref"]
    shop.visit(wrong, 700)
    with shop.database.write() as session:
        moves.move(
            session,
            duty=shop.cashier,
            visit_ref=visit,
            card=right.ref,
            reason="errore",
            intent=intent(fresh_key(), visit),
            at=NOW,
        )
    with shop.database.write() as session:
        merging.merge(
            session,
            duty=shop.owner,
            customer_ref=right.customer,
            into_ref=wrong.customer,
            at=NOW,
        )


@pytest.fixture
def books(shop):
    """A shop's books, clean."""
    live(shop)
    return shop.database


@pytest.fixture(scope="module")
def ledger_file(sqlite_template, tmp_path_factory):
    """Such books in a file, lived once and damaged many times."""
    return lived(sqlite_template, tmp_path_factory.mktemp("books"), live)


@pytest.fixture
def copy(ledger_file, tmp_path):
    """A copy of that file to damage."""
    with copied(ledger_file, tmp_path) as database:
        yield database


def found(database, merchant_id=None):
    with database.read() as session:
        return audit.audit(session, merchant_id=merchant_id)


def damage(database, *statements):
    """Past every guard: triggers dropped, checks and references off, on a connection of its own."""
    raw = database.write_engine.raw_connection()
    try:
        cursor = raw.cursor()
        for pragma in ("foreign_keys=OFF", "ignore_check_constraints=ON", "legacy_alter_table=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        names = cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in names:
            cursor.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            cursor.execute(statement)
    finally:
        raw.invalidate()


def test_clean_books_say_nothing(books):
    assert found(books) == []


def test_every_rule_of_the_audit_has_damage_that_it_must_find():
    assert set(DAMAGE) == set(audit.CHECKS)


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("rule", DAMAGE)
def test_damage_is_called_by_its_name(copy, rule, engine):
    damage(copy, *DAMAGE[rule])
    named = {finding.rule: finding for finding in found(copy)}
    assert rule in named
    assert named[rule].count == len(named[rule].where) > 0
    assert str(named[rule]).startswith(f"broken: {rule} (mer_")
    assert "the guards are in place" in named


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_shop_is_not_told_of_anothers_damage(books, shop, stranger):
    damage(books, "UPDATE ledger_account SET balance = balance + 1 WHERE kind = 'card'")
    theirs = {finding.rule for finding in found(books, stranger.merchant_id)}
    assert theirs == {"the guards are in place"}
    ours = [finding for finding in found(books, shop.merchant_id) if "guards" not in finding.rule]
    assert ours
    assert all(ref("mer", shop.merchant_id) in place for each in ours for place in each.where)


def test_a_database_that_is_not_set_up_cannot_be_audited(tmp_path):
    database = Database(settings_for(tmp_path, f"sqlite:///{tmp_path / 'empty.sqlite3'}"))
    try:
        with pytest.raises(CouldNotLook), database.read() as session:
            audit.audit(session)
    finally:
        database.dispose()


def test_every_rule_runs_on_this_engine(books):
    with books.read() as session:
        for query in audit.CHECKS.values():
            assert session.execute(sa.text(query)).all() == []
