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
