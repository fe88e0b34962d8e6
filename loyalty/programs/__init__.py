"""The rules of a program: its versions, what a purchase earns, and how the rules read."""
