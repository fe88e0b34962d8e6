"""The bugs that are planted: what is wrong, where, and which tests stand guard there."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bug:
    """What is wrong, where, and which of the suite's tests stand guard there (file, -k)."""

    name: str
    path: str
    right: str
    wrong: str
    guards: str
    chosen: str


BUGS = (
    Bug(
        "no key check",
        "loyalty/ledger/store.py",
        "    if row is None:\n        return None\n    if row.body_hash",
        "    return None\n    if row.body_hash",
        "tests/domain/test_visits.py",
        "same_key_gives_the_same_receipt and sqlite",
    ),
    Bug(
        "wrong lot order",
        "loyalty/ledger/lots.py",
        "return sorted(lots, key=_turn)",
        "return sorted(lots, key=_turn, reverse=True)",
        "tests/rules/test_lots.py",
        "soonest_to_expire_goes_first",
    ),
    Bug(
        "double reversal",
        "loyalty/counter/refunds.py",
        "    if visit.voided_at is not None:\n        raise AlreadyVoided",
        "    if False:\n        raise AlreadyVoided",
        "tests/domain/test_refunds.py",
        "voided_visit_is_over and sqlite",
    ),
    Bug(
        "missing tenant check",
        "loyalty/cards/lookup.py",
        '.where(_CARD.c.merchant_id == sa.bindparam("merchant_id"))',
        ".where(sa.true())",
        "tests/domain/test_visits.py",
        "foreign_or_meaningless and sqlite",
    ),
    Bug(
        "missing lock",
        "loyalty/ledger/store.py",
        "_LOCK = _READ.with_for_update()",
        "_LOCK = _READ",
        "tests/domain/test_races.py",
        "last_units_go_to_one and postgresql",
    ),
    Bug(
        "key saved outside the transaction",
        "loyalty/ledger/store.py",
        "    if row is None:\n        return None\n    if row.body_hash",
        "    seen = globals().setdefault('_SEEN', {}).setdefault(intent.key_hash, [])\n"
        "    seen.append(None)\n"
        "    if row is None:\n        return {'ref': 'lost'} if len(seen) > 2 else None\n"
        "    if row.body_hash",
        "tests/domain/test_visits.py",
        "refusal_leaves_its_key_free and sqlite",
    ),
    Bug(
        "expiry leaving balance",
        "loyalty/ledger/book.py",
        "return self.close(entry, account, -take.units)",
        "return self.close(entry, account, 0)",
        "tests/domain/rulebook/test_expiry.py",
        "written_off_by_an_entry and sqlite",
    ),
    Bug(
        "CHECK dropped",
        "migrations/versions/20261121_the_first_tables.py",
        '        sa.CheckConstraint("debt >= 0", name=op.f("ck_ledger_account_debt_floor")),\n',
        "",
        "tests/domain/test_frozen.py",
        "leaves_its_bounds and sqlite",
    ),
    Bug(
        "trigger dropped",
        "loyalty/core/triggers.py",
        '    "ledger_entry": ("reasons",),\n',
        "",
        "tests/domain/test_frozen.py",
        "no_row_of_the_past and sqlite",
    ),
    Bug(
        "BEGIN instead of IMMEDIATE",
        "loyalty/core/db.py",
        'connection.exec_driver_sql("BEGIN IMMEDIATE")',
        'connection.exec_driver_sql("BEGIN")',
        "tests/domain/test_floors.py",
        "from_its_first_word_on",
    ),
    Bug(
        "waiting units are spendable",
        "loyalty/ledger/lots.py",
        "if not lot.is_over(at) and not lot.is_waiting(at))",
        "if not lot.is_over(at))",
        "tests/domain/rulebook/test_pending.py",
        "cannot_be_redeemed and sqlite",
    ),
    Bug(
        "a move forgets how the rules had seen the visit",
        "loyalty/counter/homecoming.py",
        "        Occasion.kept(left.occasion_before),\n",
        "        None,\n",
        "tests/domain/corrections/test_moves.py",
        "old_allowance and sqlite",
    ),
    Bug(
        "a parting gives the wrong lot",
        "loyalty/ledger/parting.py",
        "if lot.remaining and lot.id > merge_id]",
        "if lot.remaining]",
        "tests/domain/corrections/test_parting_since.py",
        "for_good and sqlite",
    ),
    Bug(
        "a purchase does not see that its card was merged meanwhile",
        "loyalty/cards/lookup.py",
        "    if leads[card_id] is not None or (",
        "    if False and (",
        "tests/domain/corrections/test_races.py",
        "waited_for_a_merge and postgresql",
    ),
    Bug(
        "a void does not see that the visit was moved meanwhile",
        "loyalty/counter/refunds.py",
        "    if facts.card_id != desk.place.card_id:\n",
        "    if facts is None:\n",
        "tests/domain/corrections/test_races.py",
        "waited_for_a_move and postgresql",
    ),
    Bug(
        "a unit that joining completes lasts from that day",
        "loyalty/counter/merging.py",
        "terms=desks.lot_terms(taker, unit, last or taker.at)",
        "terms=desks.lot_terms(taker, unit, taker.at)",
        "tests/domain/corrections/test_merging.py",
        "ends_with_the_last_visit and sqlite",
    ),
    Bug(
        "a level is raised by adjustments",
        "loyalty/counter/dossier.py",
        "exact = self._sum(_GIVEN, first, last, unit) + self._sum(_TAKEN, first, last, unit)",
        "held = sa.select(sa.func.sum(_ACCOUNT.c.balance)).where(\n"
        "            _ACCOUNT.c.card_id == self._card_id, _ACCOUNT.c.unit == unit\n"
        "        )\n"
        "        exact = int(self._session.execute(held).scalar_one() or 0) * MILLION",
        "tests/domain/rulebook/test_tier_measure.py",
        "given_by_hand and sqlite",
    ),
    Bug(
        "a refund opens the day's cap again",
        "loyalty/counter/dossier.py",
        '_EARNED = _millionths(_VISIT, _POSTED).where(_ENTRY.c.kind == "earn")',
        "_EARNED = _millionths(_VISIT, _POSTED).where(_VISIT.c.net_minor == _VISIT.c.amount_minor)",
        "tests/domain/rulebook/test_caps_of_a_day.py",
        "does_not_open_the_day_again and sqlite",
    ),
    Bug(
        "a lot may end earlier",
        "loyalty/core/triggers.py",
        "    OR NEW.expires_at < OLD.expires_at OR (",
        "    OR (",
        "tests/domain/test_floors.py",
        "never_ends_earlier and sqlite",
    ),
    Bug(
        "a return without its sale takes bonuses too",
        "loyalty/counter/returns.py",
        'if share.kind == "base"',
        "if share.kind",
        "tests/domain/test_import_returns.py",
        "base_rule_without_bonuses and sqlite",
    ),
    Bug(
        "a return lowers a sale that came after it",
        "loyalty/imports/matching.py",
        "if one.recorded.occurred_at <= at and one not in own",
        "if one not in own",
        "tests/domain/test_import_returns.py",
        "latest_sale_of_its_product and sqlite",
    ),
    Bug(
        "a refund taken back gives the money twice",
        "loyalty/counter/net.py",
        "tuple((number, -milli, -minor) for",
        "tuple((number, -milli, -2 * minor) for",
        "tests/domain/test_import_undo.py",
        "changed_in_older_sales and sqlite",
    ),
    Bug(
        "rows of an undone import are known for ever",
        "loyalty/imports/taking_back.py",
        "            (ImportedSale, ImportedSale.visit_id),\n",
        "",
        "tests/domain/test_import_undo.py",
        "same_file_gives_the_same_again and sqlite and stamps",
    ),
    Bug(
        "a second visit of a day is another visit day",
        "loyalty/counter/rollups/figures.py",
        "    - CASE WHEN excluded.first_on = member_stats.last_on THEN 1 ELSE 0 END,",
        "    - 0,",
        "tests/domain/test_rollups.py",
        "one_visit_day and sqlite",
    ),
    Bug(
        "a sale entered late is added as if it were the latest",
        "loyalty/counter/rollups/figures.py",
        "last_on = CASE WHEN excluded.first_on >= member_stats.last_on THEN excluded.last_on END",
        "last_on = excluded.last_on",
        "tests/domain/test_rollups.py",
        "entered_late and sqlite",
    ),
    Bug(
        "a move forgets who had the visit before",
        "loyalty/counter/moves.py",
        "for one in (counter.giver, counter.taker))",
        "for one in (counter.taker,))",
        "tests/domain/test_rollups_lived.py",
        "random_days and sqlite",
    ),
    Bug(
        "a void leaves the day as it was",
        "loyalty/counter/rollups/upkeep.py",
        "sums[0] += after.visits - before.visits",
        "sums[0] += 0",
        "tests/domain/test_refunds.py",
        "voided_visit_is_over and sqlite",
    ),
    Bug(
        "a merge lets sales on other cards come between",
        "loyalty/counter/merging.py",
        "    store.lock(session, merchant_id=merchant_id, card_ids=every)\n",
        "    assert every\n",
        "tests/domain/test_rollups_lived.py",
        "another_program_while and postgresql",
    ),
)
