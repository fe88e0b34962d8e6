"""What a shop holds of one person, in all tables together: to see, to take along, to forget."""
