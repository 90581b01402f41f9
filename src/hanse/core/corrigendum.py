"""What changes from one edition of a call to the next, and which proposals it touches.

A call changes after publication: a deadline moves, a section is inserted, a figure is corrected. `compare` lists
each difference between two editions with both citations; `verdict_changes` asks the rules of both about the same
proposals. Where a fact stays as it is and only its place in the documents moves, nothing is listed.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from hanse.core.call import Call, Rule, Strand
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.engine import Examiner
from hanse.core.eligibility.findings import Finding, ProposalVerdict, Verdict
from hanse.core.form import Form
from hanse.core.proposal import Dossier
from hanse.core.values.citation import Citation, Stated
from hanse.core.values.words import in_words


class ChangeKind(Enum):
    """Whether something came, went, or reads differently."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two editions.

    Attributes:
        item: what it concerns, for example `strand A` or `rule A-three-countries`.
        fact: which fact of it, for example `maximum grant`; empty if the whole item came or went.
        before, after: the fact in words; None where there is none.
    """

    kind: ChangeKind
    item: str
    fact: str
    before: str | None
    after: str | None
    before_citation: Citation | None = None
    after_citation: Citation | None = None

    @property
    def sentence(self) -> str:
        """The change in plain words, with both citations."""
        subject = f"{self.item}, {self.fact}" if self.fact else self.item
        before = f"{self.before}{_cited(self.before_citation)}"
        after = f"{self.after}{_cited(self.after_citation)}"
        if self.kind is ChangeKind.ADDED:
            return f"{subject} is new: {after}"
        if self.kind is ChangeKind.REMOVED:
            return f"{subject} is gone; it was: {before}"
        return f"{subject}: was {before}, is now {after}"


def _cited(citation: Citation | None) -> str:
    return f" [{citation}]" if citation else ""


@dataclass(frozen=True, slots=True)
class _Fact:
    words: str
    citation: Citation | None = None


@dataclass(frozen=True, slots=True)
class _Item:
    """A part of a call as a list of named facts, so that any two editions compare in one way."""

    name: str
    headline: str
    citation: Citation | None = None
    facts: Mapping[str, _Fact] = field(default_factory=dict)


def compare(old: Call, new: Call, forms: tuple[Form, Form] | None = None) -> tuple[Change, ...]:
    """Every difference between two editions: first what changed or went, in the old order, then what is new.

    Args:
        forms: the application forms of both, where these are to be compared too.
    """
    before = {item.name: item for item in _items(old)}
    after = {item.name: item for item in _items(new)}
    if forms is not None:
        before |= {item.name: item for item in _form_items(forms[0])}
        after |= {item.name: item for item in _form_items(forms[1])}
    changes: list[Change] = []
    for name, item in before.items():
        if name in after:
            changes += _changed_facts(item, after[name])
        else:
            changes.append(Change(ChangeKind.REMOVED, name, "", item.headline, None, item.citation))
    changes += [
        Change(ChangeKind.ADDED, name, "", None, item.headline, None, item.citation)
        for name, item in after.items()
        if name not in before
    ]
    return tuple(changes)


def _changed_facts(old: _Item, new: _Item) -> Iterator[Change]:
    for fact in [*old.facts, *(fact for fact in new.facts if fact not in old.facts)]:
        before, after = old.facts.get(fact), new.facts.get(fact)
        if before is None and after is not None:
            yield Change(ChangeKind.ADDED, old.name, fact, None, after.words, None, after.citation)
        elif before is not None and after is None:
            yield Change(ChangeKind.REMOVED, old.name, fact, before.words, None, before.citation)
        elif before is not None and after is not None and before.words != after.words:
            yield Change(ChangeKind.CHANGED, old.name, fact, before.words, after.words, before.citation, after.citation)


def _items(call: Call) -> Iterator[_Item]:
    yield _call_item(call)
    yield _window_item(call)
    yield _Item(
        "countries",
        "how countries are asked",
        None,
        {
            "asked on": _Fact(in_words(call.countries.asked_on)),
            "what counts": _Fact(in_words(call.countries.basis)),
        },
    )
    for treatment in call.countries.treatments:
        where = f" in strand {', '.join(treatment.strands)}" if treatment.strands else ""
        name = f"treatment of {treatment.country} as {treatment.group}{where}"
        cited = treatment.citation
        facts = {"counts": _Fact(in_words(treatment.counts), cited), "reason": _Fact(treatment.reason, cited)}
        yield _Item(name, f"counts: {in_words(treatment.counts)}; {treatment.reason}", cited, facts)
    for envelope in call.envelopes:
        amount = _stated(envelope.amount)
        facts = {"amount": amount, "estimated": _Fact(in_words(envelope.estimated))}
        yield _Item(f"envelope {envelope.id}", amount.words, amount.citation, facts)
    yield from (_strand_item(strand) for strand in call.strands)
    for rate in call.cost_rates:
        maximum = _stated(rate.max_rate)
        facts = {"maximum rate": maximum, "title": _Fact(rate.title), "strands": _Fact(in_words(rate.strands))}
        yield _Item(f"rate for {rate.category} costs", maximum.words, maximum.citation, facts)
    for number, transfer in enumerate(call.transfers, 1):
        facts = {
            "to": _Fact(in_words(transfer.destination), transfer.citation),
            "when": _Fact(transfer.condition, transfer.citation),
        }
        name = f"transfer {number} from envelope {transfer.source}"
        yield _Item(name, f"to {in_words(transfer.destination)}, when {transfer.condition}", transfer.citation, facts)
    yield from _award_items(call)
    yield from (_rule_item(rule) for rule in call.rules)
    yield from _statement_items(call)
    yield from _source_items(call)


def _stated(figure: Stated[Any], words: str | None = None) -> _Fact:
    shown = in_words(figure.value) if words is None else words
    return _Fact(f"{shown} (assumed: {figure.assumed})" if figure.assumed else shown, figure.citation)


def _call_item(call: Call) -> _Item:
    facts = {
        "reference": _Fact(call.reference),
        "edition": _Fact(call.edition),
        "edition date": _Fact(in_words(call.edition_date)),
        "title": _Fact(call.title),
        "programme": _Fact(call.programme),
        "authority": _Fact(call.authority or "not stated"),
        "total budget": _stated(call.total),
    }
    return _Item("call", call.title, None, facts)


def _window_item(call: Call) -> _Item:
    window, cited = call.window, call.window_citation
    facts = {
        "opens on": _Fact(in_words(window.opens_on), cited),
        "closes on": _Fact(in_words(window.closes_on), cited),
        "closes at": _Fact(in_words(window.closes_at), cited),
        "time zone": _Fact(window.zone, cited),
        "closing instant is in time": _Fact(in_words(window.closing_instant_counts), cited),
    }
    return _Item("deadline", in_words(window.closes_on), cited, facts)


def _strand_item(strand: Strand) -> _Item:
    facts = {
        "title": _Fact(strand.title, strand.citation),
        "scope": _Fact(strand.scope or "not stated", strand.citation),
        "envelope": _Fact(strand.envelope, strand.citation),
        "phase": _Fact(strand.phase or "none", strand.citation),
        "maximum grant": _stated(strand.max_grant),
        "maximum rate": _stated(strand.max_rate),
        "shortest duration in months": _stated(strand.min_months),
        "longest duration in months": _stated(strand.max_months),
        "expected projects": _stated(strand.expected_projects),
    }
    return _Item(f"strand {strand.id}", strand.title, strand.citation, facts)


def _award_items(call: Call) -> Iterator[_Item]:
    award = call.award
    criteria = award.criteria
    listed = ", ".join(criterion.title for criterion in criteria.known or ())
    steps = [
        in_words(step.kind) + (f" {step.criterion}" * bool(step.criterion)) for step in award.tie_breaks.known or ()
    ]
    facts = {
        "criteria": _stated(criteria, listed if criteria.known is not None else None),
        "overall threshold": _stated(award.overall_threshold),
        "step of points": _stated(award.step),
        "tie-break order": _stated(
            award.tie_breaks, ", then ".join(steps) if award.tie_breaks.known is not None else None
        ),
        "last place that fits in part": _stated(award.partial_place),
        "experts for each proposal": _stated(award.evaluators),
    }
    yield _Item("award", "how proposals are judged", None, facts)
    for criterion in criteria.known or ():
        cited = criteria.citation
        facts = {
            "title": _Fact(criterion.title, cited),
            "most points": _Fact(in_words(criterion.max_points), cited),
            "threshold": _Fact(in_words(criterion.threshold), cited),
            "weight": _Fact(in_words(criterion.weight), cited),
        }
        yield _Item(f"criterion {criterion.id}", criterion.title, cited, facts)


def _rule_item(rule: Rule) -> _Item:
    cited = rule.citation
    words = {
        "text": rule.text,
        "kind": rule.kind,
        "strands": in_words(rule.strands) if rule.strands else "all",
        "force": in_words(rule.force),
        "scope": in_words(rule.scope) if rule.scope else "that of its kind",
        "decided by": in_words(rule.decider),
        "gate": in_words(rule.gate),
        "assumed": rule.assumed or "no",
    }
    words |= {f"parameter {name}": in_words(value) for name, value in rule.parameters.items()}
    return _Item(f"rule {rule.id}", rule.text, cited, {name: _Fact(text, cited) for name, text in words.items()})


def _form_items(form: Form) -> Iterator[_Item]:
    """What an application consists of. The words that explain a field may change without being listed."""
    rate = _stated(form.indirect_rate)
    yield _Item("application form", form.title, None, {"title": _Fact(form.title), "indirect rate": rate})
    for section in form.sections:
        facts = {"title": section.title, "asked of": _strands(section.strands), "records at least": str(section.least)}
        for part in section.parts:
            asked = "required" if part.required else "optional"
            limit = f", at most {part.words} words" if part.words else ""
            facts[f"field {part.id}"] = f"{part.title}: {in_words(part.kind)}, {asked}{limit}"
        yield _form_item(f"section {section.id}", section.title, section.citation, facts)
    for annex in form.annexes:
        asked = ("required" if annex.required else "optional") + ", of each partner" * annex.of_each_partner
        pages = f", {annex.most_pages} pages" if annex.most_pages else ""
        facts = {"title": annex.title, "asked": asked, "asked of": _strands(annex.strands)}
        facts["at most"] = f"{annex.most_megabytes} MB{pages}"
        yield _form_item(f"annex {annex.id}", annex.title, annex.citation, facts)
    for each in form.declarations:
        facts = {"title": each.title, "text": each.text, "asked of": _strands(each.strands)}
        yield _form_item(f"declaration {each.id}", each.title, each.citation, facts)
    for found in form.properties:
        shown = in_words((*found.rules, *found.sections))
        facts = {"title": found.title, "text": found.text, "shown by": shown}
        yield _form_item(f"property {found.id}", found.title, found.citation, facts)
    for category in form.cost_categories:
        facts = {"title": category.title, "counted by": in_words(category.by)}
        facts["carries indirect costs"] = in_words(category.carries_indirect)
        yield _form_item(f"cost category {category.id}", category.title, None, facts)


def _form_item(name: str, headline: str, cited: Citation | None, facts: Mapping[str, str]) -> _Item:
    return _Item(name, headline, cited, {fact: _Fact(words, cited) for fact, words in facts.items()})


def _strands(strands: tuple[str, ...]) -> str:
    return f"strand {', '.join(strands)}" if strands else "every strand"


def _statement_items(call: Call) -> Iterator[_Item]:
    """Statements have no id: section, strands and citation name one, and a number where these repeat."""
    seen: dict[str, int] = {}
    for statement in call.statements:
        where = f" for strand {', '.join(statement.strands)}" if statement.strands else ""
        name = f'statement in "{statement.section.replace("_", " ")}"{where} from {statement.citation or "no source"}'
        seen[name] = seen.get(name, 0) + 1
        numbered = name if seen[name] == 1 else f"{name} ({seen[name]})"
        facts = {"text": _Fact(statement.text, statement.citation)}
        yield _Item(numbered, statement.text, statement.citation, facts)


def _source_items(call: Call) -> Iterator[_Item]:
    for source in call.sources.values():
        facts = {
            "title": _Fact(source.title),
            "address": _Fact(source.address or "none"),
            "confidence": _Fact(source.confidence or "not stated"),
        }
        facts |= {f"sentence {sentence.number}": _Fact(sentence.says) for sentence in source.sentences}
        yield _Item(f"source {source.id}", source.title, None, facts)


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule that answers differently for one proposal; None where an edition has no such rule for its strand."""

    rule: str
    before: Verdict | None
    after: Verdict | None
    reason: str


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """A proposal for which the new edition gives another answer, as a whole or on single rules."""

    proposal: str
    before: ProposalVerdict
    after: ProposalVerdict
    rules: tuple[RuleChange, ...]

    @property
    def changes_verdict(self) -> bool:
        """True if the answer for the proposal as a whole differs."""
        return self.before is not self.after

    @property
    def sentence(self) -> str:
        """The change in plain words."""
        if self.changes_verdict:
            return f"{self.proposal}: was {in_words(self.before)}, is now {in_words(self.after)}"
        return f"{self.proposal}: still {in_words(self.after)}, but rules answer differently"


def verdict_changes(dossiers: Iterable[Dossier], old: Context, new: Context) -> tuple[VerdictChange, ...]:
    """The proposals that the two editions answer differently, in the order given.

    Args:
        old, new: the surroundings of each edition; their day and submissions are used as they are.

    Raises:
        Faulty: if a rule of either call names no kind or has wrong parameters.
    """
    first, second = Examiner(old), Examiner(new)
    changes = []
    for dossier in dossiers:
        before, after = first.check(dossier), second.check(dossier)
        rules = tuple(_rule_changes(before.findings, after.findings))
        if rules or before.verdict is not after.verdict:
            changes.append(VerdictChange(dossier.proposal, before.verdict, after.verdict, rules))
    return tuple(changes)


def _rule_changes(old: Iterable[Finding], new: Iterable[Finding]) -> Iterator[RuleChange]:
    before = {finding.rule.id: finding for finding in old}
    after = {finding.rule.id: finding for finding in new}
    for id, finding in before.items():
        later = after.get(id)
        if later is None:
            yield RuleChange(id, finding.verdict, None, "The rule is gone.")
        elif later.verdict is not finding.verdict:
            yield RuleChange(id, finding.verdict, later.verdict, later.reason)
    for id, finding in after.items():
        if id not in before:
            yield RuleChange(id, None, finding.verdict, finding.reason)
