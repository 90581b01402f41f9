"""A workbook is taken over: every cell of it, or none."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from hanse.ground import audit
from hanse.stages.proposals.actions.money import SUBJECT, Typed, save_cells
from hanse.stages.registry.actions.refusals import Refusal


@transaction.atomic
def take_over(*, actor: Any, ref: str, cells: Mapping[int, Sequence[Typed]], at: datetime) -> int:
    """Write the cells of a workbook; how many hold something else now.

    Args:
        cells: by seat, each based on the version that its reader was shown.

    Raises:
        Refusal: as `save_cells` does, or if a single cell was changed meanwhile. Nothing is changed then.
    """
    changed = 0
    for seat_id, typed in cells.items():
        saved = save_cells(actor=actor, ref=ref, seat_id=seat_id, cells=typed, at=at, whole=True)
        if saved.clashes:
            first = saved.clashes[0]
            told = f"{first.by} changed {len(saved.clashes)} of these cells meanwhile. Read the workbook again."
            raise Refusal(told)
        changed += len(saved.changed)
    if changed:
        audit.record("import budget", actor=actor, subject=(SUBJECT, ref), facts={"cells": changed}, at=at)
    return changed
