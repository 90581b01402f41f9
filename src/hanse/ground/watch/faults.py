"""Which errors are trouble of the machine, that passes, and which are faults of ours."""

from collections.abc import Iterator
from enum import Enum
from errno import EDQUOT, EFBIG, EIO, ENOSPC, EROFS

from django.db import Error, InterfaceError, OperationalError

from hanse.ground.audit.signing import NoKey

NO_ROOM = (ENOSPC, EROFS, EDQUOT, EFBIG, EIO)
"""What a disk says that takes nothing more."""
TROUBLE = ("25006", "42501", "XX")
"""How PostgreSQL's codes begin for trouble that Django counts among other errors: a database that takes nothing that is
written, a file that it may not write, and whatever it has no code for, such as a file that cannot grow."""


class Fault(Enum):
    """What of the machine failed."""

    DATABASE = "database"
    STORAGE = "storage"
    KEY = "signing key"


def fault_of(error: BaseException | None) -> Fault | None:
    """What of the machine failed, by an error or what led to it; None if it is an error of another kind."""
    for one in _chain(error):
        if isinstance(one, NoKey):
            return Fault.KEY
        if isinstance(one, OperationalError | InterfaceError):
            return Fault.DATABASE
        if isinstance(one, Error) and str(getattr(one.__cause__, "sqlstate", "")).startswith(TROUBLE):
            return Fault.DATABASE
        if isinstance(one, OSError) and one.errno in NO_ROOM:
            return Fault.STORAGE
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
