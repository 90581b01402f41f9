"""Every member registered, or with a registration request, by a day."""

from datetime import timedelta

import numpy as np

from hanse.core.consortium import Registration
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.kinds.registered_or_requested import RegisteredOrRequested
from hanse.core.values.unknown import NOT_STATED
from hanse.engines.portfolio.portions import MET, Portion, Screened, answer_code, exemplar
from hanse.engines.portfolio.tables import UNSTATED_DAY, Codes, Small, Table, code_of_day


def screen(kind: RegisteredOrRequested, table: Table, context: Context) -> Screened:
    """Find members not registered in time by one comparison; ask the kind about the few sorts of them."""
    day = kind._last_day(context)
    last = code_of_day(day)
    in_time, late, unstated = day, Registration.NEVER if day == day.max else day + timedelta(days=1), NOT_STATED
    sorts = (in_time, late, unstated)
    answers = np.array(
        [
            [
                answer_code(kind.sees(exemplar(registered_on=on, registration_requested_on=asked), context, ""))
                for asked in sorts
            ]
            for on in sorts
        ]
    )

    def sort_of(days: Codes) -> Small:
        place: Small = (days > last).astype(np.int8) + (days == UNSTATED_DAY)
        return place

    def verdicts(portion: Portion) -> Small:
        registered, requested = table.registered_on[portion.rows], table.registration_requested_on[portion.rows]
        rows = np.flatnonzero(registered > last) if (answers[0] == MET).all() else np.arange(len(registered))
        rows = rows[portion.in_roles(kind.roles)[rows]]
        return portion.worst(rows, answers[sort_of(registered[rows]), sort_of(requested[rows])])

    return verdicts
