"""What people say about an application beside its texts: comments, answers, suggestions; and who has it open."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hanse.core.values.merging import Difference, differences
from hanse.stages.proposals.models import Presence, Proposal, Remark, TextVersion

AWAY = timedelta(seconds=60)
"""Whoever gave no sign of life for so long has gone."""


@dataclass(frozen=True, slots=True)
class Thread:
    """A remark and what was answered to it.

    Attributes:
        changes: of a suggestion, what it takes out and brings in, against the text it was written on.
    """

    remark: Remark
    replies: tuple[Remark, ...] = ()
    changes: tuple[Difference, ...] = ()

    @property
    def open(self) -> bool:
        """Whether it waits for somebody."""
        return bool(self.remark.state == Remark.State.OPEN)

    @property
    def suggests(self) -> bool:
        """Whether it is a suggestion for a field."""
        return bool(self.remark.key)


def threads_of(proposal: Proposal, section: str = "") -> list[Thread]:
    """Remarks with their answers, of one section or of all: open ones first, then the latest; in two queries."""
    rows = Remark.objects.filter(proposal=proposal).select_related("written_by", "closed_by")
    if section:
        rows = rows.filter(section=section)
    first: list[Remark] = []
    replies: dict[int, list[Remark]] = {}
    for remark in rows.order_by("written_at", "pk"):
        if remark.answers_id is None:
            first.append(remark)
        else:
            replies.setdefault(remark.answers_id, []).append(remark)
    bases = _bases(proposal, [remark for remark in first if remark.key])
    threads = [
        Thread(
            remark,
            tuple(replies.get(remark.pk, ())),
            differences(bases.get((remark.key, remark.based_on), ""), remark.suggestion) if remark.key else (),
        )
        for remark in reversed(first)
    ]
    return sorted(threads, key=lambda thread: not thread.open)


def _bases(proposal: Proposal, suggestions: Iterable[Remark]) -> dict[tuple[str, int], str]:
    """The texts that suggestions were written on."""
    wanted = {(remark.key, remark.based_on) for remark in suggestions}
    if not wanted:
        return {}
    rows = TextVersion.objects.filter(
        proposal=proposal, key__in={key for key, _ in wanted}, number__in={number for _, number in wanted}
    )
    found = {(key, number): value for key, number, value in rows.values_list("key", "number", "value")}
    return {place: found[place] for place in wanted if place in found}


def open_counts(proposal: Proposal) -> dict[str, int]:
    """How many remarks wait in each section."""
    rows = Remark.objects.filter(proposal=proposal, answers__isnull=True, state=Remark.State.OPEN)
    return dict(Counter(rows.values_list("section", flat=True)))


def remark_of(proposal: Proposal, number: int) -> Remark | None:
    """One remark that answers none."""
    rows = Remark.objects.filter(proposal=proposal, pk=number, answers__isnull=True)
    return rows.select_related("written_by").first()


def presences_of(proposal: Proposal) -> list[Presence]:
    """Everybody who ever had an application open, by name."""
    return list(Presence.objects.filter(proposal=proposal).select_related("user").order_by("user__name", "pk"))


def present(presences: Iterable[Presence], user: Any, at: datetime) -> list[Presence]:
    """The others who have an application open now."""
    return [one for one in presences if one.user_id != user.pk and one.seen_at > at - AWAY]
