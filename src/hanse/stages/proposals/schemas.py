"""What programs send and get."""

from datetime import datetime
from typing import Any

from ninja import Schema


class FieldOut(Schema):
    """One field as it reads now."""

    key: str
    value: str
    version: int
    changed_at: datetime
    changed_by: str


class ProposalOut(Schema):
    """An application with every field that was ever written."""

    ref: str
    call: str
    strand: str
    version: int
    changed_at: datetime
    fields: list[FieldOut]


class SaveIn(Schema):
    """A new text for a field, and the version of it that its writer had before their eyes (0: none)."""

    key: str
    value: str
    based_on: int = 0


class SaveOut(Schema):
    """What became of a text.

    Attributes:
        state: `saved`, `same` (nothing changed), `merged` (with another change), `conflict`.
        value: the field as it reads now.
        theirs: in a conflict, the same as `value`; the text that was sent is kept aside.
        by: who made the other change.
    """

    key: str
    state: str
    version: int
    value: str
    theirs: str = ""
    by: str = ""
    notes: tuple[str, ...] = ()


class Problem(Schema):
    """An error (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    faults: dict[str, str] | None = None


Verdict = dict[str, Any]
"""One proposal as `hanse check --format json` writes it; see docs/reference/check-json.md."""
