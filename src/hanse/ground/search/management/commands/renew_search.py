"""Learn what is new or was changed, for search by meaning or likeness. Does nothing where that is off."""

from typing import Any

from django.core.management.base import BaseCommand

from hanse.ground.search import semantic


class Command(BaseCommand):
    """`renew_search`: safe to run at any time, and to stop; what is learnt stays."""

    help = __doc__

    def handle(self, *_: Any, **__: Any) -> None:
        """Learn."""
        if semantic.chosen() is None:
            self.stdout.write(f"{semantic.SETTING} is not set: search is by words, and there is nothing to learn.")
            return
        self.stdout.write(f"{semantic.renew()} vectors made.")
