"""People: sign-in, proofs of identity, appointments of the agency."""
