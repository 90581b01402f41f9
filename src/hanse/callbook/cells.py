"""What the cells of tables mean: the same words in every table that Hanse reads."""

from collections.abc import Mapping

from hanse.core.consortium import OrganisationKind, Role
from hanse.core.values.reading import checked_text


def split(written: str) -> list[str]:
    """The parts of a cell between semicolons, without empty ones."""
    return [part.strip() for part in written.split(";") if part.strip()]


def as_flags(written: str) -> Mapping[str, bool]:
    """Properties: `defence_related;!independent`. A name with `!` is known to be false."""
    flags: dict[str, bool] = {}
    for part in split(written):
        name = checked_text(part.lstrip("! "))
        if not name:
            raise ValueError(f"is {written!r}; expected names such as defence_related;!independent")
        if flags.setdefault(name, not part.startswith("!")) is part.startswith("!"):
            raise ValueError(f"says of {name} that it is true and that it is false")
    return flags


def as_yes_no(written: str) -> bool:
    """True or false, as `true`, `false`, `yes` or `no`."""
    if written.lower() not in {"true", "false", "yes", "no"}:
        raise ValueError(f"is {written!r}; expected true or false")
    return written.lower() in {"true", "yes"}


def as_kind(written: str) -> OrganisationKind:
    """A kind of organisation."""
    try:
        return OrganisationKind(written)
    except ValueError:
        raise ValueError(f"is {written!r}; expected one of {', '.join(k.value for k in OrganisationKind)}") from None


def as_role(written: str) -> Role:
    """A role in a consortium; lists of members commonly write `partner` for a beneficiary."""
    if written == "partner":
        return Role.BENEFICIARY
    try:
        return Role(written)
    except ValueError:
        raise ValueError(f"is {written!r}; expected one of {', '.join(role.value for role in Role)}") from None


def as_number(written: str) -> int:
    """A whole number of zero or more."""
    if not (written.isascii() and written.isdigit()):
        raise ValueError(f"is {written!r}; expected a whole number of zero or more")
    return int(written)
