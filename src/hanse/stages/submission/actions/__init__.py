"""What happens to submissions."""
