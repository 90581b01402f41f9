"""The submissions of a table, as the law looks them up."""

import numpy as np

from hanse.core.consortium import APPLICANTS, COORDINATOR
from hanse.core.eligibility.context import Appearance, Submissions
from hanse.engines.portfolio.portions import rows_in_roles
from hanse.engines.portfolio.tables import Codes, Flags, Places, Table, instant_at


def submissions_near(table: Table, proposals: Places) -> Submissions:
    """What `Submissions.of` all dossiers of the table would tell of some proposals.

    It holds the bodies that stand in these and in other rows as well. A body without a second row meets no other
    proposal, and a rule that looks it up finds nothing either way.
    """
    shared, index = table.shared, Submissions(entity_of=_told_elsewhere(table, proposals))
    chosen = np.zeros(len(table), bool)
    chosen[proposals] = True
    listed = np.zeros(shared.bodies, bool)
    listed[shared.body[chosen[shared.proposal]]] = True
    role, near = table.role[shared.rows], listed[shared.body]
    applying = near & rows_in_roles(role, APPLICANTS)
    entries = shared.appearances(applying)
    leading = shared.appearances(near & rows_in_roles(role, COORDINATOR))
    appearances = _appearances(table, np.unique(shared.proposal[entries]))
    complete = _complete(table, applying)
    members: dict[int, list[str]] = {}
    for body, proposal in zip(_bodies(table, entries), shared.proposal[entries].tolist(), strict=True):
        index.by_entity[body].append(appearances[proposal])
        if complete[proposal]:
            members.setdefault(proposal, []).append(body)
    for proposal in sorted(members):
        index.by_members[frozenset(members[proposal])].append(appearances[proposal])
    for body, proposal in zip(_bodies(table, leading), shared.proposal[leading].tolist(), strict=True):
        index.by_coordinator[body].append(appearances[proposal])
    return index


def _complete(table: Table, applying: Flags) -> Flags:
    """Of which proposals every applicant is among these shared rows. No other has a twin with the same members."""
    found = np.bincount(table.shared.proposal[applying], minlength=len(table))
    applicants: Codes = np.add.reduceat(rows_in_roles(table.role, APPLICANTS), table.offsets[:-1], dtype=np.int32)
    complete: Flags = found == applicants
    return complete


def _bodies(table: Table, entries: Places) -> list[str]:
    """What identifies the organisation of each of these shared rows across proposals."""
    return table.identities.take(table.body[table.shared.rows[entries]])


def _told_elsewhere(table: Table, proposals: Places) -> dict[str, str]:
    """Legal entities that these proposals leave out and others state."""
    rows = table.rows_of(proposals)
    rows = rows[(table.legal_entity[rows] < 0) & (table.body[rows] != table.organisation[rows])]
    ids = table.identities.take(table.organisation[rows])
    return dict(zip(ids, table.identities.take(table.body[rows]), strict=True))


def _appearances(table: Table, proposals: Places) -> dict[int, Appearance]:
    strands = (*table.strands, "")
    cells = zip(
        proposals.tolist(),
        table.proposals.take(proposals),
        table.strand[proposals].tolist(),
        table.submitted_at[proposals].tolist(),
        strict=True,
    )
    return {place: Appearance(id, strands[strand], instant_at(at)) for place, id, strand, at in cells}
