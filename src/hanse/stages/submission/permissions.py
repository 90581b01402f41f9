"""Who may submit, and who may see what was submitted."""

from datetime import datetime
from typing import Any

from hanse.ground.accounts.access import roles_of
from hanse.ground.accounts.models import Role
from hanse.stages.consortia.permissions import Standing
from hanse.stages.consortia.queries.members import has_closed


def may_submit(may: Standing) -> bool:
    """The coordinator submits and withdraws for all; whether in time is decided, not permitted."""
    return may.coordinates and not may.bystander


def may_see_receipts(user: Any, may: Standing, call: str, at: datetime) -> bool:
    """Members see the receipts of their application; officers and auditors once the call has closed."""
    if may.takes_part:
        return True
    return bool(roles_of(user, at) & {Role.OFFICER, Role.AUDITOR}) and has_closed(call, at)
