"""The only reader of time, and the rehearsal clock that stands in for it."""
