"""The shop: who it is, where it is, who works there and what they may do."""
