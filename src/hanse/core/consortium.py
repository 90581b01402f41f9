"""Organisations as they stood at a date, and the consortium they form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from hanse.core.values.unknown import NOT_STATED, Maybe, Unknown


class Role(Enum):
    """How a participant takes part. Only a coordinator and beneficiaries sign and receive the grant."""

    __hash__ = object.__hash__  # members are single objects; hashing their names would take most of a check

    COORDINATOR = "coordinator"
    BENEFICIARY = "beneficiary"
    AFFILIATED_ENTITY = "affiliated_entity"
    ASSOCIATED_PARTNER = "associated_partner"
    INTERNATIONAL_PARTNER = "international_partner"


APPLICANTS = frozenset({Role.COORDINATOR, Role.BENEFICIARY})
"""The roles that count as applicants unless a rule says otherwise."""
COORDINATOR = frozenset({Role.COORDINATOR})


class OrganisationKind(Enum):
    """What an organisation is, as far as the calls distinguish."""

    CLUSTER_ORGANISATION = "cluster_organisation"
    BUSINESS_NETWORK = "business_network"
    OTHER = "other"


class Registration(Enum):
    """A registration that is known not to have happened, where a day would otherwise stand."""

    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Organisation:
    """A snapshot of an organisation. Facts that nobody stated are `Unknown`.

    Attributes:
        id: identifier in the registry or in the file.
        country: ISO 3166 code of the country of establishment (Kosovo: XK).
        legal_entity: identifier of the body that signs; two cluster organisations may share one.
        registered_on: day of registration on the platform the call names, or `NEVER`.
        registration_requested_on: day on which registration was requested, or `NEVER`.
        properties: further facts by name, true or false; a name that is absent is unknown.
    """

    id: str
    legal_name: str = ""
    country: Maybe[str] = NOT_STATED
    legal_entity: Maybe[str] = NOT_STATED
    kind: Maybe[OrganisationKind] = NOT_STATED
    own_legal_personality: Maybe[bool] = NOT_STATED
    registered_on: Maybe[date | Registration] = NOT_STATED
    registration_requested_on: Maybe[date | Registration] = NOT_STATED
    properties: Mapping[str, bool] = field(default_factory=dict)
    sectors: frozenset[str] = frozenset()
    markets: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The legal name, or the id if none is stated."""
        return self.legal_name or self.id

    @property
    def body(self) -> str:
        """What identifies it across proposals: its legal entity, or its own id where that is not stated."""
        entity = self.legal_entity
        return self.id if isinstance(entity, Unknown) else entity


@dataclass(frozen=True, slots=True)
class Participant:
    """An organisation in a role."""

    organisation: Organisation
    role: Role


@dataclass(frozen=True, slots=True)
class Consortium:
    """The participants of one proposal, in the order of the application."""

    participants: tuple[Participant, ...]
    _in_roles: dict[frozenset[Role], tuple[Organisation, ...]] = field(default_factory=dict, compare=False, repr=False)
    _bodies: dict[frozenset[Role], frozenset[str]] = field(default_factory=dict, compare=False, repr=False)

    def bodies(self, roles: frozenset[Role]) -> frozenset[str]:
        """The bodies that take part in one of these roles. Kept, since every rule over all submissions asks."""
        found = self._bodies.get(roles)
        if found is None:
            found = self._bodies[roles] = frozenset([organisation.body for organisation in self.in_roles(roles)])
        return found

    def in_roles(self, roles: frozenset[Role]) -> tuple[Organisation, ...]:
        """The organisations that take part in one of these roles. Kept, since every rule of a call asks."""
        found = self._in_roles.get(roles)
        if found is None:
            found = tuple([p.organisation for p in self.participants if p.role in roles])
            self._in_roles[roles] = found
        return found

    def with_added(self, organisations: tuple[Organisation, ...], role: Role = Role.BENEFICIARY) -> "Consortium":
        """This consortium with more participants."""
        return Consortium(self.participants + tuple(Participant(organisation, role) for organisation in organisations))

    def without(self, organisation_id: str) -> "Consortium":
        """This consortium without one organisation."""
        return Consortium(tuple(p for p in self.participants if p.organisation.id != organisation_id))
