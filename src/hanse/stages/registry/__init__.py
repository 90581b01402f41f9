"""Stage 0: legal entities, cluster profiles, registration requests, duplicates."""
