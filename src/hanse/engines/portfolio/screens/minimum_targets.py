"""At least so many targets outside groups of countries."""

from dataclasses import replace

import numpy as np

from hanse.core.eligibility.context import Context
from hanse.core.eligibility.kinds.minimum_targets import MinimumTargets
from hanse.core.proposal import Dossier
from hanse.engines.portfolio.portions import (
    MET,
    NOT_MET,
    UNDECIDED,
    Portion,
    Screened,
    ranged,
    strands_of,
    verdict_codes,
)
from hanse.engines.portfolio.tables import Small, Table


def screen(kind: MinimumTargets, table: Table, context: Context) -> Screened:
    """Ask once for every single target and strand; count over every different list once for each strand."""
    one = replace(kind, minimum=1)
    lists = len(table.target_offsets) - 1
    list_of = np.repeat(np.arange(lists), np.diff(table.target_offsets))
    rows = []
    for strand in strands_of(table):
        singly = verdict_codes(one, (Dossier("", strand, targets=(each,)) for each in table.target_places), context)
        listed = singly[table.target_codes]
        certain = np.bincount(list_of[listed == MET], minlength=lists)
        possible = np.bincount(list_of[listed != NOT_MET], minlength=lists)
        rows.append(np.append(ranged(certain, possible, kind.minimum), UNDECIDED))
    answers = np.stack(rows)

    def verdicts(portion: Portion) -> Small:
        return answers[portion.strand, table.targets[portion.proposals]]

    return verdicts
