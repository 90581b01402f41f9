"""What was looked at, and what came of it."""

from dataclasses import dataclass

RECEIPT, PACKAGE, ROOTS, NOTICE = "receipt", "package", "roots", "notice"
"""What a check is about."""


class Unusable(ValueError):
    """An input that is not what it should be, so that nothing can be checked with it. The message says what it is."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        about: `RECEIPT`, `PACKAGE`, `ROOTS` or `NOTICE`.
        what: what holds, if it holds.
        faults: what does not hold of it, each with its place.
    """

    about: str
    what: str
    faults: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.faults


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found about a receipt, or the notice of a moved deadline.

    Attributes:
        checks: all that was looked at.
        fingerprint: SHA-256 of the public key in the document, in hexadecimal; empty if it has none.
        compared: whether that key was compared with one that somebody trusts. Without it one that holds agrees
            with itself, and anybody can make one that does.
        notes: what could not be looked at, and why.
    """

    checks: tuple[Check, ...]
    fingerprint: str
    compared: bool
    notes: tuple[str, ...] = ()

    @property
    def faults(self) -> tuple[str, ...]:
        """Everything that does not hold."""
        return tuple(fault for check in self.checks for fault in check.faults)

    @property
    def holds(self) -> bool:
        """Whether everything holds that was looked at."""
        return not self.faults

    @property
    def receipt_holds(self) -> bool:
        """Whether everything holds that was looked at of the receipt itself."""
        return all(check.holds for check in self.checks if check.about == RECEIPT)
