"""The whole application as a document for print, at any moment of its writing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from hanse.core.call import Call
from hanse.core.form import (
    Draft,
    FieldState,
    Form,
    PartKind,
    Section,
    SectionKind,
    SectionState,
    Table,
    names_in,
    records_of,
    states_of,
)
from hanse.core.form.plan import Plan, plan_of
from hanse.core.proposal import Dossier
from hanse.core.values.unknown import Unknown
from hanse.core.values.words import day_in_words
from hanse.engines import typeset
from hanse.engines.typeset import Block, Chapter, Document, Figure, Heading, Paragraphs, Points, Tone
from hanse.ground.clock import BRUSSELS
from hanse.ground.ui.gantt import paper_gantt, told
from hanse.ground.ui.templatetags.ui import brussels
from hanse.stages.announcement.queries import call_of
from hanse.stages.announcement.queries.verdicts import Answer, Told, answer_of
from hanse.stages.consortia.models import Seat, SeatState
from hanse.stages.consortia.permissions import Standing
from hanse.stages.proposals.models import Proposal
from hanse.stages.proposals.queries import drafts, money, papers
from hanse.stages.proposals.queries.dossiers import dossier_of
from hanse.stages.proposals.queries.plan import (
    complementarity_shown,
    labels_of,
    members_shown,
    place_in_words,
)

NOTHING = "Not written yet."
SHORT_TEXT = 150
"""A text with a limit of so many words fits into a cell of a table."""
TONES = {"success": Tone.GOOD, "error": Tone.BAD, "warning": Tone.DOUBT}


@dataclass(frozen=True)
class Application:
    """Everything an application consists of at one moment, as its reader may see it.

    Attributes:
        dossier: as the reader may see it.
        answer: what the call says of the whole; None if the call is not known here any more.
    """

    proposal: Proposal
    seats: Sequence[Seat]
    at: datetime
    form: Form
    draft: Draft
    books: money.Books
    dossier: Dossier
    call: Call | None
    answer: Answer | None

    @cached_property
    def plan(self) -> Plan:
        """The work plan."""
        return plan_of(self.form, self.draft)

    @cached_property
    def states(self) -> Mapping[str, SectionState]:
        """How far each section has come, by its id."""
        return {state.section.id: state for state in states_of(self.form, self.draft)}

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Names of partners, targets and work packages, by id."""
        return {**{id: place_in_words(id) for id in self.proposal.consortium.targets}, **self.draft.names}


def application_of(proposal: Proposal, seats: Sequence[Seat], viewer: Standing | None, at: datetime) -> Application:
    """Gather an application for one reader."""
    counted = [seat for seat in seats if seat.state == SeatState.ACCEPTED]
    texts = drafts.texts_of(proposal)
    form = drafts.form_of(proposal, at)
    books = money.ledger_of(proposal, counted, form, viewer)
    dossier = dossier_of(
        proposal, counted, at=at, viewer=viewer, texts=texts, form=form, budget=books.ledger.as_budget()
    )
    call = call_of(proposal.consortium.call, at)
    answer = None
    if call is not None:
        whole = dossier_of(proposal, counted, at=at, texts=texts, form=form, budget=books.whole.as_budget())
        answer = answer_of(call, whole, at.astimezone(BRUSSELS).date())
    return Application(
        proposal,
        counted,
        at,
        form,
        drafts.draft_of(proposal, seats, texts),
        books,
        dossier,
        call,
        answer,
    )


def pdf_of(application: Application) -> bytes:
    """The application as a PDF."""
    return typeset.pdf(document_of(application))


def document_of(application: Application) -> Document:
    """The application as a document."""
    consortium = application.proposal.consortium
    name = application.dossier.title.strip() or consortium.name
    when = brussels(application.at)
    chapters = [
        Chapter(title, [block for section in sections for block in _section(application, section)])
        for title, sections in application.form.chapters()
    ]
    return Document(
        title=name,
        above=f"{application.form.title}: draft",
        facts=tuple(_facts(application)),
        cover=tuple(_cover(application)),
        chapters=(*chapters, Chapter("Annexes and declarations", tuple(_papers(application)))),
        foot=f"{consortium.name}: draft, version {application.proposal.version}, as of {when}",
        written_at=application.at,
    )


# --- the cover ---------------------------------------------------------------------------------------------------


def _facts(application: Application) -> Iterator[tuple[str, str]]:
    consortium, call, dossier = application.proposal.consortium, application.call, application.dossier
    yield "Call", f"{call.title}\n{call.reference}, edition {call.edition}" if call else consortium.call
    strand = call.strand(consortium.strand) if call else None
    yield "Strand", f"{strand.id}: {strand.title}" if strand else consortium.strand or "Not chosen yet"
    yield "Consortium", consortium.name
    targets = "" if isinstance(dossier.targets, Unknown) else ", ".join(map(place_in_words, dossier.targets))
    yield "Targets", targets or "Not chosen yet"
    months = dossier.duration_months
    yield "Length", "Not stated yet" if isinstance(months, Unknown) else f"{months} months"
    budget = dossier.budget
    yield "Costs", "Not stated yet" if isinstance(budget.total_cost, Unknown) else f"{budget.total_cost} EUR"
    requested = budget.requested
    yield "Contribution asked for", "Not stated yet" if isinstance(requested, Unknown) else f"{requested} EUR"
    yield "State", f"Draft, version {application.proposal.version}, as of {brussels(application.at)}"


def _cover(application: Application) -> Iterator[Block]:
    yield Heading("Members")
    yield _members(application)
    yield Heading("What the rules of the call say now")
    answer = application.answer
    if answer is None:
        yield Paragraphs("The rules of this call are not at hand, so nothing is said about them.", Tone.DOUBT)
        return
    yield Paragraphs(answer.headline + ".", TONES[answer.tone])
    yield Paragraphs(f"Countries are asked as of {answer.asked_on}.", Tone.QUIET)
    for title, told_rules, tone in (
        ("Not met", answer.broken, Tone.BAD),
        ("Undecided", answer.missing, Tone.DOUBT),
        ("Met", answer.met, Tone.PLAIN),
        ("For an officer to decide", answer.officer, Tone.PLAIN),
        ("Decided when all applications are in", answer.together, Tone.PLAIN),
    ):
        if told_rules:
            yield Heading(title, 2)
            yield Points([(_rule(rule), rule.source) for rule in told_rules], tone)
    if answer.assumptions:
        yield Heading("What this rests on", 2)
        yield Points([(assumption, "") for assumption in answer.assumptions], Tone.QUIET)


def _rule(rule: Told) -> str:
    parts = [rule.text, rule.reason]
    if rule.repair:
        parts.append(f"To repair it: {rule.repair}")
    return "\n".join(part for part in parts if part)


# --- sections ----------------------------------------------------------------------------------------------------


def _section(application: Application, section: Section) -> Iterator[Block]:
    if section.kind is SectionKind.SHOWN:
        yield Heading(section.title)
        yield from _shown(application, section.shows)
        return
    state = application.states[section.id]
    if section.kind is SectionKind.ONCE:
        (field,) = state.fields
        yield _headed(section.title, 1, field)
        yield _said(application, field)
        return
    yield Heading(section.title)
    if not state.fields:
        empty = "No target is chosen yet." if section.kind is SectionKind.TARGETS else NOTHING
        yield Paragraphs(empty, Tone.QUIET)
    elif section.kind is SectionKind.RECORDS and _fits_a_table(section):
        yield _table_of_records(application, section, state)
    else:
        yield from _one_by_one(application, section, state)


def _headed(title: str, level: int, field: FieldState) -> Heading:
    """A heading with the count of words, marked where there are too many."""
    if field.part.kind is not PartKind.TEXT or not field.part.words:
        return Heading(title, level)
    counted = f"{field.words} of {field.part.words} words"
    if field.over:
        return Heading(title, level, f"{counted}: {field.over} too many", Tone.BAD)
    return Heading(title, level, counted)


def _said(application: Application, field: FieldState) -> Paragraphs:
    said = _in_words(application, field)
    if not said:
        return Paragraphs(NOTHING, Tone.QUIET)
    return Paragraphs(f"{said}\n\n{field.fault}", Tone.DOUBT) if field.fault else Paragraphs(said)


def _in_words(application: Application, field: FieldState) -> str:
    """What a field holds, with names instead of ids."""
    said = field.value.strip()
    if field.part.kind in (PartKind.PARTNER, PartKind.PARTNERS, PartKind.TARGET):
        return ", ".join(application.names.get(id, id) for id in names_in(said))
    if field.part.kind is PartKind.WORK_PACKAGE:
        return labels_of(application.plan).get(said, said)
    return said


def _fits_a_table(section: Section) -> bool:
    texts = [part for part in section.parts if part.kind is PartKind.TEXT]
    return len(texts) <= 1 and all(0 < part.words <= SHORT_TEXT for part in texts)


def _table_of_records(application: Application, section: Section, state: SectionState) -> Block:
    rows: dict[str, list[str]] = {}
    for field in state.fields:
        said = _in_words(application, field) or "–"
        rows.setdefault(field.of, []).append(f"{said} ({field.over} words too many)" if field.over else said)
    wide = (PartKind.TEXT, PartKind.LINE)
    narrow = (PartKind.NUMBER, PartKind.MONTH)
    return typeset.Table(
        ("No.", *(part.title for part in section.parts)),
        [(str(number), *cells) for number, cells in enumerate(rows.values(), start=1)],
        numbers=[place for place, part in enumerate(section.parts, start=1) if part.kind in narrow],
        widths=(2, *(10 if part.kind in wide else 4 if part.kind in narrow else 6 for part in section.parts)),
    )


def _one_by_one(application: Application, section: Section, state: SectionState) -> Iterator[Block]:
    """Records, targets or partners with their texts; what is short stands together in front."""
    numbers = {record.id: number for number, record in enumerate(records_of(section, application.draft.texts), start=1)}
    of: dict[str, list[FieldState]] = {}
    for field in state.fields:
        of.setdefault(field.of, []).append(field)
    for id, fields in of.items():
        if section.kind is SectionKind.RECORDS:
            title = next((field.value.strip() for field in fields if field.part.id == "title"), "")
            called = f"{section.record} {numbers[id]}"
            yield Heading(f"{called[0].upper()}{called[1:]}: {title or 'without a title'}", 2)
        short = [field for field in fields if field.part.kind is not PartKind.TEXT and field.part.id != "title"]
        if short:
            yield typeset.Table(
                [field.part.title for field in short],
                [[_in_words(application, field) or "–" for field in short]],
                widths=[1] * len(short),
            )
        for field in fields:
            if field.part.kind is PartKind.TEXT:
                before = "" if section.kind is SectionKind.RECORDS else f"{application.names.get(id, id)}: "
                level = 3 if section.kind is SectionKind.RECORDS else 2
                yield _headed(before + field.part.title, level, field)
                yield _said(application, field)


# --- what nobody types -------------------------------------------------------------------------------------------


def _shown(application: Application, table: Table | None) -> Iterator[Block]:
    if table is Table.MEMBERS:
        yield _members(application)
    elif table is Table.COMPLEMENTARITY:
        yield from _complementarity(application)
    elif table is Table.GANTT:
        yield from _timetable(application.plan)
    elif table is Table.COSTS_BY_PARTNER:
        yield from _from_ledger(money.costs_by_partner(application.books))
    elif table is Table.COSTS_BY_WORK_PACKAGE:
        yield from _from_ledger(money.costs_by_work_package(application.books))
    elif table is Table.FINANCING:
        yield from _from_ledger(money.financing(application.books))


def _members(application: Application) -> Block:
    rows = [
        (str(number), row.name, row.country or "not stated", row.role, row.kind or "not stated")
        for number, row in enumerate(members_shown(application.seats), start=1)
    ]
    return typeset.Table(("No.", "Organisation", "Country", "Role", "Kind"), rows, widths=(1, 7, 4, 4, 4))


def _complementarity(application: Application) -> Iterator[Block]:
    shown = complementarity_shown(application.dossier)
    for matrix in shown.matrices:
        rows = [(head, *(cell.words for cell in cells)) for head, cells in matrix.lines()]
        heads = (matrix.title, *(row.name for row in matrix.rows))
        yield typeset.Table(heads, rows, widths=(2, *(1 for _ in matrix.rows)))
    if shown.alone:
        yield Points([(sentence, "") for sentence in shown.alone])
    yield Paragraphs(shown.gaps, Tone.DOUBT if shown.gap else Tone.PLAIN)


def _timetable(plan: Plan) -> Iterator[Block]:
    sheets = paper_gantt(plan)
    if not sheets:
        yield Paragraphs(NOTHING, Tone.QUIET)
    for number, sheet in enumerate(sheets, start=1):
        part = f" Part {number} of {len(sheets)}." if len(sheets) > 1 else ""
        yield Figure(sheet, f"{told(plan)}{part}", f"Months of the project are at the top.{part}")
    open = [*plan.faults, *plan.undated]
    if open:
        yield Points([(sentence, "") for sentence in open], Tone.DOUBT)
    if plan.overlaps:
        yield Points([(sentence, "") for sentence in plan.overlaps], Tone.QUIET)


def _from_ledger(shown: money.Shown) -> Iterator[Block]:
    rows = [*shown.rows, *([shown.foot] if shown.foot else [])]
    yield typeset.Table(
        shown.heads,
        rows,
        numbers=[place for place in range(1, len(shown.heads)) if all(_is_amount(row[place]) for row in rows)],
        widths=(2, *(1 for _ in shown.heads[1:])),
        sums=1 if shown.foot else 0,
    )
    if shown.note:
        yield Paragraphs(shown.note, Tone.QUIET)


def _is_amount(cell: str) -> bool:
    """Whether a cell stands among amounts: it is one, or says that one is open."""
    return cell == "open" or not any(letter.isalpha() for letter in cell)


# --- papers ------------------------------------------------------------------------------------------------------


def _papers(application: Application) -> Iterator[Block]:
    form, dossier, names = application.form, application.dossier, application.draft.names
    held = {(annex.kind, annex.partner): annex for annex in dossier.annexes}
    yield Heading("Annexes")
    rows = []
    for place in papers.places_of(form, application.seats, ()):
        partner = place.seat.organisation.ref if place.seat else ""
        annex = held.get((place.asked.id, partner))
        missing = "not attached" + ("" if place.asked.required else " (not required)")
        told = (annex.name, _size(annex.size), annex.digest[:16]) if annex else (missing, "", "")
        rows.append((place.asked.title, told[0], names.get(partner, partner) or "all", *told[1:]))
    if rows:
        heads = ("Annex", "File", "From", "Size", "SHA-256 begins")
        yield typeset.Table(heads, rows, widths=(6, 6, 4, 2, 4))
    else:
        yield Paragraphs("The call asks for none.", Tone.QUIET)
    yield Heading("Declarations on honour")
    made = {(each.kind, each.partner): each.made_on for each in dossier.declarations}
    told_rows = []
    for declaration in form.declarations:
        for seat in papers.applicants(application.seats):
            on = made.get((declaration.id, seat.organisation.ref))
            told_rows.append(
                (declaration.title, seat.organisation.name, f"made on {day_in_words(on)}" if on else "not made yet")
            )
    if told_rows:
        yield typeset.Table(("Declaration", "Member", "State"), told_rows, widths=(3, 4, 3))
    else:
        yield Paragraphs("The call asks for none.", Tone.QUIET)


def _size(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{max(1, round(size / 1000))} kB"
