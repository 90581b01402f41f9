"""Who may do what with calls."""

from datetime import datetime

from hanse.ground.accounts.access import roles_of
from hanse.ground.accounts.models import Role, User


def may_prepare(actor: User, at: datetime) -> bool:
    """Whether a person works on editions and answers questions. Who publishes what, the act itself decides."""
    return Role.OFFICER in roles_of(actor, at)
