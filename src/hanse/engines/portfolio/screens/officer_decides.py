"""A condition that no machine decides."""

from hanse.core.eligibility.context import Context
from hanse.core.eligibility.kinds.officer_decides import OfficerDecides
from hanse.engines.portfolio.portions import Screened, by_strand
from hanse.engines.portfolio.tables import Table


def screen(kind: OfficerDecides, table: Table, context: Context) -> Screened:
    """Ask the kind once for every strand."""
    return by_strand(kind, table, context)
