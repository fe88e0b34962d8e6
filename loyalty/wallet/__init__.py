"""The customer's own card in a phone's browser."""
