"""The only reader of call folders, dossiers, participants tables and reference tables."""
