"""Assessments as JSON, CSV and text. The JSON is a contract (docs/reference/check-json.md)."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from hanse.callbook.verdict_tables import ProposalTables
from hanse.cli.encoding import json_writers
from hanse.cli.terminal import isolated, wrapped
from hanse.core.call import Call, Force, Rule, Source
from hanse.core.eligibility.findings import Assessment, Finding, ProposalVerdict, Verdict

MARKS = {Verdict.MET: "✓", Verdict.NOT_MET: "✗", Verdict.UNDECIDED: "?"}
HEADLINES = {
    ProposalVerdict.ELIGIBLE: "ELIGIBLE",
    ProposalVerdict.NOT_ELIGIBLE: "NOT ELIGIBLE",
    ProposalVerdict.UNDECIDED: "UNDECIDED",
}


@dataclass(frozen=True, slots=True)
class Frame:
    """What every answer says of itself: the call applied, the day, and what it rests on."""

    call: Call
    as_of: date
    assumptions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """What a check found over many proposals.

    Attributes:
        counts: number of proposals by verdict.
        shown: the first of those that are not eligible or undecided, or all of them.
        wanting: how many are not eligible or undecided.
        aside: ids of rules set aside from the verdicts.
    """

    counts: Mapping[str, int]
    shown: Sequence[Assessment]
    wanting: int
    aside: Sequence[str]

    @classmethod
    def of(cls, assessments: Sequence[Assessment], show_all: bool) -> "Overview":
        """The overview of proposals that were all assessed."""
        wanting = [each for each in assessments if each.verdict is not ProposalVerdict.ELIGIBLE]
        aside = {id for each in assessments for id in (*each.left_to_officer, *each.needs_all_submissions)}
        return cls(counted(assessments), wanting if show_all else wanting[:MOST_SHOWN], len(wanting), sorted(aside))


MOST_SHOWN = 20


def counted(assessments: Iterable[Assessment]) -> dict[str, int]:
    """How many proposals have each verdict."""
    counts = dict.fromkeys((verdict.value for verdict in ProposalVerdict), 0)
    for assessment in assessments:
        counts[assessment.verdict.value] += 1
    return counts


@dataclass(frozen=True, slots=True)
class Piece:
    """The JSON of some proposals in a row, without the brackets around them, and how many have each verdict."""

    body: bytes
    counts: Mapping[str, int]


def json_piece(assessments: Iterable[Assessment]) -> Piece:
    """Write proposals as JSON, one a line."""
    encode, once = json_writers()
    tables = ProposalTables(once)
    counts = dict.fromkeys((verdict.value for verdict in ProposalVerdict), 0)
    bodies = []
    for assessment in assessments:
        counts[assessment.verdict.value] += 1
        bodies.append(encode(tables.of(assessment)))
    return Piece(b",\n".join(bodies), counts)


def as_json(frame: Frame, counts: Mapping[str, int], bodies: Iterable[bytes]) -> Iterator[bytes]:
    """The whole answer as JSON.

    Args:
        counts: how many proposals have each verdict.
        bodies: the proposals, written as in `Piece.body`.
    """
    head = {
        "call": frame.call.reference,
        "edition": frame.call.edition,
        "as_of": frame.as_of.isoformat(),
        "assumptions": list(frame.assumptions),
        "summary": counts,
    }
    yield json.dumps(head, ensure_ascii=False).encode()[:-1] + b', "proposals": [\n'
    for number, body in enumerate(bodies):
        yield b",\n" if number else b""
        yield body
    yield b"\n]}\n"


def total_counts(pieces: Iterable[Piece]) -> dict[str, int]:
    """How many proposals have each verdict, over all pieces."""
    totals = dict.fromkeys((verdict.value for verdict in ProposalVerdict), 0)
    for piece in pieces:
        for verdict, count in piece.counts.items():
            totals[verdict] += count
    return totals


CSV_HEADER = ("proposal", "strand", "verdict", "not_met", "undecided", "left_to_officer", "needs_all_submissions")


def as_csv(assessments: Iterable[Assessment]) -> Iterator[str]:
    """One row a proposal: the verdict and the ids of rules not met and undecided."""
    yield csv_line(CSV_HEADER)
    for assessment in assessments:
        yield csv_line(csv_cells(assessment))


def csv_cells(assessment: Assessment) -> tuple[str, ...]:
    """The cells of one proposal."""
    aside = {*assessment.left_to_officer, *assessment.needs_all_submissions}
    broken = [f.rule.id for f in assessment.findings if f.verdict is Verdict.NOT_MET]
    open_ = [f.rule.id for f in assessment.findings if f.verdict is Verdict.UNDECIDED and f.rule.id not in aside]
    lists = (broken, open_, assessment.left_to_officer, assessment.needs_all_submissions)
    return (assessment.proposal, assessment.strand, assessment.verdict.value, *(";".join(ids) for ids in lists))


def csv_line(cells: Iterable[str]) -> str:
    """One CSV line. A cell that a spreadsheet would run as a formula is put behind an apostrophe."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(
        [f"'{c}" if c[:1] in ("=", "+", "-", "@", "\t") else c for c in cells]
    )
    return buffer.getvalue()


def in_full(frame: Frame, assessment: Assessment, width: int, show_all: bool) -> Iterator[str]:
    """One proposal for a reader."""
    yield from _heading(frame, width)
    yield from _in_full(assessment, width, show_all)
    yield from _sources(assessment, frame.call.sources, width, show_all)


def in_overview(frame: Frame, overview: Overview, width: int) -> Iterator[str]:
    """Many proposals for a reader: how many have each verdict, and what is wrong with the first that are wanting."""
    yield from _heading(frame, width)
    yield from _overview(overview, width)


def _heading(frame: Frame, width: int) -> Iterator[str]:
    call = frame.call
    yield f"{call.title} ({call.reference}), edition {call.edition}; countries as of {frame.as_of}\n"
    for sentence in frame.assumptions:
        yield _line(f"Assumed: {sentence}.", width, "  ")


def _sources(assessment: Assessment, sources: Mapping[str, Source], width: int, show_all: bool) -> Iterator[str]:
    """The documents behind the rules that are shown at length."""
    aside = {*assessment.left_to_officer, *assessment.needs_all_submissions}
    rules = [
        finding.rule
        for finding in assessment.findings
        if finding.rule.id not in aside and (show_all or finding.verdict is not Verdict.MET)
    ]
    used = sorted({rule.citation.source for rule in rules if rule.citation} & set(sources))
    if used:
        yield "\nSources\n"
    for id in used:
        yield _line(f"{id}: {sources[id].title}. {sources[id].address}".rstrip(), width, "  ", "    ")


def _in_full(assessment: Assessment, width: int, show_all: bool) -> Iterator[str]:
    """One proposal: what is not met first, then what is open, then what is met, in a line each unless all is asked."""
    strand = f", strand {assessment.strand}" if assessment.strand else ""
    yield f"\nProposal {isolated(assessment.proposal)}{strand}: {HEADLINES[assessment.verdict]}\n"
    aside = {*assessment.left_to_officer, *assessment.needs_all_submissions}
    asked = [finding for finding in assessment.findings if finding.rule.id not in aside]
    for verdict, heading in ((Verdict.NOT_MET, "Not met"), (Verdict.UNDECIDED, "Undecided: a fact is missing")):
        found = [finding for finding in asked if finding.verdict is verdict]
        if found:
            yield f"\n{heading}\n"
        for finding in found:
            yield from _at_length(finding, width)
    met = [finding for finding in asked if finding.verdict is Verdict.MET]
    if met:
        yield "\nMet\n"
    for finding in met:
        if show_all:
            yield from _at_length(finding, width)
        else:
            yield _line(f"✓ {finding.rule.id}: {isolated(finding.reason)}", width, "", "    ")
    yield from _set_aside(assessment, width)
    for sentence in assessment.assumptions:
        yield _line(f"Assumed: {sentence}.", width, "  ")


def _at_length(finding: Finding, width: int) -> Iterator[str]:
    """A rule with its reason, the repair, and where it comes from."""
    rule = finding.rule
    advice = "  (advice)" if rule.force is Force.ADVISED else ""
    yield _line(f"{MARKS[finding.verdict]} {rule.text}{advice}", width, "", "    ")
    yield _line(isolated(finding.reason), width, "    ")
    if finding.repair and finding.verdict is not Verdict.MET:
        yield _line(f"Repair: {finding.repair}", width, "    ")
    yield _line(f"{rule.id}; {cited(rule)}", width, "    ")


def _set_aside(assessment: Assessment, width: int) -> Iterator[str]:
    sentences = {
        "Left to the officer": assessment.left_to_officer,
        "Needs all submissions": assessment.needs_all_submissions,
    }
    texts = {finding.rule.id: finding.rule.text for finding in assessment.findings}
    for heading, ids in sentences.items():
        if ids:
            yield f"\n{heading}\n"
        for id in ids:
            yield _line(f"- {id}: {texts[id]}", width, "", "    ")


def cited(rule: Rule) -> str:
    """Where a rule comes from, in words."""
    origin = f"source: {rule.citation}" if rule.citation else "no source"
    return f"{origin} (assumed: {rule.assumed})" if rule.assumed else origin


def _overview(overview: Overview, width: int) -> Iterator[str]:
    listed = ", ".join(f"{count} {word.replace('_', ' ')}" for word, count in overview.counts.items())
    yield f"\n{sum(overview.counts.values())} proposals: {listed}\n\n"
    for assessment in overview.shown:
        strand = f", strand {assessment.strand}" if assessment.strand else ""
        yield f"{isolated(assessment.proposal)}{strand}: {HEADLINES[assessment.verdict]}\n"
        aside = {*assessment.left_to_officer, *assessment.needs_all_submissions}
        for finding in assessment.findings:
            if finding.verdict is Verdict.MET or finding.rule.id in aside or finding.rule.force is Force.ADVISED:
                continue
            text = f"{MARKS[finding.verdict]} {finding.rule.id}: {isolated(finding.reason)} {finding.repair}".rstrip()
            yield _line(text, width, "  ", "    ")
    hidden = overview.wanting - len(overview.shown)
    if hidden:
        yield f"... and {hidden} more that are not eligible or undecided; --all shows them.\n"
    if overview.aside:
        named = ", ".join(overview.aside)
        yield _line(f"Set aside from the verdicts (officer, or all submissions needed): {named}.", width)


def _line(text: str, width: int, indent: str = "", further: str | None = None) -> str:
    return wrapped(text, width, indent, further) + "\n"
