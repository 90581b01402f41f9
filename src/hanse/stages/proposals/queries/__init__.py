"""What is known of proposals."""
