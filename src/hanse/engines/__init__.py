"""Heavy libraries behind small doors: the core states the problem and checks the answer."""
