"""What each person at the till did in a while, beside the others, with the rows behind it."""
