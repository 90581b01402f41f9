"""Reads the different texts of a column once each, by the functions of the core that read a dossier.

What they refuse makes the table `Irregular`.
"""

from collections.abc import Callable
from typing import TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hanse.core.consortium import OrganisationKind, Registration, Role
from hanse.core.proposal import as_registration
from hanse.core.values.money import parse_sum
from hanse.core.values.reading import as_instant, checked_text
from hanse.engines.portfolio.blocks import Irregular
from hanse.engines.portfolio.tables import (
    KINDS_OF_ORGANISATION,
    NEVER,
    ROLES,
    UNSTATED,
    code_of_day,
    code_of_instant,
)

T = TypeVar("T")

MOST_CENTS = 10**15
"""Sums beyond ten thousand billion euro are left to the exact reader: a rate times a sum must fit into 64 bits."""
YEARS_OF_INSTANTS = range(1000, 9000)


def read_texts(texts: pl.Series, read: Callable[[str], T], empty: T) -> list[T]:
    """Read different texts once each."""
    try:
        return [read(text) if text else empty for text in map(str.strip, texts.to_list())]
    except (ValueError, OverflowError) as wrong:
        raise Irregular(str(wrong)) from wrong


def cents_of(texts: pl.Series) -> NDArray[np.int64]:
    """Sums in cents; the plain ones all at once, those with spaces by the core."""
    pattern = r"^([0-9]{1,13})(?:\.([0-9]{1,2}))?$"
    parts = pl.select(
        whole=texts.str.extract(pattern, 1).cast(pl.Int64),
        rest=texts.str.extract(pattern, 2).str.pad_end(2, "0").cast(pl.Int64).fill_null(0),
    )
    cents = (parts["whole"] * 100 + parts["rest"]).fill_null(UNSTATED).to_numpy().copy()
    other = np.flatnonzero(parts["whole"].is_null().to_numpy())
    cents[other] = read_texts(texts.gather(pl.Series(other)), _as_cents, UNSTATED)
    return cents


def split_cell(written: str) -> list[str]:
    """The parts of a cell that lists several things with semicolons."""
    return [part.strip() for part in written.split(";") if part.strip()]


def as_properties(written: str) -> dict[str, bool]:
    """Further facts: `defence_related;!independent`."""
    return {checked_text(part.lstrip("! ")): not part.startswith("!") for part in split_cell(written)}


def as_yes_no(written: str) -> int:
    """1 for yes, 0 for no."""
    answer = {"true": 1, "yes": 1, "false": 0, "no": 0}.get(written.lower())
    return _refuse(written) if answer is None else answer


def as_kind(written: str) -> int:
    """Place of a kind of organisation."""
    return KINDS_OF_ORGANISATION.index(OrganisationKind(written))


def as_role(written: str) -> int:
    """Place of a role; `partner` is what lists of members commonly write for a beneficiary."""
    return ROLES.index(Role.BENEFICIARY if written == "partner" else Role(written))


def as_day_code(written: str) -> int:
    """A day, or the sign for `never`."""
    day = as_registration(written)
    return int(NEVER) if isinstance(day, Registration) else code_of_day(day)


def as_number(written: str) -> int:
    """A whole number of zero or more."""
    if not (written.isascii() and written.isdigit()) or int(written) >= 2**31:
        return _refuse(written)
    return int(written)


def _as_cents(written: str) -> int:
    cents = parse_sum(written).cents
    return cents if cents <= MOST_CENTS else _refuse(written)


def as_instant_code(written: str) -> int:
    """An instant with its zone."""
    instant = as_instant(written)
    return code_of_instant(instant) if instant.year in YEARS_OF_INSTANTS else _refuse(written)


def _refuse(written: str) -> int:
    raise ValueError(written)
