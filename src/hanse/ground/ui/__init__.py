"""How pages look: ECL components, forms, tables, charts, maps."""
