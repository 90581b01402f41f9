"""Every member registered on a platform, or with a registration request, by a day."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import ClassVar, Self

from hanse.core.call import Scope
from hanse.core.consortium import Organisation, Registration, Role
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.findings import Outcome
from hanse.core.eligibility.measures import Wording, as_day_or_closing, each_member, parse_roles
from hanse.core.proposal import Dossier
from hanse.core.values.reading import Reader, as_boolean, as_name
from hanse.core.values.unknown import NOT_STATED, Maybe, Unknown


@dataclass(frozen=True, slots=True)
class RegisteredOrRequested:
    """Every participant in `roles` is registered on `platform` by day `by`, or has requested it where that counts.

    Attributes:
        by: last day that counts; None means the closing day of the call.
        requested_counts: whether a request suffices; may be unknown.
    """

    name: ClassVar[str] = "registered_or_requested"
    scope: ClassVar[Scope] = Scope.PARTICIPANT

    platform: str
    by: date | None
    requested_counts: Maybe[bool]
    roles: frozenset[Role]

    @classmethod
    def parse(cls, parameters: Reader) -> Self:
        """Read `platform`, and optionally `by`, `requested_counts` (unknown if left out) and `roles`."""
        return cls(
            parameters.require("platform", as_name, ""),
            parameters.optional("by", as_day_or_closing, None),
            parameters.maybe("requested_counts", as_boolean),
            parse_roles(parameters),
        )

    def check(self, dossier: Dossier, context: Context) -> Outcome:
        """Compare each member's days with the last day that counts."""
        day = self._last_day(context)
        members = dossier.consortium.in_roles(self.roles)
        holds = [self._holds(organisation, day) for organisation in members]
        return each_member(members, holds, _wording(self.platform, self.requested_counts is not False, day))

    def _last_day(self, context: Context) -> date:
        if self.by is not None:
            return self.by
        closing = context.call.window.closes_on
        return context.on if isinstance(closing, Unknown) else closing

    def _holds(self, organisation: Organisation, day: date) -> Maybe[bool]:
        first = organisation.registered_on
        if isinstance(first, date) and first <= day:  # the usual case, told at once
            return True
        registered = _by(first, day)
        if self.requested_counts is False:
            return registered
        requested = _by(organisation.registration_requested_on, day)
        if requested is True and self.requested_counts is True:
            return True
        return False if registered is False and requested is False else NOT_STATED

    def sees(self, organisation: Organisation, context: Context, strand: str) -> Hashable:
        """Whether it is registered in time."""
        return self._holds(organisation, self._last_day(context))


def _by(happened: Maybe[date | Registration], day: date) -> Maybe[bool]:
    if isinstance(happened, Unknown):
        return happened
    return isinstance(happened, date) and happened <= day


@lru_cache(maxsize=64)
def _wording(platform: str, requests: bool, day: date) -> Wording:
    if not requests:
        return Wording(
            met=f"All {{count}} members are registered on the {platform} by {day}.",
            broken=f"Not registered on the {platform} by {day}: {{names}}.",
            unsure=f"Not stated whether registered on the {platform} by {day}: {{names}}.",
            repair=f"Register {{names}} on the {platform} by {day}.",
        )
    return Wording(
        met=f"All {{count}} members are registered on the {platform} or registration requested by {day}.",
        broken=f"Neither registered on the {platform} nor registration requested by {day}: {{names}}.",
        unsure=f"Not stated whether registered on the {platform} or registration requested by {day}: {{names}}.",
        repair=f"Request registration on the {platform} for {{names}} by {day}.",
    )
