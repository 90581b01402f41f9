"""Eligibility: rule kinds, the engine that applies a call's rules to a proposal, findings and advice."""
