"""A call for proposals as data with citations: strands, envelopes, window, rules, award criteria, tie-breaks.

`parse_call` turns the tables of a call folder into a `Call`. It guesses nothing: what a folder does not state
is `Unknown`. Rules are kept as data here; the eligibility engine gives them their meaning.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from hanse.core.values.citation import Citation, Stated, parse_citation
from hanse.core.values.countries import Basis, read_code
from hanse.core.values.faults import Fault
from hanse.core.values.money import Money, parse_sum
from hanse.core.values.rates import parse_rate
from hanse.core.values.reading import (
    Reader,
    as_boolean,
    as_choice,
    as_count,
    as_day,
    as_hour,
    as_name,
    as_names,
    as_text,
)
from hanse.core.values.unknown import NOT_STATED, Maybe, Unknown
from hanse.core.values.window import Window


class Force(Enum):
    """Whether breaking a rule makes a proposal ineligible or only draws a remark."""

    REQUIRED = "required"
    ADVISED = "advised"


class Scope(Enum):
    """What a rule looks at: each participant, the consortium, the proposal, or all submissions of the call."""

    PARTICIPANT = "participant"
    CONSORTIUM = "consortium"
    PROPOSAL = "proposal"
    CALL = "call"


class Decider(Enum):
    """Who decides a rule: the machine, or an officer of the granting authority."""

    MACHINE = "machine"
    OFFICER = "officer"


class Gate(Enum):
    """The gate a rule belongs to; only a rule with gate `submission` blocks submitting."""

    SUBMISSION = "submission"
    ADMISSIBILITY = "admissibility"
    ELIGIBILITY = "eligibility"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a call, as its folder writes it.

    Attributes:
        id: name inside the call, stable across editions.
        kind: name of a rule kind of `core.eligibility.kinds`.
        text: the rule in plain words, for people.
        strands: ids of the strands it applies to; empty means all.
        parameters: what the kind needs, as written.
    """

    id: str
    kind: str
    text: str
    strands: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    force: Force = Force.REQUIRED
    scope: Scope | None = None
    decider: Decider = Decider.MACHINE
    gate: Gate = Gate.ELIGIBILITY
    citation: Citation | None = None
    assumed: str = ""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A pot of money. Several strands may share one. `estimated` amounts are indicative."""

    id: str
    amount: Stated[Money]
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Strand:
    """A part of a call with its own scope and figures (a topic, in the words of the Funding & Tenders Portal).

    Attributes:
        phase: name of a group of strands, where the call limits participation by phase; empty if none.
        max_grant: most that one project can receive.
        max_rate: largest share of eligible costs that the grant may cover.
        min_months, max_months: shortest and longest project.
        expected_projects: how many projects the call expects to fund; indicative.
    """

    id: str
    title: str
    envelope: str
    scope: str = ""
    phase: str = ""
    max_grant: Stated[Money] = Stated(NOT_STATED)
    max_rate: Stated[Fraction] = Stated(NOT_STATED)
    min_months: Stated[int] = Stated(NOT_STATED)
    max_months: Stated[int] = Stated(NOT_STATED)
    expected_projects: Stated[int] = Stated(NOT_STATED)
    citation: Citation | None = None


@dataclass(frozen=True, slots=True)
class CostRate:
    """A maximum rate for one category of costs, where a call sets several side by side."""

    category: str
    title: str
    max_rate: Stated[Fraction]
    strands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Transfer:
    """What happens to money an envelope leaves unspent: it moves to another envelope, or the source does not say.

    Transfers are carried out in the order in which the call lists them, after every envelope has been ranked.
    """

    source: str
    destination: Maybe[str]
    condition: str
    citation: Citation | None = None


@dataclass(frozen=True, slots=True)
class AwardCriterion:
    """One award criterion. `threshold` is the least number of points to pass; `weight` counts for ranking only."""

    id: str
    title: str
    max_points: Decimal
    threshold: Maybe[Decimal] = NOT_STATED
    weight: Decimal = Decimal(1)


class TieBreakKind(Enum):
    """How proposals with equal totals are put in order."""

    CRITERION = "criterion"
    LOWER_REQUEST = "lower_request"
    OFFICER = "officer"


@dataclass(frozen=True, slots=True)
class TieBreak:
    """One step of the tie-break order: more points on a criterion, a lower request, or a recorded decision."""

    kind: TieBreakKind
    criterion: str = ""
    text: str = ""
    citation: Citation | None = None


class PartialPlace(Enum):
    """What happens to the first proposal that the money left covers only in part. It is never funded silently."""

    OFFICER = "officer"
    STOP = "stop"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Award:
    """How proposals are judged and ranked.

    Attributes:
        criteria: award criteria, or unknown.
        overall_threshold: least total to pass; `core.evaluation.ThresholdBasis` says of which points.
        step: points are given in multiples of this.
        tie_breaks: in the order of the call; after the last, proposals stay tied and an officer decides.
        partial_place: what to do with the first proposal that fits only in part.
        evaluators: how many experts judge a proposal.
    """

    criteria: Stated[tuple[AwardCriterion, ...]] = Stated(NOT_STATED)
    overall_threshold: Stated[Decimal] = Stated(NOT_STATED)
    step: Stated[Decimal] = Stated(NOT_STATED)
    tie_breaks: Stated[tuple[TieBreak, ...]] = Stated(NOT_STATED)
    partial_place: Stated[PartialPlace] = Stated(NOT_STATED)
    evaluators: Stated[int] = Stated(NOT_STATED)


@dataclass(frozen=True, slots=True)
class Treatment:
    """How a call treats a country in a doubtful position, with its reason. Overrides the dated tables."""

    country: str
    group: str
    counts: Maybe[bool]
    reason: str
    strands: tuple[str, ...] = ()
    citation: Citation | None = None


@dataclass(frozen=True, slots=True)
class CountryTerms:
    """How this call asks the dated tables.

    Attributes:
        asked_on: the day on which membership counts; unknown means the closing day, and that is assumed.
        basis: signature or entry into force; unknown means entry into force, and that is assumed.
    """

    asked_on: Maybe[date] = NOT_STATED
    basis: Maybe[Basis] = NOT_STATED
    treatments: tuple[Treatment, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of the call page: which section it stands in, what it says, where it comes from."""

    section: str
    text: str
    strands: tuple[str, ...] = ()
    citation: Citation | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a source document and what carries it in this folder.

    Attributes:
        number: place in the document, counted from 1.
        opening: its first words, to find it.
        says: its content in our own words.
        carried_by: targets such as `rule:A-three-countries`, `field:window.closes_at`, `statement:what`,
            `officer:scope`, `heading`.
    """

    number: int
    opening: str
    says: str
    carried_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A document that the call cites. `confidence` repeats how firmly its facts are known."""

    id: str
    title: str
    address: str = ""
    confidence: str = ""
    sentences: tuple[Sentence, ...] = ()


SECTIONS = ("what", "who", "how_much", "until_when", "how_judged", "how_to_apply")


@dataclass(frozen=True)
class Call:
    """A call for proposals in one edition. Every figure carries its citation or is unknown."""

    reference: str
    edition: str
    title: str
    programme: str
    authority: str
    window: Window
    strands: tuple[Strand, ...]
    envelopes: tuple[Envelope, ...]
    rules: tuple[Rule, ...]
    total: Stated[Money] = Stated(NOT_STATED)
    countries: CountryTerms = CountryTerms()
    cost_rates: tuple[CostRate, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    award: Award = Award()
    statements: tuple[Statement, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=lambda: MappingProxyType({}))
    window_citation: Citation | None = None
    edition_date: Maybe[date] = NOT_STATED

    def strand(self, id: str) -> Strand | None:
        """The strand with this id, or None."""
        return self._strands_by_id.get(id)

    @cached_property
    def _strands_by_id(self) -> dict[str, Strand]:
        return {strand.id: strand for strand in reversed(self.strands)}  # of two with one id, the first counts

    def envelope(self, id: str) -> Envelope | None:
        """The envelope with this id, or None."""
        return next((envelope for envelope in self.envelopes if envelope.id == id), None)

    def rules_for(self, strand: str) -> tuple[Rule, ...]:
        """The rules of one strand, in the order of the folder."""
        return tuple(rule for rule in self.rules if not rule.strands or strand in rule.strands)

    @property
    def assumptions(self) -> tuple[str, ...]:
        """Each assumption this edition rests on, as a sentence."""
        return tuple(self._assumptions())

    def _assumptions(self) -> list[str]:
        named: list[tuple[str, Stated[Any]]] = [("total budget", self.total)]
        named += [(f"amount of envelope {e.id}", e.amount) for e in self.envelopes]
        for s in self.strands:
            named += [
                (f"maximum grant of strand {s.id}", s.max_grant),
                (f"maximum rate of strand {s.id}", s.max_rate),
                (f"shortest duration of strand {s.id}", s.min_months),
                (f"longest duration of strand {s.id}", s.max_months),
                (f"expected projects of strand {s.id}", s.expected_projects),
            ]
        a = self.award
        named += [
            ("award criteria", a.criteria),
            ("overall threshold", a.overall_threshold),
            ("step of points", a.step),
            ("tie-break order", a.tie_breaks),
            ("last place that fits in part", a.partial_place),
            ("number of evaluators", a.evaluators),
        ]
        said = [f"{name}: {figure.assumed}" for name, figure in named if figure.assumed]
        return said + [f"rule {rule.id}: {rule.assumed}" for rule in self.rules if rule.assumed]


def parse_call(
    call: Mapping[str, Any], rules: Mapping[str, Any], sources: Mapping[str, Any], place: str, faults: list[Fault]
) -> Call:
    """Turn the parsed tables of a call folder into a `Call`.

    Args:
        call: content of `call.toml`.
        rules: content of `rules.toml`.
        sources: content of `sources.toml`.
        place: folder name, for messages.
        faults: every fault found is added here; the returned call is only to be used if none was.
    """
    top = Reader(call, f"{place}/call.toml", "", faults)
    window, window_citation = _parse_window(top.inner("window"))
    strands = tuple(_parse_strand(reader) for reader in top.tables("strand"))
    envelopes = tuple(_parse_envelope(reader) for reader in top.tables("envelope"))
    parsed = Call(
        reference=top.require("reference", as_name, ""),
        edition=top.require("edition", as_name, ""),
        edition_date=top.maybe("edition_date", as_day),
        title=top.require("title", as_name, ""),
        programme=top.require("programme", as_name, ""),
        authority=top.optional("authority", as_text, ""),
        total=top.stated("total", parse_sum),
        window=window,
        window_citation=window_citation,
        countries=_parse_countries(top.inner("countries")),
        strands=strands,
        envelopes=envelopes,
        cost_rates=tuple(_parse_cost_rate(reader) for reader in top.tables("cost_rate")),
        transfers=tuple(_parse_transfer(reader) for reader in top.tables("transfer")),
        award=_parse_award(top.inner("award")),
        statements=tuple(_parse_statement(reader) for reader in top.tables("statement")),
        rules=_parse_rules(rules, f"{place}/rules.toml", faults),
        sources=_parse_sources(sources, f"{place}/sources.toml", faults),
    )
    top.close()
    _check_references(parsed, place, faults)
    return parsed


def _parse_window(reader: Reader) -> tuple[Window, Citation | None]:
    window = Window(
        opens_on=reader.maybe("opens_on", as_day),
        closes_on=reader.maybe("closes_on", as_day),
        closes_at=reader.maybe("closes_at", as_hour),
        zone=reader.require("zone", _as_zone, "UTC"),
        closing_instant_counts=reader.maybe("closing_instant_counts", as_boolean),
    )
    citation = reader.citation()
    reader.close()
    return window, citation


def _as_zone(written: object) -> str:
    name = as_name(written)
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # not found, a folder, or a path that leaves the tables
        raise ValueError(f'{name!r} is not a time zone; expected for example "Europe/Brussels"') from None
    return name


def _parse_countries(reader: Reader) -> CountryTerms:
    terms = CountryTerms(
        asked_on=reader.maybe("asked_on", as_day),
        basis=reader.maybe("basis", as_choice(Basis)),
        treatments=tuple(_parse_treatment(inner) for inner in reader.tables("treatment")),
    )
    reader.close()
    return terms


def _parse_treatment(reader: Reader) -> Treatment:
    treatment = Treatment(
        country=read_code(reader.require("country", as_name, "")),
        group=reader.require("group", as_name, ""),
        counts=reader.maybe("counts", as_boolean),
        reason=reader.require("reason", as_name, ""),
        strands=reader.optional("strands", as_names, ()),
        citation=reader.citation(),
    )
    reader.close()
    return treatment


def _parse_strand(reader: Reader) -> Strand:
    strand = Strand(
        id=reader.require("id", as_name, ""),
        title=reader.require("title", as_name, ""),
        envelope=reader.require("envelope", as_name, ""),
        scope=reader.optional("scope", as_text, ""),
        phase=reader.optional("phase", as_text, ""),
        max_grant=reader.stated("max_grant", parse_sum),
        max_rate=reader.stated("max_rate", parse_rate),
        min_months=reader.stated("min_months", as_count),
        max_months=reader.stated("max_months", as_count),
        expected_projects=reader.stated("expected_projects", as_count),
        citation=reader.citation(),
    )
    reader.close()
    return strand


def _parse_envelope(reader: Reader) -> Envelope:
    envelope = Envelope(
        id=reader.require("id", as_name, ""),
        amount=reader.stated("amount", parse_sum),
        estimated=reader.optional("estimated", as_boolean, False),
    )
    reader.close()
    return envelope


def _parse_cost_rate(reader: Reader) -> CostRate:
    rate = CostRate(
        category=reader.require("category", as_name, ""),
        title=reader.require("title", as_name, ""),
        max_rate=reader.stated("max_rate", parse_rate),
        strands=reader.optional("strands", as_names, ()),
    )
    reader.close()
    return rate


def _parse_transfer(reader: Reader) -> Transfer:
    transfer = Transfer(
        source=reader.require("from", as_name, ""),
        destination=reader.maybe("to", as_name),
        condition=reader.require("when", as_name, ""),
        citation=reader.citation(),
    )
    reader.close()
    return transfer


_POINTS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")


def as_points(written: object) -> Decimal:
    """Points as an exact decimal of zero or more: a whole number, or text such as `"3.5"`.

    Raises:
        ValueError: with what is wrong and what was expected; binary fractions are refused.
    """
    if isinstance(written, bool) or not isinstance(written, int | str):
        raise ValueError(f'is {written!r}; write points as a whole number or as text, for example "3.5"')
    if not _POINTS.fullmatch(str(written).strip()):
        raise ValueError(f'{written!r} is not a number of points; expected zero or more, for example "3.5"')
    return Decimal(str(written).strip())


def _parse_award(reader: Reader) -> Award:
    def as_criteria(written: object) -> tuple[AwardCriterion, ...]:
        return tuple(
            _parse_criterion(Reader(table, reader.place, f"award.criteria[{n}]", reader.faults))
            for n, table in enumerate(_as_tables(written), 1)
        )

    def as_tie_breaks(written: object) -> tuple[TieBreak, ...]:
        return tuple(
            _parse_tie_break(Reader(table, reader.place, f"award.tie_breaks[{n}]", reader.faults))
            for n, table in enumerate(_as_tables(written), 1)
        )

    award = Award(
        criteria=reader.stated("criteria", as_criteria),
        overall_threshold=reader.stated("overall_threshold", as_points),
        step=reader.stated("step", as_points),
        tie_breaks=reader.stated("tie_breaks", as_tie_breaks),
        partial_place=reader.stated("partial_place", as_choice(PartialPlace)),
        evaluators=reader.stated("evaluators", as_count),
    )
    reader.close()
    return award


def _as_tables(written: object) -> list[Mapping[str, Any]]:
    if not isinstance(written, list) or not all(isinstance(item, Mapping) for item in written):
        raise ValueError("is not a list of tables")
    return written


def _parse_criterion(reader: Reader) -> AwardCriterion:
    criterion = AwardCriterion(
        id=reader.require("id", as_name, ""),
        title=reader.require("title", as_name, ""),
        max_points=reader.require("max_points", as_points, Decimal(0)),
        threshold=reader.maybe("threshold", as_points),
        weight=reader.optional("weight", as_points, Decimal(1)),
    )
    reader.close()
    return criterion


def _parse_tie_break(reader: Reader) -> TieBreak:
    tie_break = TieBreak(
        kind=reader.require("kind", as_choice(TieBreakKind), TieBreakKind.OFFICER),
        criterion=reader.optional("criterion", as_text, ""),
        text=reader.optional("text", as_text, ""),
        citation=reader.citation(),
    )
    reader.close()
    return tie_break


def _parse_statement(reader: Reader) -> Statement:
    statement = Statement(
        section=reader.require("section", as_name, SECTIONS[0]),
        text=reader.require("text", as_name, ""),
        strands=reader.optional("strands", as_names, ()),
        citation=reader.citation(),
    )
    if statement.section not in SECTIONS:
        reader.fault("section", f"is {statement.section!r}; expected one of {', '.join(SECTIONS)}")
    reader.close()
    return statement


def _parse_rules(tables: Mapping[str, Any], place: str, faults: list[Fault]) -> tuple[Rule, ...]:
    top = Reader(tables, place, "", faults)
    rules = []
    for reader in top.tables("rule"):
        rule = Rule(
            id=reader.require("id", as_name, ""),
            kind=reader.require("kind", as_name, ""),
            text=reader.require("text", as_name, ""),
            strands=reader.optional("strands", as_names, ()),
            parameters=MappingProxyType(dict(reader.inner("parameters").table)),
            force=reader.optional("force", as_choice(Force), Force.REQUIRED),
            scope=reader.optional("scope", as_choice(Scope), None),
            decider=reader.optional("decider", as_choice(Decider), Decider.MACHINE),
            gate=reader.optional("gate", as_choice(Gate), Gate.ELIGIBILITY),
            citation=reader.require("cite", parse_citation, Citation("")),
            assumed=reader.optional("assumed", as_text, ""),
        )
        reader.close()
        rules.append(rule)
    top.close()
    return tuple(rules)


def _parse_sources(tables: Mapping[str, Any], place: str, faults: list[Fault]) -> Mapping[str, Source]:
    top = Reader(tables, place, "", faults)
    sources: dict[str, Source] = {}
    for reader in top.tables("source"):
        source = Source(
            id=reader.require("id", as_name, ""),
            title=reader.require("title", as_name, ""),
            address=reader.optional("address", as_text, ""),
            confidence=reader.optional("confidence", as_text, ""),
            sentences=tuple(_parse_sentence(inner) for inner in reader.tables("sentence")),
        )
        reader.close()
        if source.id in sources:
            reader.fault("id", f"{source.id!r} is used twice")
        sources[source.id] = source
    top.close()
    return MappingProxyType(sources)


def _parse_sentence(reader: Reader) -> Sentence:
    sentence = Sentence(
        number=reader.require("number", as_count, 0),
        opening=reader.require("opening", as_name, ""),
        says=reader.require("says", as_name, ""),
        carried_by=reader.require("carried_by", as_names, ()),
    )
    reader.close()
    return sentence


def _check_references(call: Call, place: str, faults: list[Fault]) -> None:
    """Add a fault for each name that points nowhere and each id that is used twice."""
    strands = {strand.id for strand in call.strands}
    envelopes = {envelope.id for envelope in call.envelopes}
    named: tuple[tuple[str, list[str]], ...] = (
        ("strand", [s.id for s in call.strands]),
        ("envelope", [e.id for e in call.envelopes]),
        ("rule", [r.id for r in call.rules]),
    )
    for what, ids in named:
        file = "rules.toml" if what == "rule" else "call.toml"
        if not ids:
            faults.append(Fault(f"{place}/{file}", what, f"is missing; a call has at least one [[{what}]]"))
        faults += [
            Fault(f"{place}/{file}", f"{what} {id}", "is named twice") for id in sorted(set(ids)) if ids.count(id) > 1
        ]
    for strand in call.strands:
        if strand.envelope not in envelopes:
            faults.append(
                Fault(f"{place}/call.toml", f"strand {strand.id}.envelope", f"there is no envelope {strand.envelope!r}")
            )
    for transfer in call.transfers:
        ends = [transfer.source] + ([] if isinstance(transfer.destination, Unknown) else [transfer.destination])
        faults += [
            Fault(f"{place}/call.toml", "transfer", f"there is no envelope {end!r}")
            for end in ends
            if end not in envelopes
        ]
    uses = [("call.toml", f"statement {n}", s.strands) for n, s in enumerate(call.statements, 1)]
    uses += [("call.toml", f"treatment of {t.country}", t.strands) for t in call.countries.treatments]
    uses += [("call.toml", f"cost_rate {c.category}", c.strands) for c in call.cost_rates]
    uses += [("rules.toml", f"rule {r.id}", r.strands) for r in call.rules]
    for file, key, used in uses:
        faults += [Fault(f"{place}/{file}", key, f"there is no strand {id!r}") for id in used if id not in strands]
    criteria = {criterion.id for criterion in call.award.criteria.known or ()}
    for tie_break in call.award.tie_breaks.known or ():
        if tie_break.kind is TieBreakKind.CRITERION and tie_break.criterion not in criteria:
            faults.append(
                Fault(f"{place}/call.toml", "award.tie_breaks", f"there is no criterion {tie_break.criterion!r}")
            )
