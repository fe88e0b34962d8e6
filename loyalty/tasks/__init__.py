"""What somebody in the shop should do: written by hand, or noticed by the system."""
