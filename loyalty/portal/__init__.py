"""The doors and the owner's pages."""
