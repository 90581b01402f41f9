"""Stage 4: applications are sealed, and every attempt gets a receipt."""
