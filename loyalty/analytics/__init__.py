"""Who comes back, who slips away, and what it is worth: read out of the visits, never written."""
