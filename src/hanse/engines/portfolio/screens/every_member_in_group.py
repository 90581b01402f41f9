"""Every member in a country of a group: no bit outside it."""

import numpy as np

from hanse.core.eligibility.context import Context
from hanse.core.eligibility.kinds.every_member_in_group import EveryMemberInGroup
from hanse.engines.portfolio.portions import MET, NOT_MET, UNDECIDED, Portion, Screened, Standing, numbers_of
from hanse.engines.portfolio.tables import Small, Table


def screen(kind: EveryMemberInGroup, table: Table, context: Context) -> Screened:
    """Look for countries outside the groups, then for doubtful or missing ones."""
    standing = Standing(table, kind.groups, context)

    def verdicts(portion: Portion) -> Small:
        countries = portion.countries(kind.roles)
        outside = numbers_of(countries, standing.of(standing.outside, portion))
        doubtful = numbers_of(countries, standing.of(standing.doubtful, portion)) + portion.unplaced(kind.roles)
        return np.where(outside > 0, NOT_MET, np.where(doubtful > 0, UNDECIDED, MET))

    return verdicts
