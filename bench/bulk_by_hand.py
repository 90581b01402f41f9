"""What the peers of the bulk check share: the 2020 call written by hand twice (bulk_numpy.py and bulk_polars.py).

Both know only this call and this table, take every short cut that these allow, and give the same verdicts as the
law. A verdict is 0 met, 1 undecided, 2 not met, -1 not a rule of the strand.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hanse.core.eligibility.context import Context
from hanse.core.values.unknown import Unknown
from hanse.engines.portfolio.tables import Table, code_of_day

Verdicts = Mapping[str, NDArray[np.int8]]
CLOSING = 18598  # 2 December 2020
ADVISED = {"B-two-targets", "targets-at-most-five"}
NO_VERDICT = {"A-scope", "B-scope", "B-builds-on-strategy", "A-actions", "five-properties"}


@dataclass(frozen=True)
class Places:
    """Which countries of a table count, by their number in it, and how many targets of each list count."""

    cosme: NDArray[np.bool_]
    cosme_doubtful: NDArray[np.bool_]
    union: NDArray[np.bool_]
    britain: int
    targets: NDArray[np.int64]
    target_total: NDArray[np.int64]
    target_unclear: NDArray[np.int64]


def places_of(table: Table, context: Context) -> Places:
    """What the reference tables say, looked up before the clock runs."""
    assert code_of_day(context.on) == CLOSING

    def standing(group: tuple[str, ...], places: tuple[str, ...]) -> list[bool | None]:
        answers = [context.standing(country, group, "A") for country in places]
        return [None if isinstance(answer, Unknown) else answer for answer in answers]

    both = standing(("COSME", "EU"), table.countries)
    abroad = standing(("COSME", "EU"), table.target_places)
    known = [place in context.geography.names for place in table.target_places]
    certain = np.array([not k or a is False for k, a in zip(known, abroad, strict=True)])
    unclear = np.array([k and a is None for k, a in zip(known, abroad, strict=True)])
    lists = np.repeat(np.arange(len(table.target_offsets) - 1), np.diff(table.target_offsets))
    return Places(
        cosme=np.array([answer is True for answer in both]),
        cosme_doubtful=np.array([answer is None for answer in both]),
        union=np.array([answer is True for answer in standing(("EU",), table.countries)]),
        britain=table.countries.index("GB"),
        targets=np.bincount(lists[certain[table.target_codes]], minlength=len(table.target_offsets) - 1),
        target_total=np.diff(table.target_offsets),
        target_unclear=np.bincount(lists[unclear[table.target_codes]], minlength=len(table.target_offsets) - 1),
    )


def worst_of(found: Verdicts) -> NDArray[np.int8]:
    """The verdict on each proposal."""
    total = np.zeros(len(next(iter(found.values()))), np.int8)
    for rule, verdicts in found.items():
        if rule not in ADVISED:
            np.maximum(total, verdicts, out=total)
    return total
