"""Writing a campaign: its five steps, its previews, the check of the answers."""
