"""The app as Django knows it."""

from collections.abc import Iterator
from datetime import datetime

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """The pages that join several stages."""

    name = "hanse.site"
    label = "site"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the limits of signing in which instants nobody may miss."""
        from hanse.ground.accounts import limits

        limits.lenient_around(_closings)


def _closings(at: datetime) -> Iterator[datetime]:
    """The closings of the calls in force at an instant."""
    from hanse.stages.announcement import queries as announcement  # models load after the apps

    for edition in announcement.editions_in_force(at):
        if edition.closing is not None:
            yield edition.closing
