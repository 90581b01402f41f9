"""Every member of an admitted kind of organisation."""

from hanse.core.eligibility.context import Context
from hanse.core.eligibility.kinds.organisation_type import OrganisationType
from hanse.engines.portfolio.portions import Screened, each_member, exemplar
from hanse.engines.portfolio.tables import KINDS_OF_ORGANISATION, Table, kind_at


def screen(kind: OrganisationType, table: Table, context: Context) -> Screened:
    """Ask once for every kind of organisation, and once for a kind that is not stated."""
    codes = (*range(len(KINDS_OF_ORGANISATION)), -1)
    answers = [kind.sees(exemplar(kind=kind_at(code)), context, "") for code in codes]
    return each_member(kind.roles, table.kind, answers)
