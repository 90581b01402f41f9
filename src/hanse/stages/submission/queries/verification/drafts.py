"""Drafts: every text is its latest version, and every ledger stands as its changes left it."""

from collections.abc import Iterator
from typing import Any

from hanse.stages.proposals.models import Cost, MoneyChange, Part, Source, Text, TextVersion
from hanse.stages.proposals.queries.money import holds
from hanse.stages.submission.queries.verification.rows import AT_ONCE, Held, each

Place = tuple[int, int, str]
"""An application, a seat in it, and what of the ledger."""


def texts() -> Held:
    """Every text reads as the latest version of it."""
    latest = TextVersion.objects.filter(number__isnull=False).order_by("proposal", "key", "number")
    kept = {
        (proposal, key): (number, value)
        for proposal, key, number, value in latest.values_list("proposal", "key", "number", "value").iterator()
    }
    rows = Text.objects.select_related("proposal").order_by("pk").iterator(chunk_size=AT_ONCE)

    def fault_of(text: Text) -> str:
        stands = kept.get((text.proposal_id, text.key)) == (text.version, text.value)
        return "" if stands else "the text is not its latest version."

    return each(rows, lambda text: f"Application {text.proposal.ref}, {text.key}", fault_of)


def ledgers() -> Held:
    """Every cell, part and source stands as its changes left it, and products are products."""
    left = _replayed()
    held = 0
    for place, row, ref in _money_rows():
        figures = left.pop(place, None)
        if figures is None:
            if isinstance(row, Cost) and not holds(row):
                continue  # a cell that was emptied
            return held, f"Application {ref}, {place[2]}: no change of the ledger made it."
        if any(getattr(row, name) != said for name, said in figures.items()):
            return held, f"Application {ref}, {place[2]}: it is not as its latest change left it."
        if isinstance(row, Cost) and row.months is not None and row.rate is not None:
            exact = row.months * row.rate
            if row.cents != (exact + 50) // 100:
                return held, f"Application {ref}, {place[2]}: months times rate is another amount."
        held += 1
    for _, _, key in left:
        return held, f"{key}: the history has it, the ledger has not."
    return held, ""


def _replayed() -> dict[Place, dict[str, Any]]:
    """What the changes of all ledgers come to, one after the other."""
    left: dict[Place, dict[str, Any]] = {}
    changes = MoneyChange.objects.order_by("id").values_list("proposal", "seat", "key", "after")
    for proposal, seat, key, after in changes.iterator(chunk_size=AT_ONCE):
        left.pop((proposal, seat, key), None)
        if after is not None:
            # A source that was renamed is changed under its old name.
            now = f"source/{after['name']}" if key.startswith("source/") else key
            left[proposal, seat, now] = after
    return left


def _money_rows() -> Iterator[tuple[Place, Any, str]]:
    for cost in Cost.objects.select_related("proposal").order_by("pk").iterator(chunk_size=AT_ONCE):
        yield (cost.proposal_id, cost.seat_id, f"cost/{cost.work_package}/{cost.category}"), cost, cost.proposal.ref
    for part in Part.objects.select_related("proposal").order_by("pk").iterator(chunk_size=AT_ONCE):
        yield (part.proposal_id, part.seat_id, "part"), part, part.proposal.ref
    for source in Source.objects.select_related("proposal").order_by("pk").iterator(chunk_size=AT_ONCE):
        yield (source.proposal_id, source.seat_id, f"source/{source.name}"), source, source.proposal.ref
