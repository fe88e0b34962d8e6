"""What customers say: remarks that the counter writes down."""
