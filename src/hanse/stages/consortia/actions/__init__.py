"""What happens to consortia."""
