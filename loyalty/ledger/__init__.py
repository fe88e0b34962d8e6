"""The ledger: units on cards, exactly once, append only, balanced and explained."""
