"""Checking thousands of proposals on every core: each process takes a run of them and writes its part of the answer."""

import os
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from hanse.cli.render import Piece, json_piece
from hanse.core.eligibility.engine import Examiner
from hanse.core.proposal import Dossier

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

WORTH_SHARING = 2_000
"""Fewer proposals than this are checked before a second process has started."""


def json_pieces(examiner: Examiner, dossiers: Sequence[Dossier]) -> list[Piece]:
    """Check proposals and write them as JSON, in their order.

    Further processes are forked, so that they have the dossiers without being sent them; this process takes the
    first run itself.

    Raises:
        RuntimeError: if another process ended without an answer.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    if len(dossiers) < WORTH_SHARING or cores < 2 or not hasattr(os, "fork"):
        return [json_piece(map(examiner.check, dossiers))]
    import multiprocessing  # slow to load, and a single check must not wait for it

    fork = multiprocessing.get_context("fork")
    first, *others = pairwise([len(dossiers) * n // cores for n in range(cores + 1)])
    helpers = []
    for start, end in others:
        here, there = fork.Pipe(duplex=False)
        process = fork.Process(target=_answer, args=(there, examiner, dossiers[start:end]), daemon=True)
        process.start()
        there.close()  # only the other process writes; its end is then seen here
        helpers.append((process, here))
    pieces = [json_piece(map(examiner.check, dossiers[first[0] : first[1]]))]
    for process, here in helpers:
        try:
            pieces.append(here.recv())
        except EOFError:
            raise RuntimeError("a process that checked proposals ended without an answer") from None
        process.join()
    return pieces


def _answer(there: "Connection[Piece, None]", examiner: Examiner, dossiers: Sequence[Dossier]) -> None:
    there.send(json_piece(map(examiner.check, dossiers)))
    there.close()
