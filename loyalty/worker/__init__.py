"""What is done in the background: jobs, what comes round, and whoever listens to the outbox."""
