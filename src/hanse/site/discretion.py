"""What of the record may be told to those who look after the site, and what not yet, or never.

Which consortia exist, what they do and whether they have submitted is their members' alone while their call is open,
and of those that never submit it stays so (docs/decisions/0022). The record holds their acts all the same. So they are
withheld as a whole: shown are the position and the digest, which are public, and one sentence that is the same for all.
A search that found a withheld entry by its act would tell what it is, so searches go through `told` alone; and an id
whose history is withheld answers as one that never was.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet

from hanse.ground.audit.models import Event
from hanse.stages.submission.queries.disclosure import disclosed

OF_APPLICANTS = ("consortium", "proposal", "submission")
"""Kinds of subjects that are told by the id of the application, once that may be known."""
OF_TWO_SIDES = ("interest",)
"""Kinds that stay between those who write to each other about a call: they are never told."""
WITHHELD = "An act of applicants, told after the call has closed if they applied."


def told(events: QuerySet[Event], at: datetime) -> QuerySet[Event]:
    """The entries that may be told at an instant."""
    private = Q(subject_kind__in=OF_APPLICANTS) & ~Q(subject_ref__in=disclosed(at))
    return events.exclude(private | Q(subject_kind__in=OF_TWO_SIDES))


def withheld_among(events: Sequence[Event], at: datetime) -> frozenset[int]:
    """The numbers of those entries that may not be told at an instant; in two queries for any number."""
    asked = {event.subject_ref for event in events if event.subject_kind in OF_APPLICANTS}
    known = set(disclosed(at).filter(proposal__ref__in=asked)) if asked else set()
    return frozenset(
        event.number
        for event in events
        if event.subject_kind in OF_TWO_SIDES
        or (event.subject_kind in OF_APPLICANTS and event.subject_ref not in known)
    )
