"""What tests and benches stand on: a real PostgreSQL, a real browser."""
