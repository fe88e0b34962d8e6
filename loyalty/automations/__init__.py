"""Letters that go out by themselves: who begins a journey, its steps, and what it brought."""
