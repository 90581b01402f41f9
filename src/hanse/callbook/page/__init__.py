"""The page of a call: built once as values, then shown as terminal text, HTML or JSON."""
