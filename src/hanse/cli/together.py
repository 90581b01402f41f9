"""Checking thousands of proposals on every core: each process takes a run of them and writes its part of the answer."""

import os
from collections.abc import Sequence
from itertools import pairwise

from hanse.cli.render import Piece, json_piece
from hanse.core.eligibility.engine import Examiner
from hanse.core.proposal import Dossier

WORTH_SHARING = 2_000
"""Fewer proposals than this are checked before a second process has started."""

_work: tuple[Examiner, Sequence[Dossier]] | None = None
"""What the forked processes inherit: sending it to them would take longer than the checks."""


def json_pieces(examiner: Examiner, dossiers: Sequence[Dossier]) -> list[Piece]:
    """Check proposals and write them as JSON, in their order."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    if len(dossiers) < WORTH_SHARING or cores < 2 or not hasattr(os, "fork"):
        return [json_piece(map(examiner.check, dossiers))]
    import multiprocessing  # slow to load, and a single check must not wait for it

    global _work  # noqa: PLW0603 -- inherited by fork, see above
    _work = examiner, dossiers
    runs = cores * 4
    bounds = [len(dossiers) * n // runs for n in range(runs + 1)]
    try:
        with multiprocessing.get_context("fork").Pool(cores) as pool:
            return pool.starmap(_piece, list(pairwise(bounds)), chunksize=1)
    finally:
        _work = None


def _piece(start: int, end: int) -> Piece:
    assert _work is not None  # noqa: S101 -- set before the fork
    examiner, dossiers = _work
    return json_piece(map(examiner.check, dossiers[start:end]))
