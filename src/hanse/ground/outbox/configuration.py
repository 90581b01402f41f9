"""Settings of Django and its libraries that this app decides."""
