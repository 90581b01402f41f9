"""The app as Django knows it."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """Full-text search behind one interface: FTS5 on SQLite, tsvector on PostgreSQL."""

    name = "hanse.ground.search"
    label = "search"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Refuse a setting that cannot work."""
        from hanse.ground.search import semantic

        semantic.check_setting()
