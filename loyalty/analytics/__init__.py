"""What a shop's visits say over time, for its owner."""
