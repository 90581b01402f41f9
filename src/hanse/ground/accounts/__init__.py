"""People: who they are, how they sign in, what they are appointed to, and who may enter which page."""
