"""Stage 3: application and budget, with the verdicts at hand."""
