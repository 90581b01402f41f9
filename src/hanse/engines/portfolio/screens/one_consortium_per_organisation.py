"""No member stands in another consortium of the same strand, phase or call."""

import numpy as np
from numpy.typing import NDArray

from hanse.core.consortium import APPLICANTS
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.kinds.one_consortium_per_organisation import Consequence, OneConsortiumPerOrganisation, Per
from hanse.core.values.unknown import Unknown
from hanse.engines.portfolio.portions import MET, NOT_MET, UNDECIDED, Screened, rows_in_roles
from hanse.engines.portfolio.tables import UNSTATED_INSTANT, Numbers, Places, Small, Table


def screen(kind: OneConsortiumPerOrganisation, table: Table, context: Context) -> Screened:
    """Count, for every body that has several rows, the proposals in each scope."""
    found = _Counts(kind, table, context).verdicts()
    return lambda portion: found[portion.proposals]


class _Counts:
    """How many proposals of each scope a body stands in.

    `group` numbers pairs of body and scope. The last scope is that of proposals whose strand is not stated.
    """

    def __init__(self, kind: OneConsortiumPerOrganisation, table: Table, context: Context):
        self.kind, self.table, self.shared = kind, table, table.shared
        self.scopes = _scopes(kind, table, context)
        self.scope_count = int(self.scopes.max()) + 1
        role = table.role[self.shared.rows]
        self.entries = self.shared.appearances(rows_in_roles(role, APPLICANTS))
        self.members = np.flatnonzero(rows_in_roles(role, kind.roles))
        self.group = self.shared.body * self.scope_count + self.scopes[table.strand[self.shared.proposal]]
        self.count = self._number(self.entries)

    def _number(self, entries: Places) -> NDArray[np.intp]:
        return np.bincount(self.group[entries], minlength=self.shared.bodies * self.scope_count)

    def verdicts(self) -> Small:
        table, shared = self.table, self.shared
        found = np.full(len(table), MET)
        own = self._stands_itself()
        others = self.count[self.group[self.members]] - own
        clashing = others > 0
        rows, own = self.members[clashing], own[clashing]
        answers = self._consequences(rows, own)
        found[shared.proposal[rows[answers == UNDECIDED]]] = UNDECIDED
        found[shared.proposal[rows[answers == NOT_MET]]] = NOT_MET
        if self.kind.per is not Per.CALL:
            nowhere = self.scope_count - 1
            unplaced = self.count[shared.body[self.members] * self.scope_count + nowhere] > 0
            proposals = shared.proposal[self.members[unplaced]]
            found[proposals] = np.maximum(found[proposals], UNDECIDED)
            found[table.strand < 0] = UNDECIDED
        return found

    def _stands_itself(self) -> Numbers:
        """1 for a member's row whose own proposal is counted for its body, else 0."""
        body, proposal = self.shared.body, self.shared.proposal
        run = np.zeros(len(body), np.intp)
        np.cumsum((body[1:] != body[:-1]) | (proposal[1:] != proposal[:-1]), out=run[1:])
        counted = np.zeros(len(body), np.int64)
        counted[run[self.entries]] = 1
        return counted[run[self.members]]

    def _consequences(self, rows: Places, own: Numbers) -> Small:
        """What a clash means for the proposal of each row that clashes."""
        consequence = self.kind.consequence
        if isinstance(consequence, Unknown):
            return np.full(len(rows), UNDECIDED)
        if consequence is Consequence.ALL:
            return np.full(len(rows), NOT_MET)
        return self._later(rows, own)

    def _later(self, rows: Places, own: Numbers) -> Small:
        times = self.table.submitted_at[self.shared.proposal]
        known = times[self.entries] != UNSTATED_INSTANT
        stated, group = self.entries[known], self.group[rows]
        first = np.full(len(self.count), np.iinfo(np.int64).max)
        np.minimum.at(first, self.group[stated], times[stated])
        at_first = self._number(stated[times[stated] == first[self.group[stated]]])
        mine, earliest = times[rows], first[group]
        # As to ties: the own time is never before the first one, so a rival's equal time is the first one.
        tied = (mine == earliest) & (at_first[group] > own)
        unclear = (mine == UNSTATED_INSTANT) | tied | (self._number(self.entries[~known])[group] > 0)
        answers = np.where(unclear, UNDECIDED, MET)
        return np.where((earliest < mine) & (mine != UNSTATED_INSTANT), NOT_MET, answers)


def _scopes(kind: OneConsortiumPerOrganisation, table: Table, context: Context) -> NDArray[np.intp]:
    """The number of each strand's scope; the strand that is not stated has the last, its own unless all is one."""
    if kind.per is Per.CALL:
        return np.zeros(len(table.strands) + 1, np.intp)
    numbers: dict[str, int] = {}
    scopes = [numbers.setdefault(kind._scope(strand, context.call), len(numbers)) for strand in table.strands]
    return np.array([*scopes, len(numbers)], np.intp)
