"""What happens at the counter: a visit, a redemption, and the way back from either."""
