"""An application as the core sees it: the one place where rows become a dossier."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hanse.callbook.application_forms import standard_form
from hanse.core.budget import Budget
from hanse.core.form import Form
from hanse.core.proposal import Annex as CoreAnnex
from hanse.core.proposal import Declared, Dossier
from hanse.core.values.pasting import cleaned
from hanse.core.values.unknown import NOT_STATED, Maybe, Unknown
from hanse.ground.clock import BRUSSELS
from hanse.stages.announcement.queries import form_of
from hanse.stages.consortia.models import Consortium, Seat, SeatState
from hanse.stages.consortia.permissions import Standing
from hanse.stages.consortia.queries.members import members
from hanse.stages.proposals.models import Annex, Declaration, Proposal, Text
from hanse.stages.proposals.queries import drafts, papers
from hanse.stages.proposals.queries.money import Rows, budget_of

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
    held: Sequence[Annex] | None = None,
    made: Sequence[Declaration] | None = None,
) -> Dossier:
    """The application as it stands now. What was asked already may be handed over: texts, form, budget, papers.

    Args:
        seats: open seats with organisations, as `consortia.queries.members.open_seats` gives them.
        at: the instant whose edition of the call counts.
        viewer: who reads it: what a partner keeps to itself is one sum then. None: the whole, for a verdict.
        planned: whether invited organisations are counted as members.
        texts: of the draft, by key.
        form: of the call, for its strand.
        budget: as the viewer may see it.
        held: the files that belong to it now; made: the declarations in force.
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
        annexes=annexes_of(proposal, counted, form, held),
        declarations=declarations_of(proposal, counted, form, made),
    )


@dataclass(frozen=True, slots=True)
class Drawn:
    """An application with the papers from which it was drawn.

    Attributes:
        seats: those that take part.
        form: of its call, for its strand.
    """

    proposal: Proposal
    seats: tuple[Seat, ...]
    form: Form
    dossier: Dossier
    held: tuple[Annex, ...]
    made: tuple[Declaration, ...]


def dossiers_of(proposals: Sequence[Proposal], *, at: datetime) -> dict[int, Drawn]:
    """Several applications as they stand now, the same as `dossier_of` gives; in as many queries for many as for one.

    For each call among them its edition is asked once more.

    Args:
        proposals: with their consortia.
        at: the instant whose edition of the call counts.
    """
    seats = _seats_of([one.consortium_id for one in proposals])
    texts: dict[int, dict[str, Text]] = defaultdict(dict)
    for text in Text.objects.filter(proposal__in=proposals):
        texts[text.proposal_id][text.key] = text
    rows = Rows.of(proposals)
    held, made = papers.annexes_of_all(proposals), papers.declarations_of_all(proposals)
    calls = {one.consortium.call for one in proposals}
    forms = {call: form_of(call, at) or standard_form() for call in calls}
    found = {}
    for one in proposals:
        form = forms[one.consortium.call].for_strand(one.consortium.strand)
        sitting = seats[one.consortium_id]
        dossier = dossier_of(
            one,
            sitting,
            at=at,
            texts=texts[one.pk],
            form=form,
            budget=rows.budget(sitting, form),
            held=held[one.pk],
            made=made[one.pk],
        )
        found[one.pk] = Drawn(one, tuple(sitting), form, dossier, tuple(held[one.pk]), tuple(made[one.pk]))
    return found


def _seats_of(consortia: Iterable[int]) -> dict[int, list[Seat]]:
    """The seats that take part, by consortium, in the order of the application."""
    found: dict[int, list[Seat]] = defaultdict(list)
    rows = Seat.objects.filter(consortium__in=list(consortia), state=SeatState.ACCEPTED)
    rows = rows.select_related("organisation__legal_entity").prefetch_related("organisation__steps")
    for seat in rows.order_by("place", "id"):
        found[seat.consortium_id].append(seat)
    return found


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


def annexes_of(
    proposal: Proposal, seats: Iterable[Seat], form: Form, held: Sequence[Annex] | None = None
) -> tuple[CoreAnnex, ...]:
    """The files that belong to it now; not those of partners that left, nor of what the form asks no more."""
    places = papers.places_of(form, seats, papers.annexes_now(proposal) if held is None else held)
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


def declarations_of(
    proposal: Proposal, seats: Iterable[Seat], form: Form, made: Sequence[Declaration] | None = None
) -> tuple[Declared, ...]:
    """What partners have declared, on the wording that holds now, and not taken back."""
    told = papers.declarations_now(proposal) if made is None else made
    return tuple(
        Declared(
            word.asked.id, word.seat.organisation.ref, word.made.digest, word.made.made_at.astimezone(BRUSSELS).date()
        )
        for word in papers.words_of(form, seats, told)
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
