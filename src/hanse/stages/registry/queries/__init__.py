"""What the registry can be asked."""

from hanse.stages.registry.queries.facts import as_known
from hanse.stages.registry.queries.profiles import (
    by_ref,
    country_name,
    language_name,
    market_name,
    name_key,
    new_ref,
    organisations_of,
    published,
    review_queue,
    review_queue_notes,
    sector_name,
    snapshot,
    snapshots,
)

__all__ = [
    "as_known",
    "by_ref",
    "country_name",
    "language_name",
    "market_name",
    "name_key",
    "new_ref",
    "organisations_of",
    "published",
    "review_queue",
    "review_queue_notes",
    "sector_name",
    "snapshot",
    "snapshots",
]
