"""What every other room stands on: settings, database, errors, money, ids, clock, outbox, jobs."""
