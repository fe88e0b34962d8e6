"""The whole log told again: the same balances, lots, levels and pledges must come out."""
