"""Tables of consortia, one file a subject."""

from hanse.stages.consortia.models.consortia import OPEN_SEATS, Consortium, Mandate, Role, Seat, SeatState
from hanse.stages.consortia.models.notices import Interest, Notice
from hanse.stages.consortia.models.space import Contact, Message, SharedFile, Task

__all__ = [
    "OPEN_SEATS",
    "Consortium",
    "Contact",
    "Interest",
    "Mandate",
    "Message",
    "Notice",
    "Role",
    "Seat",
    "SeatState",
    "SharedFile",
    "Task",
]
