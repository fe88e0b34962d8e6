"""Cards: who holds one, the codes that name it, and how it reaches a phone."""
