"""SQLite as Django's database, with writers who look again soon."""
