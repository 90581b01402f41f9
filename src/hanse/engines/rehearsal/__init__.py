"""A call rehearsed before it opens: synthetic consortia run through every step, the same for the same seed."""
