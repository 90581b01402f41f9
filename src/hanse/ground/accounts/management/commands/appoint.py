"""`appoint EMAIL ROLE`: appoint a person on the machine itself, as is needed for the first administrator."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hanse.ground import clock
from hanse.ground.accounts import actions
from hanse.ground.accounts.models import Role, User


class Command(BaseCommand):
    """Appoint a person."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Who, and to what."""
        parser.add_argument("email", help="address of the person's account")
        parser.add_argument("role", choices=[role.value for role in Role], help="what to appoint the person to")

    def handle(self, *_: Any, **options: Any) -> None:
        """Run the command."""
        person = User.objects.filter(email__iexact=options["email"]).first()
        if person is None:
            raise CommandError(f"nobody has an account with {options['email']}; let the person create one first")
        try:
            actions.appoint(actor=None, person=person, role=Role(options["role"]), at=clock.now())
        except actions.Refusal as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(f"{person} is {Role(options['role']).label}.")
