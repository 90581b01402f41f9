"""An application as the core sees it: the one place where rows become a dossier."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from hanse.core.budget import Budget
from hanse.core.form import Form
from hanse.core.proposal import Annex as CoreAnnex
from hanse.core.proposal import Declared, Dossier
from hanse.core.values.pasting import cleaned
from hanse.core.values.unknown import NOT_STATED, Maybe, Unknown
from hanse.ground.clock import BRUSSELS
from hanse.stages.consortia.models import Consortium, Seat, SeatState
from hanse.stages.consortia.permissions import Standing
from hanse.stages.consortia.queries.members import members
from hanse.stages.proposals.models import Proposal, Text
from hanse.stages.proposals.queries import drafts, papers
from hanse.stages.proposals.queries.money import budget_of

TITLE, DURATION = "title", "duration_months"
LONGEST_PROJECT = 3
"""Digits of a length in months; a longer number is a slip."""


def dossier_of(
    proposal: Proposal,
    seats: Iterable[Seat],
    *,
    at: datetime,
    viewer: Standing | None = None,
    planned: bool = False,
    texts: Mapping[str, Text] | None = None,
    form: Form | None = None,
    budget: Budget | None = None,
) -> Dossier:
    """The application as it stands now. What a page has asked already it may hand over: texts, form, budget.

    Args:
        seats: open seats with organisations, as `consortia.queries.members.open_seats` gives them.
        at: the instant whose edition of the call counts.
        viewer: who reads it: what a partner keeps to itself is one sum then. None: the whole, for a verdict.
        planned: whether invited organisations are counted as members.
        texts: of the draft, by key.
        form: of the call, for its strand.
        budget: as the viewer may see it.
    """
    consortium = proposal.consortium
    counted = [seat for seat in seats if planned or seat.state == SeatState.ACCEPTED]
    if texts is None:
        texts = drafts.texts_of(proposal)
    if form is None:
        form = drafts.form_of(proposal, at)
    if budget is None:
        budget = budget_of(proposal, counted, form, viewer)
    written = {key: said for key, text in sorted(texts.items()) if (said := presentable(text.value))}
    title = written.pop(TITLE, "")
    months = length_in(written.get(DURATION, ""))
    if not isinstance(months, Unknown):
        del written[DURATION]
    return Dossier(
        proposal=proposal.ref,
        call=consortium.call,
        strand=consortium.strand or NOT_STATED,
        title=title,
        consortium=members(counted, planned=planned),
        targets=tuple(consortium.targets) or NOT_STATED,
        duration_months=months,
        budget=budget,
        sections=written,
        annexes=annexes_of(proposal, counted, form),
        declarations=declarations_of(proposal, counted, form),
    )


def verdict_dossier(
    consortium: Consortium, seats: Sequence[Seat], length: str, budget: Budget, *, planned: bool = False
) -> Dossier:
    """As much of an application as rules ask for: members, strand, targets, length and money.

    Args:
        seats: those that count.
        length: as it is written in the draft.
    """
    return Dossier(
        proposal=consortium.ref,
        call=consortium.call,
        strand=consortium.strand or NOT_STATED,
        consortium=members(seats, planned=planned),
        targets=tuple(consortium.targets) or NOT_STATED,
        duration_months=length_in(presentable(length)),
        budget=budget,
    )


def annexes_of(proposal: Proposal, seats: Iterable[Seat], form: Form) -> tuple[CoreAnnex, ...]:
    """The files that belong to it now; not those of partners that left, nor of what the form asks no more."""
    places = papers.places_of(form, seats, papers.annexes_now(proposal))
    return tuple(
        CoreAnnex(
            place.asked.id,
            place.held.name,
            place.held.file.digest,
            place.held.file.size,
            "" if place.seat is None else place.seat.organisation.ref,
        )
        for place in places
        if place.held is not None
    )


def declarations_of(proposal: Proposal, seats: Iterable[Seat], form: Form) -> tuple[Declared, ...]:
    """What partners have declared, on the wording that holds now, and not taken back."""
    return tuple(
        Declared(
            word.asked.id, word.seat.organisation.ref, word.made.digest, word.made.made_at.astimezone(BRUSSELS).date()
        )
        for word in papers.words_of(form, seats, papers.declarations_now(proposal))
        if word.made is not None and word.counts
    )


def length_in(written: str) -> Maybe[int]:
    """The length of the project, unknown if it is not a whole number of months."""
    said = written.strip()
    if not said:
        return NOT_STATED
    if said.isascii() and said.isdecimal() and len(said) <= LONGEST_PROJECT:
        return int(said)
    return Unknown(f"the length is written as {said[:40]!r}, which is not a whole number of months")


def presentable(text: str) -> str:
    """A text as a dossier may hold it. What was saved as a text is so already; what came otherwise is made so."""
    return cleaned(text).text
