"""Replays everything on a live site: record, roots, calls, packages, files, receipts, what counts, ledgers, texts.

    for what, count, fault in verify_all(): ...
    count, fault = verify("receipts")               one of the checks

Every check goes through the rows in their order and stops at the first that does not hold, which it names. It reads
the tables alone, so that a row that was changed behind the site's back is found, whoever did it.
"""

from collections.abc import Callable, Iterator, Mapping

from hanse.ground import audit
from hanse.ground.audit.models import Event, Root
from hanse.stages.submission.queries.verification.calls import editions, notices
from hanse.stages.submission.queries.verification.drafts import ledgers, texts
from hanse.stages.submission.queries.verification.receipts import late_cases, receipts, standings
from hanse.stages.submission.queries.verification.rows import UNREADABLE, Held
from hanse.stages.submission.queries.verification.sealed import contents, packages, stored_files

Found = tuple[str, int, str]
"""What was checked, how many rows held, and what is wrong with the first that does not; empty where all hold."""


def _record() -> Held:
    broken = audit.verify()
    if broken is None:
        return Event.objects.count(), ""
    return broken - 1, f"Entry {broken} of the record, or the one before it, was changed or is missing."


def _roots() -> Held:
    return Root.objects.count(), audit.verify_roots() or ""


CHECKS: Mapping[str, Callable[[], Held]] = {
    "entries of the record": _record,
    "nightly roots": _roots,
    "editions of calls": editions,
    "sealed applications": contents,
    "files": stored_files,
    "packages": packages,
    "receipts": receipts,
    "submissions that count": standings,
    "late cases": late_cases,
    "notices of moved deadlines": notices,
    "texts of drafts": texts,
    "cells of budgets": ledgers,
}
"""What is checked, in this order."""


def verify_all() -> Iterator[Found]:
    """Every check in turn, each as soon as it is done."""
    for what in CHECKS:
        yield what, *verify(what)


def verify(what: str) -> Held:
    """One of `CHECKS`: how many rows hold, and what is wrong with the first that does not."""
    try:
        return CHECKS[what]()
    except UNREADABLE as wrong:
        return 0, f"Among the {what}, a row was changed so that it cannot be read ({type(wrong).__name__})."
