"""Roll-ups: what visits add up to, kept in the ledger's own transaction."""
