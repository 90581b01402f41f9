"""`demo_data`: the fictional cast, the real organisations, and the clock three days before the 2020 call closes."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from hanse.site import demonstration


class Command(BaseCommand):
    """Make the data of the demonstration ready."""

    help = __doc__ or ""

    def handle(self, *_: Any, **__: Any) -> None:
        """Run the command."""
        if settings.MODE != "demo":
            raise CommandError(f"HANSE_MODE is {settings.MODE}; a fictional cast has no place outside demo mode")
        demonstration.prepare()
