"""What must hold between the counter's rows and the ledger's operations, as queries."""

CHECKS: dict[str, str] = {
    "every visit has its operation, and every visit operation its visit": """
        SELECT o.merchant_id, o.id AS thing FROM ledger_operation o
        LEFT JOIN visit v ON v.merchant_id = o.merchant_id AND v.id = o.id
        WHERE (o.kind = 'visit') <> (v.id IS NOT NULL)""",
    "a visit is voided exactly when an operation reverses it": """
        SELECT v.merchant_id, v.id AS thing FROM visit v
        LEFT JOIN ledger_operation o ON o.merchant_id = v.merchant_id AND o.reverses_id = v.id
        WHERE (v.voided_at IS NOT NULL) <> (o.id IS NOT NULL) OR o.kind <> 'void'""",
    "every redemption has its operation, and every redemption operation its voucher": """
        SELECT o.merchant_id, o.id AS thing FROM ledger_operation o
        LEFT JOIN redemption r ON r.merchant_id = o.merchant_id AND r.id = o.id
        WHERE (o.kind = 'redemption') <> (r.id IS NOT NULL)""",
    "a redemption is cancelled exactly when an operation reverses it": """
        SELECT r.merchant_id, r.id AS thing FROM redemption r
        LEFT JOIN ledger_operation o ON o.merchant_id = r.merchant_id AND o.reverses_id = r.id
        WHERE (r.state = 'cancelled') <> (o.id IS NOT NULL) OR o.kind <> 'cancel'""",
    "a cancelled redemption gave back what it had spent": """
        SELECT r.merchant_id, r.id AS thing FROM redemption r
        JOIN ledger_operation c ON c.merchant_id = r.merchant_id AND c.reverses_id = r.id
        JOIN ledger_entry e ON e.merchant_id = r.merchant_id AND e.operation_id IN (r.id, c.id)
         AND e.kind IN ('spend', 'give')
        GROUP BY r.merchant_id, r.id HAVING SUM(e.units) <> 0""",
    "every redemption spent what it costs": """
        SELECT r.merchant_id, r.id AS thing FROM redemption r
        LEFT JOIN ledger_entry e ON e.merchant_id = r.merchant_id AND e.operation_id = r.id
         AND e.kind = 'spend'
        WHERE r.cost <> '{}'
        GROUP BY r.merchant_id, r.id HAVING COALESCE(SUM(e.units), 0) >= 0""",
    "a voucher handed over says when": """
        SELECT merchant_id, id AS thing FROM redemption
        WHERE (state = 'fulfilled' AND used_at IS NULL) OR (state = 'reserved' AND used_at IS NOT NULL)""",
    "a visit that was moved stands where its last move put it": """
        SELECT v.merchant_id, v.id AS thing FROM visit v
        LEFT JOIN visit_move m ON m.merchant_id = v.merchant_id AND m.id = v.posting_id
        WHERE v.posting_id IS NOT NULL AND (m.id IS NULL OR m.visit_id <> v.id OR m.to_id <> v.card_id
           OR EXISTS (SELECT 1 FROM visit_move n WHERE n.merchant_id = v.merchant_id
                      AND n.visit_id = v.id AND n.id > m.id))""",
    "a card that was merged holds nothing": """
        SELECT a.merchant_id, a.id AS thing FROM ledger_account a
        JOIN card c ON c.merchant_id = a.merchant_id AND c.id = a.card_id
        WHERE c.merged_into_id IS NOT NULL AND (a.balance <> 0 OR a.debt <> 0 OR a.earned_millionths <> 0)""",
    "what is left of a visit is not below nothing nor above what was paid": """
        SELECT merchant_id, id AS thing FROM visit
        WHERE net_minor < 0 OR net_minor > amount_minor OR (net_minor IS NULL) <> (amount_minor IS NULL)""",
    "a level follows from the one before it": """
        SELECT merchant_id, id AS thing FROM (
            SELECT merchant_id, id, level_before,
                   LAG(level) OVER (PARTITION BY merchant_id, card_id ORDER BY id) AS last,
                   ROW_NUMBER() OVER (PARTITION BY merchant_id, card_id ORDER BY id) AS place
            FROM tier_change) steps
        WHERE place > 1 AND level_before IS DISTINCT FROM last""",
    "a payout is taken back at most by its own amount": """
        SELECT r.merchant_id, r.id AS thing FROM cause_payout r
        JOIN cause_payout p ON p.merchant_id = r.merchant_id AND p.id = r.reverses_id
        WHERE r.amount_minor <> -p.amount_minor OR r.cause <> p.cause OR p.reverses_id IS NOT NULL""",
}
