"""Letters to many: who gets one, who is held back, what became of each, and what it brought."""
