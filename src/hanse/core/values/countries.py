"""Countries as dated members of groups: the European Union, COSME, Horizon Europe.

Membership is never a plain set of codes. It is asked for a country on a date, and the answer can be unknown.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from hanse.core.values.unknown import Maybe, Unknown

EU_USAGE = {"EL": "GR", "UK": "GB"}
"""Codes that EU documents write instead of ISO 3166 ones (call facts, section 3)."""


class Basis(Enum):
    """Which event makes a country a participant: the signature of its agreement or its entry into force."""

    SIGNATURE = "signature"
    IN_FORCE = "in_force"


@dataclass(frozen=True, slots=True)
class Membership:
    """One row of the dated table: a country in a group.

    `member_by` is a day on which a source shows the country as a member already; it carries countries whose
    starting day is not published. `until` is the last day of membership. A missing day is None.
    """

    group: str
    country: str
    signed_on: date | None = None
    in_force_on: date | None = None
    member_by: date | None = None
    until: date | None = None
    source: str = ""


def read_code(written: str) -> str:
    """Bring a country code to ISO 3166 (Kosovo: XK): upper case, EL and UK read as GR and GB."""
    code = written.strip().upper()
    return EU_USAGE.get(code, code)


@dataclass(frozen=True)
class Geography:
    """Everything that is known of countries: names, world regions and dated memberships.

    Attributes:
        names: English name by code; its keys are the codes that exist.
        regions: world region name by country code, for targets that are named as regions.
        memberships: rows by group and country.
    """

    names: Mapping[str, str]
    regions: Mapping[str, str]
    memberships: Mapping[tuple[str, str], Membership]
    group_names: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        names: Mapping[str, str],
        regions: Mapping[str, str],
        memberships: Iterable[Membership],
        group_names: Mapping[str, str],
    ) -> "Geography":
        """Index membership rows by group and country."""
        return cls(names, regions, {(row.group, row.country): row for row in memberships}, group_names)

    def name(self, code: str) -> str:
        """`Germany (DE)`; a code without a name stays a code."""
        return f"{self.names[code]} ({code})" if code in self.names else code

    def is_member(self, group: str, country: str, on: date, basis: Basis) -> Maybe[bool]:
        """Whether `country` belongs to `group` on day `on`; unknown where the dates do not settle it.

        A country without a row is not a member: the tables list every member of a group.
        """
        row = self.memberships.get((group, country))
        if row is None or (row.until is not None and on > row.until):
            return False
        first, other = row.in_force_on, row.signed_on
        if basis is Basis.SIGNATURE:
            first, other = row.signed_on, row.in_force_on
            if first is None and other is not None and on >= other:
                return True  # an agreement in force has been signed
        if first is not None:
            return on >= first
        if row.member_by is not None and on >= row.member_by:
            return True
        if basis is Basis.IN_FORCE and other is not None and on < other:
            return False  # an agreement not yet signed is not in force
        return Unknown(f"the day from which {self.name(country)} takes part in {group} is not published")

    def members(self, group: str, on: date, basis: Basis) -> tuple[str, ...]:
        """Codes of the certain members of a group on a day, in alphabetical order."""
        return tuple(
            sorted(
                country
                for (g, country) in self.memberships
                if g == group and self.is_member(g, country, on, basis) is True
            )
        )
