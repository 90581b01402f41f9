"""The record of what was done: append-only by trigger, each entry chained to the one before it by its digest.

    audit.record("publish organisation", actor=user, subject=("organisation", ref), facts={...}, at=now)
    audit.lock()                             take the end of the chain early: what is asked now stays so until the end
    audit.history(("organisation", ref))
    audit.verify()                           the number of the first entry that does not hold, or None
    audit.close_days(now)                    sign how far the record went, for each day that has passed
    audit.verify_roots()                     the first of these roots that does not hold, in words, or None

An act and its entry are one transaction: `record` refuses to work outside one. Entries are numbered without gaps;
writers wait for each other from `record` until they commit, so record last, just before the end of the transaction.
"""

from datetime import datetime

from hanse.ground.audit.chain import (
    BEGINNING,
    Subject,
    digest_of,
    entry_of,
    events,
    history,
    lock,
    record,
    verify,
)

__all__ = [
    "BEGINNING",
    "Subject",
    "close_days",
    "digest_of",
    "entry_of",
    "events",
    "history",
    "lock",
    "record",
    "verify",
    "verify_roots",
]


def close_days(at: datetime) -> int:
    """Make the nightly roots that are due; how many. See `hanse.ground.audit.roots`."""
    from hanse.ground.audit import roots  # models load after this package

    return roots.close_days(at)


def verify_roots() -> str | None:
    """What is wrong with the first nightly root that does not hold, in words; None if all hold."""
    from hanse.ground.audit import roots

    return roots.verify_roots()
