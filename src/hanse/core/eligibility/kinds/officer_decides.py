"""A question that an officer of the granting authority decides."""

from dataclasses import dataclass
from typing import ClassVar, Self

from hanse.core.call import Scope
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.findings import UNDECIDED, Outcome
from hanse.core.proposal import Dossier
from hanse.core.values.reading import Reader, as_name


@dataclass(frozen=True, slots=True)
class OfficerDecides:
    """A condition that no machine decides; `question` is what the officer answers."""

    name: ClassVar[str] = "officer_decides"
    scope: ClassVar[Scope] = Scope.PROPOSAL

    question: str

    @classmethod
    def parse(cls, parameters: Reader) -> Self:
        """Read `question`."""
        return cls(parameters.require("question", as_name, ""))

    def check(self, dossier: Dossier, context: Context) -> Outcome:
        """Pass the question on."""
        return Outcome(UNDECIDED, f"An officer decides: {self.question}")
