"""Forms of consortia."""
