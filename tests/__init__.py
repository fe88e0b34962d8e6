"""Tests: sentences about the shop."""
