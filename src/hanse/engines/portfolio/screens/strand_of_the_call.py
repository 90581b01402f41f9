"""A proposal names one strand that the call has."""

from hanse.core.eligibility.context import Context
from hanse.core.eligibility.kinds.strand_of_the_call import StrandOfTheCall
from hanse.engines.portfolio.portions import Screened, by_strand
from hanse.engines.portfolio.tables import Table


def screen(kind: StrandOfTheCall, table: Table, context: Context) -> Screened:
    """Ask the kind once for every strand."""
    return by_strand(kind, table, context)
