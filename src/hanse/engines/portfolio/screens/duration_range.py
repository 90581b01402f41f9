"""Neither shorter nor longer than the strand allows."""

import numpy as np

from hanse.core.eligibility.context import Context
from hanse.core.eligibility.kinds.duration_range import DurationRange
from hanse.core.proposal import Dossier
from hanse.core.values.unknown import NOT_STATED, Unknown
from hanse.engines.portfolio.portions import Portion, Screened, strands_of, verdict_codes
from hanse.engines.portfolio.tables import Small, Table


def screen(kind: DurationRange, table: Table, context: Context) -> Screened:
    """Ask the kind once for every strand and number of months, up to one more than any strand names."""
    named = [figure.value for strand in context.call.strands for figure in (strand.min_months, strand.max_months)]
    top = 1 + max((months for months in named if not isinstance(months, Unknown)), default=0)
    answers = np.stack(
        [
            verdict_codes(
                kind, (Dossier("", strand, duration_months=m) for m in (*range(top + 1), NOT_STATED)), context
            )
            for strand in strands_of(table)
        ]
    )

    def verdicts(portion: Portion) -> Small:
        return answers[portion.strand, np.minimum(table.duration_months[portion.proposals], top)]

    return verdicts
