"""Bring a site up to date: tables, the shared cache, the calls that come with Hanse, the key that signs receipts."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import transaction

from hanse.ground.audit import signing
from hanse.stages.announcement import actions as announcement


class Command(BaseCommand):
    """`prepare`: safe to run at every start."""

    help = __doc__

    def handle(self, *_: Any, **options: Any) -> None:
        """Migrate and load."""
        verbosity = options["verbosity"]
        call_command("migrate", interactive=False, verbosity=verbosity)
        call_command("createcachetable", verbosity=verbosity)
        with transaction.atomic():
            announcement.load_callbook()
        signing.make_key()
