"""Benches: what the product does in a second, measured beside a yardstick on the same machine."""
