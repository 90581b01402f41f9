"""The sections of a call's page, each built from the `Call` alone."""

from collections.abc import Iterator
from dataclasses import replace

from hanse.callbook.page.deadline import closes, status, until_when
from hanse.callbook.page.values import (
    Block,
    Clause,
    Line,
    Page,
    Pairs,
    Paragraph,
    Points,
    Section,
    Text,
    View,
    cited,
    fact,
    figure,
    gap,
    numbered,
    table,
    text,
)
from hanse.core.call import (
    Call,
    Decider,
    Force,
    PartialPlace,
    Rule,
    Scope,
    Statement,
    Strand,
    TieBreak,
    TieBreakKind,
    Treatment,
)
from hanse.core.eligibility.kinds import KINDS
from hanse.core.values.citation import Stated
from hanse.core.values.countries import Basis
from hanse.core.values.unknown import Unknown
from hanse.core.values.words import day_in_words, in_words

HEADINGS = {
    "what": "What it funds",
    "who": "Who can apply",
    "how_much": "How much",
    "until_when": "Until when",
    "how_judged": "How proposals are judged",
    "how_to_apply": "How to apply",
}


def page_of(call: Call, view: View) -> Page:
    """The whole page of a call, as one reader sees it."""
    builders = {
        "what": _what,
        "who": _who,
        "how_much": _how_much,
        "until_when": lambda call: until_when(call, view),
        "how_judged": _how_judged,
    }
    sections = []
    for id, heading in HEADINGS.items():
        blocks = [*_statements(call, id), *(builders[id](call) if id in builders else [])]
        if id == "who":
            blocks += _countries(call, view)
        sections.append(Section(id.replace("_", "-"), heading, tuple(blocks) or (_silent(),)))
    sections.append(Section("rules", "The rules, clause by clause", tuple(_rules(call))))
    assumed = call.assumptions
    if assumed:
        lines = tuple((text(f"{said[0].upper()}{said[1:]}"),) for said in assumed)
        lead = Paragraph(
            (text("This page rests on the following, which no source states. Each is marked where it stands."),)
        )
        sections.append(Section("assumptions", "Assumptions", (lead, Points(lines))))
    facts = tuple(_facts(call, view))
    whole = tuple(sections)
    sources, labels = numbered(list(cited(whole, facts)), call)
    return Page(call.title, call.programme, facts, whole, sources, labels)


def _silent() -> Paragraph:
    return Paragraph((Text("", mark="not stated", note="the sources at hand say nothing on this"),), aside=True)


def _statements(call: Call, section: str) -> Iterator[Block]:
    """What the sources say in this section: for everyone first, then strand by strand."""
    said = [statement for statement in call.statements if statement.section == section]
    for statement in said:
        if not statement.strands:
            yield Paragraph((text(statement.text, statement.citation),))
    by_strands: dict[tuple[str, ...], list[Statement]] = {}
    for statement in said:
        if statement.strands:
            by_strands.setdefault(statement.strands, []).append(statement)
    for strands, statements in by_strands.items():
        lead = text(f"{_strands_in_words(strands)}:", strong=True)
        yield Points(tuple((lead, text(statement.text, statement.citation)) for statement in statements))


def _strands_in_words(strands: tuple[str, ...]) -> str:
    if len(strands) == 1:
        return f"Strand {strands[0]}"
    return f"Strands {', '.join(strands[:-1])} and {strands[-1]}"


def _facts(call: Call, view: View) -> Iterator[tuple[str, Line]]:
    yield "Reference", (text(call.reference),)
    day = call.edition_date
    edition = call.edition if isinstance(day, Unknown) else f"{call.edition}, {day_in_words(day)}"
    yield "Edition", (text(edition),)
    if call.authority:
        yield "Granting authority", (text(call.authority),)
    yield "Total budget", figure(call.total)
    yield "Opens", fact(call.window.opens_on, call.window_citation)
    yield "Closes", closes(call)
    if view.now is not None:
        yield "Status", (text(status(call.window, view.now, call.edition_date)),)
    yield "Strands", (text(str(len(call.strands))),)


def _what(call: Call) -> list[Block]:
    rows = tuple(
        ((text(strand.id),), (text(strand.title, strand.citation),), (text(strand.scope),)) for strand in call.strands
    )
    if not any(strand.scope for strand in call.strands):
        return [table("The strands of the call", ("Strand", "Title"), tuple(row[:2] for row in rows))]
    return [table("The strands of the call", ("Strand", "Title", "What it covers"), rows)]


def _who(call: Call) -> list[Block]:
    about_members = [rule for rule in call.rules if _scope(rule) in (Scope.PARTICIPANT, Scope.CONSORTIUM, Scope.CALL)]
    if not about_members:
        return []
    lead = Paragraph((text("In short, from the rules on applicants and consortia below:"),))
    return [lead, Points(tuple(_rule_in_short(rule) for rule in about_members))]


def _rule_in_short(rule: Rule) -> Line:
    words = text(rule.text, rule.citation, anchor=anchor(rule))
    runs = [] if not rule.strands else [text(f"{_strands_in_words(rule.strands)}:", strong=True)]
    advised = [text("(advised)")] if rule.force is Force.ADVISED else []
    return (*runs, words, *advised, *_assumed(rule))


def _assumed(rule: Rule) -> Line:
    return (Text("", mark="assumed", note=rule.assumed),) if rule.assumed else ()


def anchor(rule: Rule) -> str:
    """The id of a rule's clause on the page."""
    return "rule-" + "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in rule.id)


def _scope(rule: Rule) -> Scope | None:
    kind = KINDS.get(rule.kind)
    return rule.scope or (None if kind is None else kind.scope)


def _countries(call: Call, view: View) -> list[Block]:
    terms = call.countries
    asked: Line = fact(terms.asked_on)
    if isinstance(terms.asked_on, Unknown):
        asked = (*asked, Text("so the closing day is used", mark="assumed", note="no source names another day"))
    basis: Line = gap(terms.basis) if isinstance(terms.basis, Unknown) else (text(_basis(terms.basis)),)
    if isinstance(terms.basis, Unknown):
        basis = (*basis, Text("so entry into force is used", mark="assumed", note="the later of the two events"))
    pairs = Pairs((("Countries are asked on", asked), ("An agreement counts from", basis)))
    if not terms.treatments:
        return [pairs]
    alike: dict[Treatment, list[str]] = {}
    for treatment in terms.treatments:
        alike.setdefault(replace(treatment, country=""), []).append(view.country(treatment.country))
    rows = tuple(
        (
            (text(", ".join(countries)),),
            (text(treatment.group),),
            (text(", ".join(treatment.strands) or "all"),),
            fact(treatment.counts),
            (text(treatment.reason, treatment.citation),),
        )
        for treatment, countries in alike.items()
    )
    heads = ("Countries", "As a country of", "Strands", "Counts", "Reason")
    return [pairs, table("Countries in a particular position", heads, rows)]


def _basis(basis: Basis) -> str:
    return "its signature" if basis is Basis.SIGNATURE else "its entry into force"


def _how_much(call: Call) -> list[Block]:
    blocks: list[Block] = [Pairs((("Total budget", figure(call.total)),))]
    heads = ("Strand", "Envelope", "Most for one project", "Highest rate", "Months", "Projects expected")
    rows = tuple(_money_row(call, strand) for strand in call.strands)
    blocks.append(table("Money and duration by strand", heads, rows, frozenset({1, 2, 3, 4, 5})))
    shared = [e for e in call.envelopes if sum(strand.envelope == e.id for strand in call.strands) > 1]
    for envelope in shared:
        strands = tuple(strand.id for strand in call.strands if strand.envelope == envelope.id)
        blocks.append(Paragraph((text(f"{_strands_in_words(strands)} share one envelope."),)))
    if call.cost_rates:
        rates = tuple(
            ((text(rate.title),), (text(", ".join(rate.strands) or "all"),), figure(rate.max_rate))
            for rate in call.cost_rates
        )
        blocks.append(table("Rates by category of costs", ("Costs", "Strands", "Highest rate"), rates, frozenset({2})))
    for transfer in call.transfers:
        to = transfer.destination
        moves = f"Money left in envelope {transfer.source} moves"
        if isinstance(to, Unknown):
            lead = text(f"{moves} when {transfer.condition}. Where to:", transfer.citation)
            blocks.append(Paragraph((lead, *gap(to))))
        else:
            said = text(f"{moves} to envelope {to} when {transfer.condition}.", transfer.citation)
            blocks.append(Paragraph((said,)))
    return blocks


def _money_row(call: Call, strand: Strand) -> tuple[Line, ...]:
    envelope = call.envelope(strand.envelope)
    amount: Line = gap(Unknown()) if envelope is None else figure(envelope.amount)
    if envelope is not None and envelope.estimated and envelope.amount.known is not None:
        amount = (*amount, text("estimated"))
    return (
        (text(strand.id, strand.citation),),
        amount,
        figure(strand.max_grant),
        figure(strand.max_rate),
        _months(strand),
        figure(strand.expected_projects),
    )


def _months(strand: Strand) -> Line:
    least, most = strand.min_months, strand.max_months
    if least.known is None and most.known is None:
        return gap(least.value if isinstance(least.value, Unknown) else Unknown())
    if least.known is None or most.known is None or not least.known:
        bound, word = (most, "up to") if not least.known else (least, "from")
        return (text(word), *figure(bound))
    if least.known == most.known:
        return figure(least)
    places = tuple(dict.fromkeys(c for c in (least.citation, most.citation) if c is not None))
    why = least.assumed or most.assumed
    return (Text(f"{least.known} to {most.known}", places, "assumed" if why else "", why),)


def _how_judged(call: Call) -> list[Block]:
    award = call.award
    blocks: list[Block] = []
    criteria = award.criteria.known
    if criteria is not None:
        rows = tuple(
            (
                (text(criterion.title),),
                fact(criterion.max_points),
                fact(criterion.threshold),
                fact(criterion.weight),
            )
            for criterion in criteria
        )
        heads = ("Criterion", "Most points", "Threshold", "Weight")
        blocks.append(table("Award criteria", heads, rows, frozenset({1, 2, 3})))
        where = Stated("as listed above", award.criteria.citation, award.criteria.assumed)
    else:
        where = Stated(award.criteria.value if isinstance(award.criteria.value, Unknown) else Unknown())
    pairs: list[tuple[str, Line]] = [("Award criteria", figure(where))]
    pairs.append(("Overall threshold", figure(award.overall_threshold)))
    pairs.append(("Points are given in steps of", figure(award.step)))
    pairs.append(("Experts for each proposal", figure(award.evaluators)))
    partial = award.partial_place
    shown = partial.known
    said = partial if shown is None else Stated(_PARTIAL[shown], partial.citation, partial.assumed)
    pairs.append(("A proposal that the money left covers only in part", figure(said)))
    if award.tie_breaks.known is None:
        pairs.append(("Equal totals", figure(award.tie_breaks)))
        return [*blocks, Pairs(tuple(pairs))]
    lead = Text(
        "Proposals with equal totals are put in order by:",
        () if award.tie_breaks.citation is None else (award.tie_breaks.citation,),
        "assumed" if award.tie_breaks.assumed else "",
        award.tie_breaks.assumed,
    )
    steps = Points(tuple((_tie_break(call, step),) for step in award.tie_breaks.known), numbered=True)
    return [*blocks, Pairs(tuple(pairs)), Paragraph((lead,)), steps]


_PARTIAL = {
    PartialPlace.OFFICER: "an officer decides",
    PartialPlace.STOP: "is not funded, and the list ends there",
    PartialPlace.SKIP: "is passed over for the next one that fits",
}


def _tie_break(call: Call, step: TieBreak) -> Text:
    titles = {criterion.id: criterion.title for criterion in call.award.criteria.known or ()}
    words = {
        TieBreakKind.CRITERION: f"more points on {titles.get(step.criterion, step.criterion)}",
        TieBreakKind.LOWER_REQUEST: "the lower request",
        TieBreakKind.OFFICER: "a recorded decision of an officer",
    }[step.kind]
    return text(step.text or words, step.citation)


def _rules(call: Call) -> Iterator[Block]:
    for rule in call.rules:
        tags = ["advised" if rule.force is Force.ADVISED else "required"]
        if rule.decider is Decider.OFFICER:
            tags.append("an officer decides")
        pairs: list[tuple[str, Line]] = [
            ("Applies to", (text(_strands_in_words(rule.strands) if rule.strands else "all strands"),)),
            ("Looks at", (text(_LOOKS_AT.get(_scope(rule), "not known")),)),
            ("Gate", (text(in_words(rule.gate)),)),
            ("Checked as", (text(rule.kind.replace("_", " ")),)),
        ]
        pairs += [(_label(name), _parameter(value)) for name, value in rule.parameters.items()]
        yield Clause(
            anchor(rule), rule.id, (text(rule.text, rule.citation), *_assumed(rule)), Pairs(tuple(pairs)), tuple(tags)
        )


_LOOKS_AT: dict[Scope | None, str] = {
    Scope.PARTICIPANT: "each participant",
    Scope.CONSORTIUM: "the consortium",
    Scope.PROPOSAL: "the proposal",
    Scope.CALL: "all submissions of the call",
}


def _label(name: str) -> str:
    words = name.replace("_", " ")
    return f"{words[0].upper()}{words[1:]}" if words else name


def _parameter(value: object) -> Line:
    if isinstance(value, dict) and set(value) == {"unknown"}:
        return gap(Unknown(str(value["unknown"])))
    return (text(in_words(value).replace("_", " ") if isinstance(value, str | list) else in_words(value)),)
