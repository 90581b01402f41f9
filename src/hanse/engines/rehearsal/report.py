"""The report of a rehearsal: in a few lines for the terminal, and as one HTML file with charts.

Every chart stands beside the table it was drawn from. The file loads nothing and runs nothing.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from html import escape

from hanse.core.assignment import Infeasible
from hanse.core.call import Decider, Force
from hanse.core.eligibility.findings import ProposalVerdict
from hanse.core.selection import EnvelopeList, Standing
from hanse.core.submission import Accepted, Refused
from hanse.core.values.money import Money
from hanse.core.values.unknown import Unknown
from hanse.engines.rehearsal.charts import bars, columns, stacked
from hanse.engines.rehearsal.run import Experts, Rehearsal, RuleUse
from hanse.engines.rehearsal.style import STYLE


def funnel(rehearsal: Rehearsal) -> list[tuple[str, int]]:
    """How many proposals were left after each step."""
    courses = rehearsal.courses
    checked = [course.assessment for course in courses if course.assessment]
    rows = [
        ("submitted", len(courses)),
        ("received in time and complete", sum(isinstance(course.decision, Accepted) for course in courses)),
        ("eligible", sum(a.verdict is ProposalVerdict.ELIGIBLE for a in checked)),
    ]
    if rehearsal.ranking:
        counts = rehearsal.ranking.summary()
        rows.append(("above thresholds", len(rehearsal.ranking.lines()) - counts[Standing.BELOW_THRESHOLD.value]))
        rows.append(("funded", counts[Standing.FUNDED.value]))
    return rows


def refusals(rehearsal: Rehearsal) -> list[tuple[str, int]]:
    """Why proposals were refused on submission, by what the reason is about; one proposal may have several."""
    counts = Counter(
        reason.about
        for course in rehearsal.courses
        if isinstance(course.decision, Refused)
        for reason in course.decision.reasons
    )
    words = {"window": "late", "parts": "incomplete", "strand": "no such strand"}
    return [(words.get(about, f"rule {about}"), count) for about, count in counts.most_common()]


def never_broken(uses: Sequence[RuleUse]) -> list[RuleUse]:
    """Rules of the machine that no proposal broke: unneeded, or not rehearsed."""
    return [use for use in uses if not use.not_met and use.rule.decider is Decider.MACHINE]


def in_lines(rehearsal: Rehearsal) -> Iterator[str]:
    """The report for the terminal."""
    call = rehearsal.call
    count = len(rehearsal.courses)
    yield f"Rehearsal of {call.title} ({call.reference}), {count} synthetic proposals, seed {rehearsal.seed}"
    for sentence in rehearsal.assumptions:
        yield f"  Assumed: {sentence}."
    yield ""
    rows = funnel(rehearsal)
    most = rows[0][1] or 1
    for label, count in rows:
        yield f"  {label:<30} {count:>6}  {'█' * round(count / most * 40)}"
    checked = [course.assessment for course in rehearsal.courses if course.assessment]
    undecided = sum(a.verdict is ProposalVerdict.UNDECIDED for a in checked)
    refused = ", ".join(f"{why} {count}" for why, count in refusals(rehearsal))
    yield f"  (refused on submission: {refused or 'none'})"
    yield f"  (undecided, a fact missing: {undecided}; not evaluated)"
    yield ""
    yield "  Rules that fired, most often first"
    for use in sorted(rehearsal.uses, key=lambda use: -use.not_met):
        if use.not_met:
            yield f"    {use.rule.id:<34} broken {use.not_met:>5}, met {use.met:>5}, undecided {use.undecided:>5}"
    quiet = never_broken(rehearsal.uses)
    yield f"  Rules that no proposal broke: {', '.join(use.rule.id for use in quiet) or 'none'}"
    officer = [use.rule.id for use in rehearsal.uses if use.rule.decider is Decider.OFFICER]
    yield f"  Left to the officer: {', '.join(officer) or 'none'}"
    yield ""
    yield from _selection_lines(rehearsal)
    yield f"  Digest: {rehearsal.digest}"


def _selection_lines(rehearsal: Rehearsal) -> Iterator[str]:
    if rehearsal.stopped:
        yield f"  Not evaluated: {rehearsal.stopped}."
        return
    if rehearsal.experts:
        yield f"  {_experts_sentence(rehearsal.experts)}"
    if rehearsal.ranking:
        for listed in rehearsal.ranking.envelopes:
            amount = "unknown" if isinstance(listed.amount, Unknown) else f"{listed.amount} EUR"
            funded = sum(line.standing is Standing.FUNDED for line in listed.lines)
            yield (
                f"  Envelope {listed.envelope}: {amount}, {funded} funded with {listed.funded} EUR, "
                f"{len(listed.reserve)} in reserve, {len(listed.ties)} tie(s) that nothing resolves"
            )
        for question in rehearsal.ranking.open_questions:
            yield f"  To be decided: {question.text}"


def _experts_sentence(experts: Experts) -> str:
    assignment = experts.assignment
    if assignment is None:
        return "Experts were not assigned: the extra 'assign' is not installed"
    if isinstance(assignment, Infeasible):
        return f"No assignment of {experts.count} experts exists: {assignment.reasons[0]}"
    proof = "proven optimum" if assignment.optimal else f"within {float(assignment.gap):.4%} of the optimum"
    return f"{experts.count} experts, {experts.per_proposal} a proposal, {experts.conflicts} conflicts: {proof}"


# --- HTML --------------------------------------------------------------------------------------------------------


def as_html(rehearsal: Rehearsal) -> str:
    """The report as one standalone page."""
    call = rehearsal.call
    title = f"Rehearsal of {call.title} ({call.reference})"
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{len(rehearsal.courses)} synthetic proposals, seed {rehearsal.seed}, edition {escape(call.edition)}.</p>",
        "<p>Every organisation in it is fictional; the rules, country dates and figures are the call's.</p>",
        _assumptions(rehearsal.assumptions),
        *_steps_part(rehearsal),
        *_rules_part(rehearsal),
        *_arrivals_part(rehearsal),
        *_selection_part(rehearsal),
        f"<h2>Proof</h2><p>The same seed, call and version give the same digest: <code>{rehearsal.digest}</code></p>",
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body><main>{''.join(parts)}</main></body></html>\n"
    )


def _assumptions(sentences: Sequence[str]) -> str:
    if not sentences:
        return ""
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    lead = "<strong>Assumed.</strong> The sources do not state the following; the ranking below rests on it."
    return f'<div class="note">{lead}<ul>{items}</ul></div>'


def _steps_part(rehearsal: Rehearsal) -> Iterator[str]:
    rows = funnel(rehearsal)
    yield "<h2>From submission to funding</h2>"
    yield bars("Proposals left after each step", f"From {rows[0][1]} submitted to {rows[-1][1]} {rows[-1][0]}.", rows)
    yield _table("Proposals left after each step", ("Step", "Proposals"), rows)
    yield _table("Refused on submission", ("Why", "Proposals"), refusals(rehearsal))


def _rules_part(rehearsal: Rehearsal) -> Iterator[str]:
    yield "<h2>Rules</h2>"
    quiet = never_broken(rehearsal.uses)
    if quiet:
        names = ", ".join(escape(use.rule.id) for use in quiet)
        yield f"<p>No proposal broke: {names}. Either none tried to, or the rule adds nothing to the others.</p>"
    uses = sorted(rehearsal.uses, key=lambda use: (-use.not_met, -use.undecided))
    rows = [(use.rule.id, (use.met, use.not_met, use.undecided)) for use in uses]
    yield stacked(
        "Verdicts of each rule", "For each rule, how many proposals met it, broke it, or left it open.",
        ("met", "not met", "undecided"), rows,
    )  # fmt: skip
    yield _table(
        "Verdicts of each rule, most often broken first",
        ("Rule", "What it asks", "Force", "Met", "Not met", "Undecided"),
        [(use.rule.id, use.rule.text, _force(use), use.met, use.not_met, use.undecided) for use in uses],
    )


def _force(use: RuleUse) -> str:
    if use.rule.decider is Decider.OFFICER:
        return "officer decides"
    return "required" if use.rule.force is Force.REQUIRED else "advice"


HOURS = 48


def _arrivals_part(rehearsal: Rehearsal) -> Iterator[str]:
    """Arrivals in the last two days, half an hour a column, with what came after the closing instant."""
    closing = rehearsal.call.window.closing
    if isinstance(closing, Unknown):
        return
    slots = [0] * (HOURS * 2 + 2)
    for course in rehearsal.courses:
        slot = HOURS * 2 - 1 - int((closing - course.synthetic.received_at).total_seconds() // 1800)
        if _after(course.synthetic.received_at, closing):
            slot = HOURS * 2
        if 0 <= slot < len(slots):
            slots[slot] += 1
    late = sum(_after(course.synthetic.received_at, closing) for course in rehearsal.courses)
    yield "<h2>The last two days</h2>"
    yield columns(
        "Arrivals in the last two days", f"Half an hour a column; {late} arrived after the closing instant.",
        slots, [(HOURS * 2 / len(slots), "deadline")], (f"{HOURS} hours before", "after"),
    )  # fmt: skip
    last_hour = sum(slots[HOURS * 2 - 2 : HOURS * 2])
    rows = [
        ("in the last two days", sum(slots[: HOURS * 2])),
        ("in the last hour", last_hour),
        ("after the closing instant", late),
    ]
    yield _table("Arrivals", ("When", "Proposals"), rows)


def _after(received_at: datetime, closing: datetime) -> bool:
    return received_at > closing


def _selection_part(rehearsal: Rehearsal) -> Iterator[str]:
    yield "<h2>Experts and selection</h2>"
    if rehearsal.ranking is None:
        yield f"<p>Not evaluated: {escape(rehearsal.stopped)}.</p>"
        return
    if rehearsal.experts:
        yield f"<p>{escape(_experts_sentence(rehearsal.experts))}.</p>"
    for listed in rehearsal.ranking.envelopes:
        yield from _envelope_part(listed)
    questions = rehearsal.ranking.open_questions
    if questions:
        items = "".join(f"<li>{escape(question.text)}</li>" for question in questions)
        yield f"<h3>To be decided by an officer</h3><ul>{items}</ul>"
    yield f"<p class='soft'>Digest of the ranking: <code>{rehearsal.ranking.digest}</code></p>"


def _envelope_part(listed: EnvelopeList) -> Iterator[str]:
    amount = "not stated" if isinstance(listed.amount, Unknown) else f"{listed.amount} EUR"
    left = "not known" if isinstance(listed.left, Unknown) else f"{listed.left} EUR"
    yield f"<h3>Envelope {escape(listed.envelope)} (strand {escape(', '.join(listed.strands))})</h3>"
    if not isinstance(listed.amount, Unknown) and not isinstance(listed.left, Unknown):
        parts = (listed.funded.cents // 100, listed.left.cents // 100)
        yield stacked(
            f"Use of envelope {listed.envelope}", f"{listed.funded} EUR funded, {left} left.",
            ("funded, EUR", "left, EUR"), [(f"envelope {listed.envelope}", parts)],
        )  # fmt: skip
    yield _table(
        f"Use of envelope {listed.envelope}",
        ("Amount", "Received", "Passed on", "Funded", "Left"),
        [(amount, f"{listed.received} EUR", f"{listed.passed_on} EUR", f"{listed.funded} EUR", left)],
    )
    shown = listed.lines[:25]
    yield _table(
        f"The first {len(shown)} of {len(listed.lines)} places",
        ("Place", "Proposal", "Strand", "Total", "Requested", "Standing", "Why"),
        [
            (line.place or "", line.proposal, line.strand, line.total, _euro(line.requested),
             line.standing.value.replace("_", " "), " ".join(line.trace))
            for line in shown
        ],
    )  # fmt: skip


def _euro(amount: Money) -> str:
    return f"{amount} EUR"


def _table(caption: str, header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    numeric = [all(isinstance(row[n], int) for row in rows) and bool(rows) for n in range(len(header))]
    kind = [' class="n"' if is_number else "" for is_number in numeric]
    head = "".join(f'<th scope="col"{k}>{escape(word)}</th>' for k, word in zip(kind, header, strict=True))
    body = "".join(
        "<tr>" + "".join(f"<td{k}>{escape(str(cell))}</td>" for k, cell in zip(kind, row, strict=True)) + "</tr>"
        for row in rows
    )
    return (
        f'<div class="wide"><table><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
