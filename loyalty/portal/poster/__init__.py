"""Posters for the counter and tents for the tables, as PDF to print."""
