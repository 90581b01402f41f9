"""The stages of a call, in the order in which it lives. A later stage reads an earlier one, never the reverse."""
