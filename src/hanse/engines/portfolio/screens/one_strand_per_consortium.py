"""The same consortium has no submission in another strand."""

import numpy as np
from numpy.typing import NDArray

from hanse.core.consortium import APPLICANTS, COORDINATOR
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.kinds.one_strand_per_consortium import OneStrandPerConsortium, Same
from hanse.engines.portfolio.portions import MET, NOT_MET, UNDECIDED, Screened, rows_in_roles
from hanse.engines.portfolio.tables import Codes, Numbers, Places, Small, Table


def screen(kind: OneStrandPerConsortium, table: Table, context: Context) -> Screened:  # noqa: ARG001 -- one protocol for all screens
    """Group the proposals of the same consortium and count the strands in each group."""
    group, proposals = _same_members(table) if kind.same is Same.SAME_MEMBERS else _same_coordinator(table)
    found = np.full(len(table), MET)
    found[proposals] = _judge(group, table.strand[proposals].astype(np.int64), len(table.strands))
    return lambda portion: found[portion.proposals]


def _judge(group: Numbers, strand: Numbers, strands: int) -> Small:
    """The verdict on each proposal of groups of the same consortium, from how many there are in each strand."""
    stated = strand >= 0
    everywhere = np.bincount(group)[group]
    somewhere = np.bincount(group[stated], minlength=group.max(initial=0) + 1)[group]
    place = group * (strands + 1) + strand + 1
    here = np.bincount(place)[place]
    elsewhere = np.where(stated, somewhere - here, 0)
    unclear = np.where(stated, everywhere - somewhere, everywhere - 1)
    return np.where(elsewhere > 0, NOT_MET, np.where(unclear > 0, UNDECIDED, MET))


def _same_coordinator(table: Table) -> tuple[Numbers, Codes]:
    """The groups of proposals with one coordinator."""
    shared = table.shared
    rows = shared.appearances(rows_in_roles(table.role[shared.rows], COORDINATOR))
    return shared.body[rows], shared.proposal[rows]


def _same_members(table: Table) -> tuple[Numbers, Codes]:
    """The groups of two or more proposals with the same applicants."""
    shared = table.shared
    flags = rows_in_roles(table.role[shared.rows], APPLICANTS)
    entries = shared.appearances(flags)
    # A member that stands nowhere else makes a consortium the only one of its kind.
    applicants = np.add.reduceat(rows_in_roles(table.role, APPLICANTS), table.offsets[:-1], dtype=np.int32)
    repeated = np.bincount(shared.proposal[flags], minlength=len(table)) == applicants
    pairs = shared.proposal[entries].astype(np.int64) << 32 | shared.body[entries]
    pairs = np.sort(pairs[repeated[shared.proposal[entries]]])
    proposals, body = (pairs >> 32).astype(np.int32), pairs & 0xFFFF_FFFF
    if not len(pairs):
        return body, proposals
    starts = np.concatenate(([0], np.flatnonzero(proposals[1:] != proposals[:-1]) + 1))
    alike = _share_a_sum(np.add.reduceat(_scrambled(body), starts))
    ends = np.append(starts[1:], len(body))
    numbers: dict[bytes, int] = {}
    group = [
        numbers.setdefault(body[start:end].tobytes(), len(numbers))
        for start, end in zip(starts[alike].tolist(), ends[alike].tolist(), strict=True)
    ]
    return np.array(group, np.int64), proposals[starts[alike]]


def _share_a_sum(sums: NDArray[np.uint64]) -> Places:
    """The places of sums that occur more than once."""
    order = np.argsort(sums)
    same = sums[order][1:] == sums[order][:-1]
    alike: Places = order[np.append(same, False) | np.append(False, same)]
    return alike


def _scrambled(numbers: Numbers) -> NDArray[np.uint64]:
    """Numbers spread over 64 bits, so that equal sums of several come from equal numbers, but for rare chance."""
    spread = (numbers.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    spread = (spread ^ (spread >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    spread = (spread ^ (spread >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return spread ^ (spread >> np.uint64(31))
