"""Stage 1: a call edition is published, corrected, extended, closed; questions and answers."""
