"""Not more than so many targets."""

import numpy as np

from hanse.core.eligibility.context import Context
from hanse.core.eligibility.kinds.maximum_targets import MaximumTargets
from hanse.engines.portfolio.portions import MET, NOT_MET, UNDECIDED, Portion, Screened
from hanse.engines.portfolio.tables import Small, Table


def screen(kind: MaximumTargets, table: Table, context: Context) -> Screened:  # noqa: ARG001 -- one protocol for all screens
    """Count the targets of every different list once."""
    answers = np.append(np.where(np.diff(table.target_offsets) > kind.maximum, NOT_MET, MET), UNDECIDED)

    def verdicts(portion: Portion) -> Small:
        return answers[table.targets[portion.proposals]]

    return verdicts
