"""Bringing in what other systems recorded: sales out of files, each exactly once."""
