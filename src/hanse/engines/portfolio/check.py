"""Checks a whole table of proposals against a call: screens first, and the rule kinds for what they leave open."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hanse.core.call import Scope
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.engine import BoundRule, Examiner
from hanse.core.eligibility.findings import Assessment, ProposalVerdict
from hanse.engines.portfolio.index import submissions_near
from hanse.engines.portfolio.portions import (
    CODES,
    MET,
    NOT_ASKED,
    NOT_MET,
    UNDECIDED,
    UNSETTLED,
    Portion,
    Screened,
)
from hanse.engines.portfolio.screens import SCREENS
from hanse.engines.portfolio.tables import Places, Small, Table

ROWS_AT_ONCE = 250_000
"""Rows of a portion: its arrays stay in the processor's cache, and the calls they take are few beside them."""

PROPOSAL_VERDICTS = {
    int(MET): ProposalVerdict.ELIGIBLE,
    int(UNDECIDED): ProposalVerdict.UNDECIDED,
    int(NOT_MET): ProposalVerdict.NOT_ELIGIBLE,
}


@dataclass(frozen=True, eq=False)
class PortfolioResult:
    """The verdicts on a table of proposals.

    Attributes:
        context: the call and its surroundings; submissions are those of the table if `together`.
        together: whether the table holds all submissions of the call, so that rules over all were asked.
        by_rule: for each rule by id, a code for each proposal: `MET`, `UNDECIDED`, `NOT_MET`, `NOT_ASKED`.
        verdicts: for each proposal a code; a proposal is eligible where it is `MET`.
        settled_one_by_one: how many verdicts the screens left to the rule kinds.
    """

    table: Table
    context: Context
    together: bool
    by_rule: dict[str, Small]
    verdicts: Small
    settled_one_by_one: int

    def counts(self) -> dict[ProposalVerdict, int]:
        """How many proposals have each verdict."""
        found = np.bincount(self.verdicts, minlength=3).tolist()
        return {verdict: found[code] for code, verdict in PROPOSAL_VERDICTS.items()}

    def verdict(self, proposal: int) -> ProposalVerdict:
        """The verdict on one proposal."""
        return PROPOSAL_VERDICTS[int(self.verdicts[proposal])]

    def left_to_officer(self, strand: str = "") -> list[str]:
        """Ids of the rules that an officer decides, set aside from the verdicts; of all strands if none is given."""
        return [bound.rule.id for bound in self._rules(strand) if bound.of_officer]

    def needs_all(self, strand: str = "") -> list[str]:
        """Ids of the rules over all submissions that could not be asked; of all strands if none is given."""
        if self.together:
            return []
        return [bound.rule.id for bound in self._rules(strand) if bound.over_call and not bound.of_officer]

    def _rules(self, strand: str) -> tuple[BoundRule, ...]:
        examiner = Examiner(self.context)
        return examiner.rules_for(strand) if strand else examiner.rules

    def assessments(self, proposals: Iterable[int]) -> list[Assessment]:
        """Everything the law says of some proposals: reasons, facts and repairs."""
        chosen = np.fromiter(proposals, np.intp)
        return list(self.explainer(chosen)(chosen))

    def explainer(self, proposals: Iterable[int]) -> "Explainer":
        """Make ready to explain some proposals."""
        chosen = np.fromiter(proposals, np.intp)
        context = _context_of(self.table, self.context, chosen, self.together)
        return Explainer(self.table.with_texts_of(chosen), Examiner(context))


@dataclass(frozen=True, eq=False)
class Explainer:
    """Says everything the law says of some proposals of a table.

    It does without the library that read the table, so that a forked process may use it: that library's threads
    do not survive a fork.
    """

    table: Table
    examiner: Examiner

    def __call__(self, proposals: Iterable[int]) -> Iterator[Assessment]:
        """Assess some of the proposals, in the order asked."""
        return map(self.examiner.check, self.table.dossiers(proposals))


def check_table(table: Table, context: Context, *, together: bool = True) -> PortfolioResult:
    """Check every proposal of a table.

    Args:
        table: the proposals.
        context: the call and its surroundings; its own submissions are not looked at.
        together: whether these are all submissions of the call, so that rules over all of them can be asked.

    Raises:
        Faulty: if a rule of the call names no kind or has wrong parameters.
    """
    return _Check(table, context, together).result()


class _Check:
    """One check of a table: every rule's verdicts, filled in portion by portion."""

    def __init__(self, table: Table, context: Context, together: bool):
        self.table, self.together = table, together
        self.context = Context(context.call, context.geography, context.on)
        self.rules = Examiner(self.context).rules
        self.found = [np.empty(len(table), np.int8) for _ in self.rules]
        self.verdicts = np.full(len(table), MET)

    def result(self) -> PortfolioResult:
        over_all = [place for place, bound in enumerate(self.rules) if bound.kind.scope is Scope.CALL]
        others = [place for place in range(len(self.rules)) if place not in over_all]
        with ThreadPoolExecutor(_cores()) as pool:
            running = pool.submit(self._fill_all, over_all)
            screens = [(place, self._screen(self.rules[place])) for place in others]
            portions = [pool.submit(self._fill, first, last, screens) for first, last in self._bounds()]
            for each in (running, *portions):
                each.result()
        left = self._settle()
        for place, bound in enumerate(self.rules):
            if bound.judges(self.together):
                np.maximum(self.verdicts, self.found[place], out=self.verdicts)
        by_rule = {bound.rule.id: found for bound, found in zip(self.rules, self.found, strict=True)}
        return PortfolioResult(self.table, self.context, self.together, by_rule, self.verdicts, left)

    def _bounds(self) -> list[tuple[int, int]]:
        """First and last proposals of portions of about `ROWS_AT_ONCE` rows."""
        pieces = max(1, self.table.participants // ROWS_AT_ONCE)
        ends = np.searchsorted(self.table.offsets, np.arange(1, pieces) * ROWS_AT_ONCE)
        bounds = np.unique(np.concatenate(([0], ends, [len(self.table)])))
        return list(zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True))

    def _screen(self, bound: BoundRule) -> Screened:
        make = SCREENS.get(bound.kind.name)
        if make is None:
            return lambda portion: np.full(portion.count, UNSETTLED)
        return make(bound.kind, self.table, self.context)

    def _fill(self, first: int, last: int, screens: list[tuple[int, Screened]]) -> None:
        portion = Portion.run(self.table, first, last)
        for place, screened in screens:
            self.found[place][first:last] = self._asked(self.rules[place], portion, screened)

    def _fill_all(self, places: list[int]) -> None:
        """The rules over all submissions look at the whole table at once."""
        for place in places:
            screened = self._screen(self.rules[place]) if self.together else _undecided
            portion = Portion.run(self.table, 0, len(self.table))
            self.found[place][:] = self._asked(self.rules[place], portion, screened)

    def _asked(self, bound: BoundRule, portion: Portion, screened: Callable[[Portion], Small]) -> Small:
        """A screen's verdicts where the rule is one of the proposal's strand."""
        found = screened(portion)
        if not bound.only_strands:
            return found
        asked = np.array([strand in bound.only_strands for strand in self.table.strands] + [False])[portion.strand]
        return np.where(asked, found, np.where(portion.strand < 0, UNDECIDED, NOT_ASKED))

    def _settle(self) -> int:
        """Let the rule kinds judge what the screens left open; returns how many verdicts that were."""
        unsettled = [np.flatnonzero(found == UNSETTLED) for found in self.found]
        proposals = np.unique(np.concatenate([np.empty(0, np.intp), *unsettled]))
        if not len(proposals):
            return 0
        dossiers = dict(zip(proposals.tolist(), self.table.dossiers(proposals), strict=True))
        context = _context_of(self.table, self.context, proposals, self.together)
        for bound, found, places in zip(self.rules, self.found, unsettled, strict=True):
            for place in places.tolist():
                found[place] = CODES[bound.kind.check(dossiers[place], context).verdict]
        return sum(map(len, unsettled))


def _undecided(portion: Portion) -> NDArray[np.int8]:
    return np.full(portion.count, UNDECIDED)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _context_of(table: Table, context: Context, proposals: Places, together: bool) -> Context:
    """The context in which some proposals are checked: with all submissions that share a body with one of them."""
    submissions = submissions_near(table, proposals) if together else None
    return Context(context.call, context.geography, context.on, submissions)
