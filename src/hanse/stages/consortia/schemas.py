"""What programs get."""

from datetime import datetime

from ninja import Schema


class MemberOut(Schema):
    """An organisation in a consortium.

    Attributes:
        state: `invited` or `accepted`.
        mandate: whether somebody with authority has committed the organisation.
    """

    seat: int
    organisation: str
    name: str
    country: str
    role: str
    state: str
    mandate: bool


class ConsortiumOut(Schema):
    """A consortium as its members see it."""

    ref: str
    name: str
    call: str
    strand: str
    targets: list[str]
    sectors: list[str]
    version: int
    changed_at: datetime
    members: list[MemberOut]
