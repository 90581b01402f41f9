"""Who may write what in an application. How a person stands in its consortium is asked of `consortia.permissions`."""

from hanse.core.form import Section, SectionKind
from hanse.stages.consortia.permissions import Standing


def may_write(may: Standing, section: Section, of: str) -> bool:
    """Whether a person may write in a section now; of a section about members, each writes about itself.

    Args:
        of: what the field belongs to: the id of a partner, where a section is asked for every partner.
    """
    if not may.may_edit:
        return False
    if section.kind is not SectionKind.PARTNERS or may.coordinates:
        return True
    return any(seat.organisation.ref == of for seat in may.accepted)


def may_bring(may: Standing, seat_id: int | None) -> bool:
    """Whether a person may add and remove an annex now: a partner its own, the coordinator any.

    Args:
        seat_id: the partner it is from; None: it is of the whole application.
    """
    return may.may_edit and (may.coordinates or (seat_id is not None and may.speaks_for(seat_id)))
