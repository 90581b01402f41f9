"""Numbers that identify a legal entity. A number that looks wrong is doubted in words; it never stops anybody.

Check digits are those of python-stdnum; registers themselves are not asked.
"""

import re
from dataclasses import dataclass
from typing import Any

from stdnum import get_cc_module, lei
from stdnum.exceptions import ValidationError

VAT_PREFIXES = {"GR": "EL", "GB": "XI"}
"""Countries whose VAT numbers begin otherwise than their ISO code; Northern Ireland kept one as XI."""
_CODES = {prefix: country for country, prefix in VAT_PREFIXES.items()}
_SPARE = re.compile(r"[\s.\-/_]+")


@dataclass(frozen=True, slots=True)
class Doubt:
    """What looks wrong, and what may mend it."""

    text: str

    def __str__(self) -> str:
        return self.text


def normal(value: str) -> str:
    """A number without spaces, points and strokes, in capitals: how numbers are compared."""
    return _SPARE.sub("", value).upper()


def check_pic(value: str, country: str = "") -> Doubt | None:  # noqa: ARG001 -- all checks are asked alike
    """Doubt a Participant Identification Code that is not nine digits."""
    number = normal(value)
    if re.fullmatch(r"\d{9}", number, re.ASCII):
        return None
    return Doubt(f"A PIC has nine digits; this has {len(number)} characters. The Participant Register shows it.")


def check_vat(value: str, country: str = "") -> Doubt | None:
    """Doubt a VAT number that does not fit its country, or whose check digits are wrong."""
    number = normal(value)
    prefix = number[:2] if number[:2].isalpha() else ""
    code = _CODES.get(prefix, prefix) or country
    if country and prefix and code != country:
        return Doubt(f"It begins with {prefix}, but the seat is in {country}. One of the two may be wrong.")
    rules = _vat_rules(code)
    if rules is None:
        return None  # nothing is known here of how that country writes its numbers
    try:
        rules.validate(number.removeprefix(prefix))
    except ValidationError:
        begins = VAT_PREFIXES.get(code, code)
        return Doubt(f"Not built as VAT numbers of {code} are, or a character is mistyped. They begin with {begins}.")
    return None


def check_lei(value: str, country: str = "") -> Doubt | None:  # noqa: ARG001 -- all checks are asked alike
    """Doubt a Legal Entity Identifier of another length, or whose check digits are wrong."""
    number = normal(value)
    if not re.fullmatch(r"[A-Z0-9]{18}\d{2}", number, re.ASCII):
        return Doubt(f"An LEI has 20 letters and digits and ends in two digits; this has {len(number)} characters.")
    try:
        lei.validate(number)
    except ValidationError:
        return Doubt("The check digits at the end do not fit: a character may be mistyped.")
    return None


def check_national_number(value: str, country: str = "") -> Doubt | None:  # noqa: ARG001 -- all checks are asked alike
    """Doubt a number of a national register without any digit: every register counts."""
    if any(letter.isdigit() for letter in value):
        return None
    return Doubt("There is no digit in it. State the number as the register writes it, with its place if it needs one.")


def _vat_rules(code: str) -> Any:
    return get_cc_module(code.lower(), "vat") if re.fullmatch(r"[A-Z]{2}", code) else None
