"""At least so many different countries of a group: counted as bits."""

from hanse.core.eligibility.context import Context
from hanse.core.eligibility.kinds.minimum_countries import MinimumCountries
from hanse.engines.portfolio.portions import Portion, Screened, Standing, numbers_of, ranged
from hanse.engines.portfolio.tables import Small, Table


def screen(kind: MinimumCountries, table: Table, context: Context) -> Screened:
    """Count the countries inside the groups, the doubtful ones, and members without a country."""
    standing = Standing(table, kind.groups, context)

    def verdicts(portion: Portion) -> Small:
        countries = portion.countries(kind.roles)
        low = numbers_of(countries, standing.of(standing.inside, portion))
        doubtful = numbers_of(countries, standing.of(standing.doubtful, portion))
        return ranged(low, low + doubtful + portion.unplaced(kind.roles), kind.minimum)

    return verdicts
