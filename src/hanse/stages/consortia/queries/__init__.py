"""What is known of consortia."""
