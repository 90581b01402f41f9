"""The contribution requested is not above the cap of its strand."""

import numpy as np

from hanse.core.call import Strand
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.kinds.grant_cap import GrantCap
from hanse.core.values.unknown import Maybe, Unknown
from hanse.engines.portfolio.portions import MET, NOT_MET, UNDECIDED, Portion, Screened, figures_of_strands
from hanse.engines.portfolio.tables import Small, Table


def screen(kind: GrantCap, table: Table, context: Context) -> Screened:  # noqa: ARG001 -- one protocol for all screens
    """Compare cents."""
    caps = figures_of_strands(table, context, _cap)

    def verdicts(portion: Portion) -> Small:
        cap, requested = caps[portion.strand], table.requested[portion.proposals]
        return np.where((cap < 0) | (requested < 0), UNDECIDED, np.where(requested > cap, NOT_MET, MET))

    return verdicts


def _cap(strand: Strand) -> Maybe[int]:
    cap = strand.max_grant.value
    return cap if isinstance(cap, Unknown) else cap.cents
