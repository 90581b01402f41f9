"""`hanse tour`: what Hanse does, shown on real partnerships, in a minute."""

import argparse
import gc
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from hanse.callbook.calls import read_call
from hanse.callbook.reference import Partnership, organisations, partnerships, published_dossier
from hanse.cli.setting import context_for
from hanse.cli.terminal import terminal_width, wrapped, wrapped_line
from hanse.core.call import Call, Force
from hanse.core.eligibility.advice import smallest_additions
from hanse.core.eligibility.engine import Examiner
from hanse.core.eligibility.findings import Assessment, Finding, Verdict
from hanse.core.proposal import Dossier

CALL_2020 = "COS-CLUSINT-2020-3-01"
EXAMPLE = """\
example:
  hanse tour --proposals 500 --report out/rehearsal.html
"""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "tour",
        help="see what Hanse does, on real partnerships, in a minute",
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--proposals", type=int, default=500, metavar="N", help="size of the rehearsal (default 500)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="seed of the rehearsal (default 1)")
    parser.add_argument(
        "--report", type=Path, default=Path("out/rehearsal.html"), metavar="FILE", help="where its report goes"
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    from hanse.cli.rehearse import check_writable, rehearsal_of, write_report
    from hanse.engines.rehearsal.report import in_lines

    gc.disable()
    if arguments.report == Path("out/rehearsal.html"):
        arguments.report.parent.mkdir(exist_ok=True)
    check_writable(arguments.report)
    width = terminal_width()
    for line in (*_partnerships_part(width), *_repair_part(width)):
        print(line)
    print(_heading("3. The whole 2020 call, rehearsed"))
    rehearsal = rehearsal_of(CALL_2020, arguments.proposals, arguments.seed)
    for line in in_lines(rehearsal):
        print(wrapped_line(line, width))
    write_report(rehearsal, arguments.report)
    print(f"\nThe report with charts: {arguments.report}")
    print("Next: hanse call show COS-CLUSINT-2020-3-01, hanse check examples/blue-light.toml, hanse --help")
    return 0


def _heading(words: str) -> str:
    return f"\n{words}\n{'=' * len(words)}"


# --- 1: real partnerships ----------------------------------------------------------------------------------------


def _partnerships_part(width: int) -> Iterator[str]:
    """Every partnership against the call that chose it, and against the 2020 call."""
    yield _heading("1. Real partnerships, against their own call and against 2020")
    calls = {name: read_call(name) for name in sorted({p.call for p in partnerships()} | {CALL_2020})}
    examiners = {name: Examiner(context_for(call)) for name, call in calls.items()}
    checks = [_checked(partnership, examiners) for partnership in partnerships()]
    yield f"{'':36} {'own call':<24} {'members':>7}  {'met/not/open':>12}  {'in 2020':>8}"
    for partnership, own, anew in checks:
        members = f"{len(partnership.members)}{'' if partnership.complete else '+'}"
        name = textwrap.shorten(partnership.name, 36, placeholder="…")
        yield f"{name:<36} {partnership.call:<24} {members:>7}  {_counts(own):>12}  {_counts(anew):>8}"
    yield wrapped(
        "A + marks a list of members that the sources give only in part, so that counting it proves nothing. Rules "
        "left to officers and rules that need all submissions are not counted. In 2020 as strand A.",
        width,
    )
    complete = [check for check in checks if check[0].complete]
    yield ""
    yield wrapped(f"{_own_call_sentence(complete)} Open is what no page publishes, by rule and partnerships:", width)
    missing = Counter(finding.rule.text for _, own, _ in complete for finding in _open(own))
    for text, count in missing.most_common():
        yield wrapped(f"{count:>3} × {text}", width, "  ", "        ")
    yield ""
    yield "What the complete ones would have to change in 2020:"
    for partnership, _, anew in complete:
        for finding in anew.findings:
            if finding.verdict is Verdict.NOT_MET:
                force = " (advice)" if finding.rule.force is Force.ADVISED else ""
                yield wrapped(f"{partnership.name}: {finding.reason} {finding.repair}{force}", width, "  ", "    ")


def _checked(partnership: Partnership, examiners: dict[str, Examiner]) -> tuple[Partnership, Assessment, Assessment]:
    dossier = published_dossier(partnership)
    anew = examiners[CALL_2020].check(replace(dossier, strand="A"))
    return partnership, examiners[partnership.call].check(dossier), anew


def _own_call_sentence(complete: Sequence[tuple[Partnership, Assessment, Assessment]]) -> str:
    breaking = [p.name for p, own, _ in complete if any(f.verdict is Verdict.NOT_MET for f in own.findings)]
    if breaking:
        return f"Of {len(complete)} complete lists, these break a rule of their own call: {', '.join(breaking)}."
    return f"None of the {len(complete)} complete lists breaks a rule of its own call."


def _counts(assessment: Assessment) -> str:
    aside = {*assessment.left_to_officer, *assessment.needs_all_submissions}
    seen = Counter(finding.verdict for finding in assessment.findings if finding.rule.id not in aside)
    return "/".join(str(seen[verdict]) for verdict in (Verdict.MET, Verdict.NOT_MET, Verdict.UNDECIDED))


def _open(assessment: Assessment) -> list[Finding]:
    aside = {*assessment.left_to_officer, *assessment.needs_all_submissions}
    return [f for f in assessment.findings if f.verdict is Verdict.UNDECIDED and f.rule.id not in aside]


# --- 2: a failure, explained and repaired ------------------------------------------------------------------------


def _repair_part(width: int) -> Iterator[str]:
    """A real partnership loses a member; the call says what breaks, and the registry what mends it."""
    yield _heading("2. What if a member leaves?")
    call = read_call(CALL_2020)
    examiner = Examiner(context_for(call))
    partnership = next(p for p in partnerships() if p.name == "LASER-GO")
    leaver = partnership.members[-1].organisation
    dossier = published_dossier(partnership)
    without = replace(dossier, strand="A", consortium=dossier.consortium.without(leaver))
    rest = ", ".join(member.organisation for member in partnership.members[:-1])
    yield wrapped(
        f"LASER-GO joined {rest} and {leaver}. Were it to apply for strand A of the 2020 call without {leaver}:", width
    )
    yield from _failures(examiner.check(without), call, width)
    yield ""
    yield from _advice(without, examiner, width)


def _failures(assessment: Assessment, call: Call, width: int) -> Iterator[str]:
    for finding in assessment.findings:
        if finding.verdict is not Verdict.NOT_MET:
            continue
        yield wrapped(f"✗ {finding.rule.text}", width, "  ", "    ")
        yield wrapped(finding.reason, width, "    ")
        if finding.repair:
            yield wrapped(f"Repair: {finding.repair}", width, "    ")
        citation = finding.rule.citation
        source = call.sources.get(citation.source) if citation else None
        if citation and source:
            yield wrapped(f"Source: {source.title}, {citation.clause}", width, "    ")


def _advice(dossier: Dossier, examiner: Examiner, width: int) -> Iterator[str]:
    pool = organisations()
    advice = smallest_additions(dossier, pool, examiner, show=4)
    answer = advice.certain or advice.conditional
    if answer is None:
        yield "hanse advise: nobody in the pool can repair it."
        return
    yield wrapped(
        f"hanse advise, with the {len(pool)} real organisations that come with Hanse as the pool: the smallest repair "
        f"is {answer.size} more, and {answer.sets} of them will do. Those that add most that is new:",
        width,
    )
    for suggestion in answer.suggestions:
        names = " with ".join(
            f"{organisation.name} ({organisation.country})" for organisation in suggestion.organisations
        )
        yield wrapped(f"{names}: {', '.join(suggestion.new_sectors) or 'no new sector'}", width, "  → ", "      ")
    confirm = sorted({rule for suggestion in answer.suggestions for rule in suggestion.to_confirm})
    if confirm:
        yield wrapped(
            f"Public pages do not say everything of them, so each would still have to prove: {', '.join(confirm)}.",
            width,
        )
