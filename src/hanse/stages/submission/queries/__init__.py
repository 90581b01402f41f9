"""What is known of submissions."""
