"""The cashier's pages: look up, record, redeem, undo."""
