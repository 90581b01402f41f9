"""What people type about calls, read."""
