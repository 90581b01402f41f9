"""One screen for each rule kind: the kind's verdict on many proposals at once.

A screen is made ready for one rule with `screen(kind, table, context)` and then answers for portions of the table.
It takes its meaning from the kind: where a rule depends on few different facts, it asks the kind itself about each.
`UNSETTLED` hands a proposal back to the kind's `check`. A property test holds screen and `check` equal.
"""

from types import ModuleType
from typing import Any, Protocol

from hanse.core.eligibility.context import Context
from hanse.engines.portfolio.portions import Screened
from hanse.engines.portfolio.screens import (
    budget_balance,
    duration_range,
    every_member_in_group,
    grant_cap,
    independent_entities,
    maximum_targets,
    members_in_different_countries,
    minimum_countries,
    minimum_entities,
    minimum_targets,
    officer_decides,
    one_consortium_per_organisation,
    one_strand_per_consortium,
    organisation_type,
    own_legal_personality,
    registered_or_requested,
    reimbursement_rate,
    some_member_has_property,
    strand_of_the_call,
)
from hanse.engines.portfolio.tables import Table


class Screen(Protocol):
    """What every file here offers as `screen`."""

    def __call__(self, kind: Any, table: Table, context: Context) -> Screened:
        """Make the screen ready for one rule."""
        ...


_FILES: tuple[ModuleType, ...] = (
    budget_balance,
    duration_range,
    every_member_in_group,
    grant_cap,
    independent_entities,
    maximum_targets,
    members_in_different_countries,
    minimum_countries,
    minimum_entities,
    minimum_targets,
    officer_decides,
    one_consortium_per_organisation,
    one_strand_per_consortium,
    organisation_type,
    own_legal_personality,
    registered_or_requested,
    reimbursement_rate,
    some_member_has_property,
    strand_of_the_call,
)
SCREENS: dict[str, Screen] = {file.__name__.rpartition(".")[2]: file.screen for file in _FILES}
"""Screens by name of the rule kind. A kind without one is checked proposal by proposal."""
