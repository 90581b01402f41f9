"""What an edition changes against the one it replaces, and whom that touches."""

from collections.abc import Iterable
from dataclasses import dataclass

from hanse.callbook.reference import geography
from hanse.callbook.setting import day_of_countries
from hanse.core.corrigendum import Change, VerdictChange, compare, verdict_changes
from hanse.core.eligibility.context import Context
from hanse.core.proposal import Dossier
from hanse.stages.announcement.models import CallEdition
from hanse.stages.announcement.queries.folders import form_of_edition, read, worked_cases
from hanse.stages.announcement.queries.remembered import Remembered


@dataclass(frozen=True, slots=True)
class Effect:
    """What an edition changes.

    Attributes:
        changes: every difference to the edition before, in words with both citations.
        cases: worked cases of the edition before that are answered differently now.
        asked: how many worked cases were asked.
        unasked: why none were asked, if so.
    """

    changes: tuple[Change, ...]
    cases: tuple[VerdictChange, ...]
    asked: int
    unasked: str = ""

    @property
    def turned(self) -> tuple[VerdictChange, ...]:
        """The cases with another verdict as a whole."""
        return tuple(case for case in self.cases if case.changes_verdict)


def effect_of(old: CallEdition, new: CallEdition) -> Effect:
    """What changes from one edition to another.

    Raises:
        Faulty: if one of them cannot be read.
    """
    key = old.reference, old.digest, new.digest
    return _effects.get(key, lambda: _effect(old, new, worked_cases(old)))


_effects: Remembered[Effect] = Remembered()


def changes_between(old: CallEdition, new: CallEdition) -> tuple[Change, ...]:
    """Every difference between two editions, application forms included."""
    return compare(read(old), read(new), (form_of_edition(old), form_of_edition(new)))


def _effect(old_edition: CallEdition, new_edition: CallEdition, cases: Iterable[Dossier]) -> Effect:
    changes = changes_between(old_edition, new_edition)
    old, new = read(old_edition), read(new_edition)
    days = day_of_countries(old), day_of_countries(new)
    if days[0] is None or days[1] is None:
        unasked = "An edition states no day on which memberships of countries are asked, so no case was asked."
        return Effect(changes, (), 0, unasked)
    asked = tuple(cases)
    before, after = (Context(call, geography(), day) for call, day in zip((old, new), days, strict=True) if day)
    return Effect(changes, verdict_changes(asked, before, after), len(asked))
