"""What a shop's visits say over time: who comes back, who slips away, what it is worth."""
