"""What a form is made of."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction

from hanse.core.values.citation import Citation, Stated
from hanse.core.values.unknown import NOT_STATED


class PartKind(Enum):
    """What is written into a field. What does not fit is kept all the same, and said."""

    TEXT = "text"
    LINE = "line"
    NUMBER = "number"
    MONTH = "month"
    CHOICE = "choice"
    PARTNER = "partner"
    PARTNERS = "partners"
    TARGET = "target"
    WORK_PACKAGE = "work_package"


class SectionKind(Enum):
    """How often the parts of a section are asked."""

    ONCE = "once"
    RECORDS = "records"
    TARGETS = "targets"
    PARTNERS = "partners"
    SHOWN = "shown"


class Table(Enum):
    """What a section shows that nobody types: it is made from the rest of the application."""

    MEMBERS = "members"
    COMPLEMENTARITY = "complementarity"
    GANTT = "gantt"
    COSTS_BY_PARTNER = "costs_by_partner"
    COSTS_BY_WORK_PACKAGE = "costs_by_work_package"
    FINANCING = "financing"


@dataclass(frozen=True, slots=True)
class Part:
    """One field, or one column of a table.

    Attributes:
        id: last step of its keys.
        ask: what to write, in a sentence or two.
        words: most words; 0: no limit. Going beyond is told, never cut.
        choices: what may be chosen.
        required: whether the application is incomplete without it.
    """

    id: str
    title: str
    kind: PartKind = PartKind.TEXT
    ask: str = ""
    words: int = 0
    choices: tuple[str, ...] = ()
    required: bool = True


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the application.

    Attributes:
        chapter: title of the chapter it stands in; neighbours with the same title are one chapter.
        parts: the fields; of a section asked ONCE exactly one, whose id is the section's.
        strands: ids of the strands that ask it; empty: all.
        least: the least number of records.
        record: what one record is called; of other kinds empty.
        shows: of a section that is SHOWN, what.
    """

    id: str
    title: str
    chapter: str
    kind: SectionKind = SectionKind.ONCE
    ask: str = ""
    parts: tuple[Part, ...] = ()
    strands: tuple[str, ...] = ()
    least: int = 0
    record: str = ""
    shows: Table | None = None
    citation: Citation | None = None

    def part(self, id: str) -> Part | None:
        """The part with this id, or None."""
        return next((part for part in self.parts if part.id == id), None)


class PaperGate(Enum):
    """What becomes of an application that lacks a paper: refused at the door, or judged by an officer later."""

    SUBMISSION = "submission"
    ADMISSIBILITY = "admissibility"


@dataclass(frozen=True, slots=True)
class Annex:
    """A file that belongs to the application.

    Attributes:
        of_each_partner: whether every applicant brings one.
        most_pages: most pages of a PDF; 0: no limit.
        gate: what its absence means, and a file that is not as asked.
    """

    id: str
    title: str
    ask: str = ""
    required: bool = True
    of_each_partner: bool = False
    most_megabytes: int = 10
    most_pages: int = 0
    gate: PaperGate = PaperGate.SUBMISSION
    strands: tuple[str, ...] = ()
    citation: Citation | None = None


@dataclass(frozen=True, slots=True)
class Declaration:
    """What every applicant declares on its honour.

    Attributes:
        gate: what it means that one has not made it.
    """

    id: str
    title: str
    text: str
    gate: PaperGate = PaperGate.SUBMISSION
    strands: tuple[str, ...] = ()
    citation: Citation | None = None


@dataclass(frozen=True, slots=True)
class Property:
    """Something that a partnership under this call has to be, and where the application shows it.

    Attributes:
        rules: ids of rules that must be met.
        sections: ids of sections that must be filled.
    """

    id: str
    title: str
    text: str
    rules: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    strands: tuple[str, ...] = ()
    citation: Citation | None = None


class Asked(Enum):
    """How costs of a category are stated."""

    AMOUNT = "amount"
    MONTHS = "months"


@dataclass(frozen=True, slots=True)
class CostCategory:
    """A category of eligible costs.

    Attributes:
        by: as an amount, or as person-months at a monthly rate.
        carries_indirect: whether the flat rate for indirect costs is taken on it.
        indirect: whether this is where indirect costs stand: computed where the call states a rate, else typed.
    """

    id: str
    title: str
    by: Asked = Asked.AMOUNT
    carries_indirect: bool = True
    indirect: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """The whole form.

    Attributes:
        assumed: why this form stands in where the call's own is not at hand; empty for a call's own.
        indirect_rate: the flat rate for indirect costs, or unknown.
    """

    title: str
    sections: tuple[Section, ...] = ()
    annexes: tuple[Annex, ...] = ()
    declarations: tuple[Declaration, ...] = ()
    properties: tuple[Property, ...] = ()
    cost_categories: tuple[CostCategory, ...] = ()
    indirect_rate: Stated[Fraction] = Stated(NOT_STATED)
    assumed: str = ""

    def section(self, id: str) -> Section | None:
        """The section with this id, or None."""
        return next((section for section in self.sections if section.id == id), None)

    def for_strand(self, strand: str) -> "Form":
        """What is asked of one strand; of an undecided one (empty) everything."""
        if not strand:
            return self
        return Form(
            self.title,
            tuple(each for each in self.sections if not each.strands or strand in each.strands),
            tuple(each for each in self.annexes if not each.strands or strand in each.strands),
            tuple(each for each in self.declarations if not each.strands or strand in each.strands),
            tuple(each for each in self.properties if not each.strands or strand in each.strands),
            self.cost_categories,
            self.indirect_rate,
            self.assumed,
        )

    def with_papers_of(self, gate: PaperGate) -> "Form":
        """The form with those annexes and declarations alone that belong to a gate."""
        return replace(
            self,
            annexes=tuple(each for each in self.annexes if each.gate is gate),
            declarations=tuple(each for each in self.declarations if each.gate is gate),
        )

    def chapters(self) -> Iterator[tuple[str, tuple[Section, ...]]]:
        """The sections by chapter, in order."""
        chapter: list[Section] = []
        for section in self.sections:
            if chapter and chapter[-1].chapter != section.chapter:
                yield chapter[0].chapter, tuple(chapter)
                chapter = []
            chapter.append(section)
        if chapter:
            yield chapter[0].chapter, tuple(chapter)

    def cost_category(self, id: str) -> CostCategory | None:
        """The category of costs with this id, or None."""
        return next((category for category in self.cost_categories if category.id == id), None)
