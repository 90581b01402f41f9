"""The law: pure functions over frozen values. No clock, no files, no network, no framework."""
