"""What the rules of a call say of a consortium or its application, for the panel beside it."""

from dataclasses import dataclass
from datetime import date

from hanse.core.call import Call
from hanse.core.proposal import Dossier
from hanse.stages.announcement.queries.verdicts import Answer, answer_of


@dataclass(frozen=True, slots=True)
class Panel:
    """The answer of every rule.

    Attributes:
        reference: of the call, to whose page the clauses lead.
    """

    reference: str
    answer: Answer

    @property
    def headline(self) -> str:
        """The verdict in a sentence."""
        return self.answer.headline

    @property
    def tone(self) -> str:
        """The verdict as a tone of messages."""
        return self.answer.tone

    @property
    def to_do(self) -> int:
        """How many required rules are not met or undecided."""
        return sum(not told.advised for told in (*self.answer.broken, *self.answer.missing))


def panel_of(call: Call, dossier: Dossier, today: date) -> Panel:
    """Ask every rule of a call about an application as it stands."""
    return Panel(call.reference, answer_of(call, dossier, today))
