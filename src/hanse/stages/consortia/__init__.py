"""Stage 2: partner search, expressions of interest, invitations, mandates."""
