"""Worked cases of a call: small consortia with the verdict that the call must give, run as tests of its rules.

A case names only what it is about; `callbook.ordinary` fills in the rest. The format is described in
`docs/reference/call-folder.md`.
"""

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from hanse.callbook.files import read_toml
from hanse.callbook.ordinary import TARGETS, ordinary_budget, ordinary_member, ordinary_months
from hanse.callbook.setting import day_of_countries, vocabulary
from hanse.core.call import Call
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.engine import Examiner, check_all
from hanse.core.eligibility.findings import Assessment, ProposalVerdict, Verdict
from hanse.core.proposal import Dossier, Vocabulary, parse_dossier
from hanse.core.values.countries import Geography, read_code
from hanse.core.values.faults import Fault
from hanse.core.values.reading import Reader, as_boolean, as_choice, as_day, as_name, as_names, as_text
from hanse.core.values.unknown import Unknown

_CARRIED = ("strand", "title", "targets", "duration_months", "budget", "submitted_at")
"""Keys of a case that mean what they mean in a dossier."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """A proposal of a case: the dossier as written, and the facts that were left out and take ordinary values."""

    dossier: Dossier
    left_out: frozenset[str]


@dataclass(frozen=True, slots=True)
class Case:
    """One worked case.

    Attributes:
        name: unique in the call's folder.
        file: where it stands.
        proposal: the proposal that is judged.
        others: other submissions of the call; None if they are not at hand, as for an applicant.
        as_of: the day on which countries are asked; None leaves it to the call.
        expect: the verdict on the proposal.
        rules: expected answers to single rules, by rule id.
        why: the reason, for people.
    """

    name: str
    file: str
    proposal: Sketch
    others: tuple[Sketch, ...] | None
    as_of: date | None
    expect: ProposalVerdict
    rules: Mapping[str, Verdict]
    why: str


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What a case gave. It passed if there is no difference to what it expects."""

    case: Case
    assessment: Assessment | None
    differences: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """True if verdict and rules came out as expected."""
        return not self.differences


def read_cases(folder: Path, faults: list[Fault]) -> tuple[Case, ...]:
    """Read `cases/*.toml` of a call folder, in the order of file names; faults are added to the list."""
    words = vocabulary()
    cases: list[Case] = []
    names: set[str] = set()
    for path in sorted((folder / "cases").glob("*.toml")):
        table = read_toml(path, faults)
        if table is None:
            continue
        place = f"{folder.name}/cases/{path.name}"
        top = Reader(table, place, "", faults)
        readers = top.tables("case")
        if not readers and "case" not in table:
            faults.append(Fault(place, "case", "is missing; expected at least one [[case]]"))
        for reader in readers:
            case = _parse_case(reader, words)
            if case.name in names:
                reader.fault("name", f"{case.name!r} is the name of an earlier case too")
            names.add(case.name)
            cases.append(case)
        top.close()
    return tuple(cases)


def _parse_case(reader: Reader, words: Vocabulary) -> Case:
    name = reader.require("name", as_name, "")
    others = None
    if reader.has("other"):
        others = tuple(_parse_other(other, number, words) for number, other in enumerate(reader.tables("other"), 1))
    case = Case(
        name=name,
        file=reader.place,
        proposal=_parse_sketch(reader, "case", words),
        others=others,
        as_of=reader.optional("as_of", as_day, None),
        expect=reader.require("expect", as_choice(ProposalVerdict), ProposalVerdict.UNDECIDED),
        rules=reader.optional("rules", _as_verdicts, {}),
        why=reader.require("why", as_text, ""),
    )
    reader.close()
    return case


def _parse_other(reader: Reader, number: int, words: Vocabulary) -> Sketch:
    sketch = _parse_sketch(reader, f"other-{number}", words)
    reader.close()
    return sketch


def _parse_sketch(reader: Reader, default_id: str, words: Vocabulary) -> Sketch:
    """Read the proposal of a case or of another submission: the dossier's keys, and members in short form."""
    codes: tuple[str, ...] = reader.optional("members", _as_codes, ())
    members: list[Mapping[str, Any]] = [ordinary_member(number, code) for number, code in enumerate(codes, 1)]
    members += [_member(inner, number) for number, inner in enumerate(reader.tables("member"), len(members) + 1)]
    table: dict[str, Any] = {"proposal": reader.optional("proposal", as_name, default_id), "member": members}
    for key in _CARRIED:
        value = reader.optional(key, lambda written: written, None)
        if value is not None:
            table[key] = value
    dossier = parse_dossier(table, f"{reader.place}: {reader.path}", words, reader.faults)
    budget = table.get("budget")
    present = set(table) | {f"budget.{key}" for key in (budget if isinstance(budget, Mapping) else ())}
    if "budget.cost" in present:
        present.add("budget.total_cost")  # the cost lines add up to it
    facts = ("strand", "targets", "duration_months", "budget.total_cost", "budget.requested", "budget.cost")
    return Sketch(dossier, frozenset(fact for fact in facts if fact not in present))


def _as_codes(written: object) -> tuple[str, ...]:
    return tuple(read_code(code) for code in as_names(written))


def _member(reader: Reader, number: int) -> Mapping[str, Any]:
    """The dossier table of a `[[case.member]]`. With `ordinary = true` what it leaves out is ordinary."""
    written = {key: value for key, value in reader.table.items() if key != "ordinary"}
    country = written.get("country")
    start = ordinary_member(number, read_code(country) if isinstance(country, str) else "")
    if not reader.optional("ordinary", as_boolean, False):
        return {"organisation": start["organisation"], **written}
    properties = written.get("properties", {})
    if isinstance(properties, Mapping):
        written["properties"] = {**start["properties"], **properties}
    # A member that is renamed signs for itself unless the case says that another body signs.
    start["legal_entity"] = written.get("organisation", start["legal_entity"])
    return {**start, **written}


def _as_verdicts(written: object) -> Mapping[str, Verdict]:
    if not isinstance(written, Mapping):
        raise ValueError('is not a table; expected for example { "A-three-countries" = "met" }')
    return {str(rule): as_choice(Verdict)(verdict) for rule, verdict in written.items()}


def dossier_of(sketch: Sketch, call: Call) -> Dossier:
    """The sketch as a full dossier: what it leaves out takes the ordinary value for its strand."""
    written, left_out = sketch.dossier, sketch.left_out
    strand_id = written.strand
    if "strand" in left_out and len(call.strands) == 1:
        strand_id = call.strands[0].id
    strand = None if isinstance(strand_id, Unknown) else call.strand(strand_id)
    members = written.consortium.participants
    filled = ordinary_budget(call, strand, written.budget, members[0].organisation.id if members else "member-1")
    costs_known = "budget.total_cost" in left_out or not isinstance(written.budget.total_cost, Unknown)
    budget = replace(
        written.budget,
        total_cost=filled.total_cost if "budget.total_cost" in left_out else written.budget.total_cost,
        requested=filled.requested if "budget.requested" in left_out else written.budget.requested,
        lines=filled.lines if "budget.cost" in left_out and costs_known else written.budget.lines,
    )
    return replace(
        written,
        strand=strand_id,
        targets=TARGETS if "targets" in left_out else written.targets,
        duration_months=ordinary_months(strand) if "duration_months" in left_out else written.duration_months,
        budget=budget,
    )


def day_of(case: Case, call: Call) -> date | None:
    """The day on which a case asks for memberships: its own, else the call's, else the closing day."""
    return day_of_countries(call, case.as_of)


def run_case(case: Case, call: Call, places: Geography) -> CaseResult:
    """Judge the proposal of a case with the real rules and compare with what the case expects.

    Args:
        places: names and dated memberships of countries.

    Raises:
        Faulty: if a rule of the call names no kind or has wrong parameters.
    """
    day = day_of(case, call)
    if day is None:
        return CaseResult(case, None, ("the call states no closing day; give as_of = a day",))
    context = Context(call, places, day)
    dossier = dossier_of(case.proposal, call)
    if case.others is None:
        assessment = Examiner(context).check(dossier)
    else:
        every = [dossier, *(dossier_of(other, call) for other in case.others)]
        assessment = next(iter(check_all(every, context)))
    return CaseResult(case, assessment, tuple(_differences(case, assessment)))


def without_cases(text: str, names: Collection[str]) -> str:
    """The text of a file of cases without some of them; everything else stays to the letter. Empty if none is left."""
    head, *blocks = re.split(r"^(?=[ \t]*\[\[case\]\])", text, flags=re.MULTILINE)
    kept = [block for block in blocks if tomllib.loads(block)["case"][0]["name"] not in names]
    return head + "".join(kept) if kept else ""


def _differences(case: Case, assessment: Assessment) -> list[str]:
    said = []
    if assessment.verdict is not case.expect:
        said.append(f"expected {case.expect.value}, found {assessment.verdict.value}")
        set_aside = {*assessment.left_to_officer, *assessment.needs_all_submissions}
        said += [
            f"rule {finding.rule.id} is {finding.verdict.value}: {finding.reason}"
            for finding in assessment.findings
            if finding.verdict is not Verdict.MET and finding.rule.id not in {*set_aside, *case.rules}
        ]
    for id, expected in case.rules.items():
        finding = assessment.finding(id)
        if finding is None:
            where = f"strand {assessment.strand}" if assessment.strand else "a proposal without strand"
            said.append(f"rule {id}: expected {expected.value}, but there is no such rule for {where}")
        elif finding.verdict is not expected:
            said.append(f"rule {id}: expected {expected.value}, found {finding.verdict.value}: {finding.reason}")
    return said
