"""Every member a legal entity of its own."""

from hanse.core.eligibility.context import Context
from hanse.core.eligibility.kinds.own_legal_personality import OwnLegalPersonality
from hanse.engines.portfolio.portions import Screened, each_member, exemplar
from hanse.engines.portfolio.tables import Table, truth


def screen(kind: OwnLegalPersonality, table: Table, context: Context) -> Screened:
    """Ask once for no, yes and not stated."""
    answers = [kind.sees(exemplar(own_legal_personality=truth(code)), context, "") for code in (0, 1, -1)]
    return each_member(kind.roles, table.own_legal_personality, answers)
