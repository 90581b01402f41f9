"""What happens to proposals."""
