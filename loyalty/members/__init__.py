"""Members together: the list and its filters, one profile, and what is done to many at once."""
