"""Taking a draft file over: its texts as any other saving, and the cells of one's own partners."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from hanse.core.proposal import Dossier
from hanse.ground import audit
from hanse.stages.consortia.models import Consortium, SeatState
from hanse.stages.consortia.permissions import standing_in
from hanse.stages.consortia.queries.members import open_seats
from hanse.stages.proposals.actions import drafts as texts_actions
from hanse.stages.proposals.actions import money as money_actions
from hanse.stages.proposals.models import Proposal, TextVersion
from hanse.stages.proposals.queries import drafts, money
from hanse.stages.proposals.queries.dossiers import dossier_of
from hanse.stages.proposals.queries.imports import Comparison, NewCell, compare
from hanse.stages.registry.actions.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a draft file.

    Attributes:
        texts: how many texts were saved, by what became of them: saved, merged, conflict, same.
        conflicts: keys of texts that were set aside, because somebody changed the same words meanwhile.
        cells: how many cells were changed.
        clashes: cells that were left as they stand, because they were changed meanwhile, in words.
    """

    texts: Mapping[str, int] = field(default_factory=dict)
    conflicts: tuple[str, ...] = ()
    cells: int = 0
    clashes: tuple[str, ...] = ()

    @property
    def taken(self) -> int:
        """How many texts stand as the file says, or merged with what others wrote."""
        return self.texts.get("saved", 0) + self.texts.get("merged", 0)


def belongs(proposal: Proposal, file: Dossier) -> str:
    """Why a file is not of this application, and what to do; empty if it is."""
    call = proposal.consortium.call
    if file.call and file.call != call:
        return (
            f"This file is of an application to the call {file.call}; this one answers {call}. Import it where it "
            f'belongs. To take its texts over all the same, write call = "{call}" into the file and upload it again.'
        )
    if file.proposal != proposal.ref:
        return (
            f"This file is of another application, {file.proposal}. Import it there. To take its texts over all the "
            f'same, write proposal = "{proposal.ref}" into the file and upload it again.'
        )
    return ""


@transaction.atomic
def apply(*, actor: Any, ref: str, file: Dossier, seen_at: datetime, at: datetime) -> Imported:
    """Take over what a draft file changes: texts, and cells of partners for which the person acts.

    Args:
        seen_at: when the person saw what would change; counts as the file's instant if it names none.

    Raises:
        Refusal: if the person may not change the draft, or the file is of another application.
    """
    found = Consortium.objects.select_for_update().filter(ref=ref).first()
    proposal = Proposal.objects.select_for_update().select_related("consortium").filter(ref=ref).first()
    if found is None or proposal is None:
        raise Refusal("There is no such application.", 404)
    standing = standing_in(actor, found, at)
    if not standing.takes_part:
        raise Refusal("There is no such application.", 404)
    if not standing.may_edit:
        raise Refusal("The draft cannot be changed any more.", 403)
    wrong = belongs(proposal, file)
    if wrong:
        raise Refusal(wrong, 422, {"file": wrong})
    seats = [seat for seat in open_seats(found) if seat.state == SeatState.ACCEPTED]
    form, texts = drafts.form_of(proposal, at), drafts.texts_of(proposal)
    books = money.ledger_of(proposal, seats, form, standing)
    now = dossier_of(proposal, seats, at=at, viewer=standing, texts=texts, form=form, budget=books.ledger.as_budget())
    change = compare(proposal, now, file, texts=texts, form=form, books=books, standing=standing, at=min(seen_at, at))
    states, conflicts = _save_texts(actor, ref, change, at)
    cells, clashes = _save_cells(actor, ref, change, at)
    facts = {"texts": dict(states), "cells": cells, "clashes": len(clashes)}
    audit.record("import draft file", actor=actor, subject=("proposal", ref), facts=facts, at=at)
    return Imported(states, conflicts, cells, clashes)


def _save_texts(actor: Any, ref: str, change: Comparison, at: datetime) -> tuple[Counter[str], tuple[str, ...]]:
    if not change.texts:
        return Counter(), ()
    saved = texts_actions.save_many(
        actor=actor,
        ref=ref,
        texts={text.key: (text.value, text.based_on) for text in change.texts},
        at=at,
        nature=TextVersion.Nature.IMPORTED,
    )
    conflicts = tuple(key for key, each in saved.items() if each.state == "conflict")
    return Counter(each.state for each in saved.values()), conflicts


def _save_cells(actor: Any, ref: str, change: Comparison, at: datetime) -> tuple[int, tuple[str, ...]]:
    by_seat: dict[int, list[NewCell]] = {}
    for cell in change.cells:
        by_seat.setdefault(cell.seat_id, []).append(cell)
    changed, clashes = 0, []
    for seat_id, cells in by_seat.items():
        typed = [
            money_actions.Typed(
                cell.work_package, cell.category, cell.cents, cell.months, cell.rate, -1 if cell.met else cell.based_on
            )
            for cell in cells
        ]
        saved = money_actions.save_cells(actor=actor, ref=ref, seat_id=seat_id, cells=typed, at=at)
        changed += len(saved.changed)
        clashing = {clash.typed.key for clash in saved.clashes}
        clashes += [
            f"{cell.partner}, {cell.called}: {cell.before} stands, {cell.after} is in the file"
            for cell in cells
            if (cell.work_package, cell.category) in clashing
        ]
    return changed, tuple(clashes)
