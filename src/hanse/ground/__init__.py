"""What every stage stands on: accounts, audit, clock, files, outbox, search, ui. One duty each."""
