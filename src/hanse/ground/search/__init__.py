"""Full-text search behind one interface: FTS5 on SQLite, tsvector on PostgreSQL."""
