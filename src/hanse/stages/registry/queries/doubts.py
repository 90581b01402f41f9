"""What looks wrong in what is stated of a legal entity. A doubt warns; it never stops anybody."""

from collections.abc import Mapping
from typing import Any

from hanse.stages.registry.queries import identifiers

CHECKS: Mapping[str, tuple[str, Any]] = {
    "pic": ("PIC", identifiers.check_pic),
    "vat": ("VAT number", identifiers.check_vat),
    "lei": ("LEI", identifiers.check_lei),
    "national_number": ("Number in the national register", identifiers.check_national_number),
}


def doubts_of(entity: Any) -> list[tuple[str, str]]:
    """The doubts about the numbers of a legal entity: what is doubted, and why."""
    return doubts_in({name: getattr(entity, name) for name in CHECKS}, entity.country)


def doubts_in(stated: Mapping[str, str], country: str) -> list[tuple[str, str]]:
    """The doubts about numbers as they were typed."""
    found = []
    for name, (label, check) in CHECKS.items():
        if (value := stated.get(name, "")) and (doubt := check(value, country)) is not None:
            found.append((label, str(getattr(doubt, "text", doubt))))
    return found
