"""The ledger's law as queries: each returns the rows that break it, and must return none."""

CHECKS: dict[str, str] = {
    "the balance is what came in less what went out": """
        SELECT a.merchant_id, a.id AS thing FROM ledger_account a
        LEFT JOIN (SELECT merchant_id, to_id, SUM(units) AS units FROM ledger_posting
                   GROUP BY merchant_id, to_id) i ON i.merchant_id = a.merchant_id AND i.to_id = a.id
        LEFT JOIN (SELECT merchant_id, from_id, SUM(units) AS units FROM ledger_posting
                   GROUP BY merchant_id, from_id) o ON o.merchant_id = a.merchant_id AND o.from_id = a.id
        WHERE a.kind = 'card' AND a.balance <> COALESCE(i.units, 0) - COALESCE(o.units, 0)""",
    "the balance is the sum of the entries": """
        SELECT a.merchant_id, a.id AS thing FROM ledger_account a
        LEFT JOIN (SELECT merchant_id, account_id, SUM(units) AS units FROM ledger_entry
                   GROUP BY merchant_id, account_id) e
               ON e.merchant_id = a.merchant_id AND e.account_id = a.id
        WHERE a.kind = 'card' AND a.balance <> COALESCE(e.units, 0)""",
    "the balance is what the lots hold less the debt": """
        SELECT a.merchant_id, a.id AS thing FROM ledger_account a
        LEFT JOIN (SELECT merchant_id, account_id, SUM(remaining) AS units FROM ledger_lot
                   GROUP BY merchant_id, account_id) l
               ON l.merchant_id = a.merchant_id AND l.account_id = a.id
        WHERE a.kind = 'card' AND a.balance <> COALESCE(l.units, 0) - a.debt""",
    "no balance is below its floor": """
        SELECT merchant_id, id AS thing FROM ledger_account
        WHERE debt < 0 OR balance + debt < 0 OR earned_millionths < 0""",
    "the merchant's side keeps no balance": """
        SELECT merchant_id, id AS thing FROM ledger_account
        WHERE kind <> 'card' AND (balance <> 0 OR debt <> 0)""",
    "a lot holds what its postings left in it": """
        SELECT l.merchant_id, l.id AS thing FROM ledger_lot l
        LEFT JOIN (SELECT p.merchant_id, p.lot_id,
                          SUM(CASE WHEN p.to_id = l2.account_id THEN p.units ELSE -p.units END) AS units
                   FROM ledger_posting p
                   JOIN ledger_lot l2 ON l2.merchant_id = p.merchant_id AND l2.id = p.lot_id
                   GROUP BY p.merchant_id, p.lot_id) m
               ON m.merchant_id = l.merchant_id AND m.lot_id = l.id
        WHERE l.remaining <> COALESCE(m.units, 0)""",
    "a lot is never below nothing nor above its size": """
        SELECT merchant_id, id AS thing FROM ledger_lot
        WHERE remaining < 0 OR remaining > units OR units < 1""",
    "an entry moves what its postings move": """
        SELECT e.merchant_id, e.id AS thing FROM ledger_entry e
        LEFT JOIN (SELECT p.merchant_id, p.entry_id,
                          SUM(CASE WHEN p.to_id = e2.account_id THEN p.units ELSE -p.units END) AS units
                   FROM ledger_posting p
                   JOIN ledger_entry e2 ON e2.merchant_id = p.merchant_id AND e2.id = p.entry_id
                   GROUP BY p.merchant_id, p.entry_id) m
               ON m.merchant_id = e.merchant_id AND m.entry_id = e.id
        WHERE e.units <> COALESCE(m.units, 0)""",
    "a posting runs between the entry's card and the merchant's side, in one unit": """
        SELECT p.merchant_id, p.id AS thing FROM ledger_posting p
        JOIN ledger_entry e ON e.merchant_id = p.merchant_id AND e.id = p.entry_id
        JOIN ledger_account f ON f.merchant_id = p.merchant_id AND f.id = p.from_id
        JOIN ledger_account t ON t.merchant_id = p.merchant_id AND t.id = p.to_id
        WHERE p.units < 1 OR e.account_id NOT IN (f.id, t.id) OR f.unit <> t.unit
           OR f.program_id <> t.program_id OR (f.kind = 'card') = (t.kind = 'card')""",
    "a lot is touched only by postings of its own account": """
        SELECT p.merchant_id, p.id AS thing FROM ledger_posting p
        JOIN ledger_lot l ON l.merchant_id = p.merchant_id AND l.id = p.lot_id
        WHERE l.account_id NOT IN (p.from_id, p.to_id)""",
    "debt is what was posted without a lot": """
        SELECT a.merchant_id, a.id AS thing FROM ledger_account a
        LEFT JOIN (SELECT merchant_id, to_id, SUM(units) AS units FROM ledger_posting
                   WHERE lot_id IS NULL GROUP BY merchant_id, to_id) i
               ON i.merchant_id = a.merchant_id AND i.to_id = a.id
        LEFT JOIN (SELECT merchant_id, from_id, SUM(units) AS units FROM ledger_posting
                   WHERE lot_id IS NULL GROUP BY merchant_id, from_id) o
               ON o.merchant_id = a.merchant_id AND o.from_id = a.id
        WHERE a.kind = 'card' AND a.debt <> COALESCE(o.units, 0) - COALESCE(i.units, 0)""",
    "the exact sum is the sum of the entries' millionths": """
        SELECT a.merchant_id, a.id AS thing FROM ledger_account a
        LEFT JOIN (SELECT merchant_id, account_id, SUM(millionths) AS millionths FROM ledger_entry
                   GROUP BY merchant_id, account_id) e
               ON e.merchant_id = a.merchant_id AND e.account_id = a.id
        WHERE a.kind = 'card' AND a.earned_millionths <> COALESCE(e.millionths, 0)""",
    "units earned are the whole part of the exact sum": """
        SELECT a.merchant_id, a.id AS thing FROM ledger_account a
        LEFT JOIN (SELECT merchant_id, account_id,
                          SUM(CASE WHEN kind = 'merge' THEN millionths / 1000000 ELSE units - covered END) AS units
                   FROM ledger_entry WHERE kind IN ('earn', 'take', 'merge') GROUP BY merchant_id, account_id) e
               ON e.merchant_id = a.merchant_id AND e.account_id = a.id
        WHERE a.kind = 'card' AND a.earned_millionths / 1000000 <> COALESCE(e.units, 0)""",
    "what goes from one card to another adds up to nothing": """
        SELECT e.merchant_id, e.operation_id AS thing FROM ledger_entry e
        JOIN ledger_account a ON a.merchant_id = e.merchant_id AND a.id = e.account_id
        WHERE e.kind = 'merge' GROUP BY e.merchant_id, e.operation_id, a.unit HAVING SUM(e.units) <> 0""",
    "a lot that came from another card ends no later than it did there": """
        SELECT l.merchant_id, l.id AS thing FROM ledger_lot l
        LEFT JOIN ledger_lot o ON o.merchant_id = l.merchant_id AND o.id = l.origin_id
        LEFT JOIN (SELECT DISTINCT merchant_id, lot_id FROM ledger_extension) x
               ON x.merchant_id = l.merchant_id AND x.lot_id = l.id
        WHERE l.origin_id IS NOT NULL AND x.lot_id IS NULL AND (o.id IS NULL OR (o.idle_months IS NULL
              AND o.expires_at IS NOT NULL AND (l.expires_at IS NULL OR l.expires_at > o.expires_at)))""",
    "a lot ends when its last extension says": """
        SELECT l.merchant_id, l.id AS thing FROM ledger_lot l
        JOIN ledger_extension x ON x.merchant_id = l.merchant_id AND x.lot_id = l.id
        WHERE NOT EXISTS (SELECT 1 FROM ledger_extension y WHERE y.merchant_id = x.merchant_id
                          AND y.lot_id = x.lot_id AND y.id > x.id)
          AND (x.until_at IS DISTINCT FROM l.expires_at)""",
    "a lot waits only if it knows until when": """
        SELECT merchant_id, id AS thing FROM ledger_lot WHERE is_pending AND active_at IS NULL""",
    "an operation is reversed at most once": """
        SELECT merchant_id, reverses_id AS thing FROM ledger_operation
        WHERE reverses_id IS NOT NULL GROUP BY merchant_id, reverses_id HAVING COUNT(*) > 1""",
    "a key serves one operation": """
        SELECT merchant_id, key_hash AS thing FROM ledger_operation
        WHERE key_hash IS NOT NULL GROUP BY merchant_id, key_hash HAVING COUNT(*) > 1""",
    "every operation says who did it and under which rules": """
        SELECT merchant_id, id AS thing FROM ledger_operation
        WHERE actor = '' OR (version IS NULL AND kind <> 'expiry')""",
    "every entry says why": """
        SELECT merchant_id, id AS thing FROM ledger_entry
        WHERE reasons = '[]' OR reasons NOT LIKE '%"it":"_%' OR reasons NOT LIKE '%"en":"_%'""",
}
