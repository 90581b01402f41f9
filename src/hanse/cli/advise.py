"""`hanse advise`: whom to add to a consortium, what happens if a member leaves, what each partner brings."""

import argparse
import gc
import json
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hanse.callbook.calls import read_call
from hanse.callbook.dossiers import read_dossier
from hanse.callbook.pools import read_pool
from hanse.callbook.reference import organisations
from hanse.callbook.setting import standing_assumptions, vocabulary
from hanse.cli.setting import add_call_options, context_for
from hanse.cli.terminal import isolated, terminal_width
from hanse.core.call import Call
from hanse.core.consortium import Organisation
from hanse.core.eligibility.advice import (
    Additions,
    Answer,
    Complementarity,
    Gain,
    Loss,
    complementarity,
    resilience,
    roster_of,
    smallest_additions,
)
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.engine import Examiner
from hanse.core.eligibility.findings import Finding, ProposalVerdict, Verdict
from hanse.core.proposal import Dossier
from hanse.core.values.faults import Fault, Faulty
from hanse.core.values.unknown import Unknown

EXAMPLE = """\
examples:
  hanse advise examples/one-country-short.toml --pool examples/pool.csv
  hanse advise draft.toml --call COS-CLUSINT-2020-3-01 --strand A --format json

exit status: 0 eligible already, or additions found; 1 nothing in the pool helps; 2 only if facts that nobody stated
are confirmed; 64 bad input
"""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "advise",
        help="find the smallest additions that make a consortium eligible",
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("dossier", type=Path, metavar="DOSSIER", help="the proposal, TOML or JSON")
    parser.add_argument(
        "--pool",
        type=Path,
        metavar="ORGS.csv",
        help="candidates, one a row: organisation,country and more (default: the organisations that come with Hanse)",
    )
    add_call_options(parser)
    parser.add_argument("--at-most", type=_count, default=4, metavar="N", help="largest number to add (default: 4)")
    parser.add_argument("--show", type=_count, default=5, metavar="N", help="how many sets to name (default: 5)")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    # Advice makes many small values and no cycles; the collector would only walk them again and again.
    gc.disable()
    faults: list[Fault] = []
    words = vocabulary()
    dossier = read_dossier(arguments.dossier, words, faults)
    pool = organisations() if arguments.pool is None else read_pool(arguments.pool, words, faults)
    if faults or dossier is None:
        raise Faulty(faults)
    if arguments.strand:
        dossier = replace(dossier, strand=arguments.strand)
    named = arguments.call or dossier.call
    if not named:
        raise Faulty([Fault("--call", "", "is missing, and the dossier names no call; see `hanse call list`")])
    call = read_call(named, arguments.assume)
    context = context_for(call, arguments.as_of)
    assumptions = (*standing_assumptions(call, arguments.as_of), *dossier.assumptions)
    report = report_of(dossier, pool, context, assumptions, at_most=arguments.at_most, show=arguments.show)
    if arguments.format == "json":
        print(json.dumps(as_table(report), ensure_ascii=False, indent=2))
    else:
        width = terminal_width()
        sys.stdout.writelines(as_text(report, width))
    return exit_status(report.additions)


@dataclass(frozen=True, slots=True)
class Report:
    """All advice on one proposal, with what it rests on."""

    dossier: Dossier
    context: Context
    assumptions: tuple[str, ...]
    pool: int
    additions: Additions
    losses: tuple[Loss, ...]
    partners: Complementarity

    @property
    def call(self) -> Call:
        """The call the advice is about."""
        return self.context.call


def report_of(
    dossier: Dossier,
    pool: Sequence[Organisation],
    context: Context,
    assumptions: tuple[str, ...],
    *,
    at_most: int,
    show: int,
) -> Report:
    """Ask for all three sorts of advice."""
    examiner = Examiner(context)
    roster = roster_of(dossier, pool, examiner)
    return Report(
        dossier,
        context,
        assumptions,
        len(pool),
        smallest_additions(dossier, pool, examiner, at_most, show=show, roster=roster),
        resilience(dossier, examiner, pool, show=show, roster=roster),
        complementarity(dossier, pool, region_of=context.geography.regions, show=show),
    )


def exit_status(additions: Additions) -> int:
    """0 if the proposal is eligible or certain additions were found, 2 if facts are to be confirmed, else 1.

    Where nothing has to be added and a rule that no addition mends is not met, the pool does not help: 1.
    """
    if additions.standing.verdict is ProposalVerdict.ELIGIBLE:
        return 0
    answer = additions.certain or additions.conditional
    if answer is None:
        return 1
    if not answer.size and any(finding.verdict is Verdict.NOT_MET for finding in additions.blocked):
        return 1
    return 0 if additions.certain is not None and answer.size else 2


def as_text(report: Report, width: int) -> Iterator[str]:
    """The advice for a reader."""
    call, additions = report.call, report.additions
    yield f"{call.title} ({call.reference}), edition {call.edition}; countries as of {report.context.on}\n"
    yield from _lines((f"Assumed: {sentence}." for sentence in report.assumptions), width)
    strand = "" if isinstance(report.dossier.strand, Unknown) else f", strand {report.dossier.strand}"
    verdict = additions.standing.verdict.value.replace("_", " ").upper()
    yield f"\nProposal {report.dossier.proposal}{strand}: {verdict}\n"
    out = f"; {additions.already_in} left out that stand in the consortium" if additions.already_in else ""
    yield f"\nWhom to add (pool of {report.pool}{out})\n"
    yield from _lines(additions.sentences, width)
    answer = additions.certain or additions.conditional
    if answer is not None and answer.size:
        yield from _answer_text(answer, width)
    yield "\nIf a member leaves\n"
    for loss in report.losses:
        yield from _lines([" ".join(loss.sentences)], width)
    yield "\nWhat each partner brings\n"
    yield from _lines(report.partners.sentences, width)
    yield from _lines((_gain_text(gain) for gain in report.partners.gains), width)


def _answer_text(answer: Answer, width: int) -> Iterator[str]:
    yield "\n  All that will do:\n"
    for pattern in answer.patterns:
        confirm = f" To be confirmed: {', '.join(pattern.to_confirm)}." if pattern.to_confirm else ""
        yield from _lines([f"{pattern.sentence}.{confirm}"], width, "    ")
    if answer.suggestions:
        yield f"\n  {'Best first' if answer.ranking_proven else 'Among the best'}, by new sectors and markets:\n"
        yield from _lines((suggestion.sentence for suggestion in answer.suggestions), width, "    ")


def _gain_text(gain: Gain) -> str:
    items = ", ".join((*gain.new_sectors, *gain.new_markets))
    fills = f"; covers the target {', '.join(gain.fills)}" if gain.fills else ""
    return f"From the pool, {gain.organisation.name} would add {items}{fills}."


def _lines(sentences: Iterable[str], width: int, indent: str = "  ") -> Iterator[str]:
    for sentence in sentences:
        filled = textwrap.fill(
            isolated(sentence),
            width,
            initial_indent=indent,
            subsequent_indent=f"{indent}  ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        yield f"{filled}\n"


def as_table(report: Report) -> dict[str, Any]:
    """The advice as tables for JSON. A fact that nobody stated is null."""
    additions = report.additions
    strand = report.dossier.strand
    return {
        "call": report.call.reference,
        "edition": report.call.edition,
        "as_of": report.context.on.isoformat(),
        "assumptions": list(report.assumptions),
        "proposal": report.dossier.proposal,
        "strand": None if isinstance(strand, Unknown) else strand,
        "verdict": additions.standing.verdict.value,
        "pool": report.pool,
        "already_in": additions.already_in,
        "unfit": dict(additions.unfit),
        "additions": {
            "certain": _answer_table(additions.certain),
            "conditional": _answer_table(additions.conditional),
            "blocked": [_finding_table(finding) for finding in additions.blocked],
            "out_of_reach": [_finding_table(finding) for finding in additions.out_of_reach],
            "left_to_officer": list(additions.standing.left_to_officer),
            "needs_all_submissions": list(additions.standing.needs_all_submissions),
            "sentences": list(additions.sentences),
        },
        "resilience": [_loss_table(loss) for loss in report.losses],
        "complementarity": _partners_table(report.partners),
    }


def _answer_table(answer: Answer | None) -> dict[str, Any] | None:
    if answer is None:
        return None
    return {
        "size": answer.size,
        "sets": answer.sets,
        "patterns": [
            {
                "sets": pattern.sets,
                "slots": [
                    {"members": slot.members, "organisations": slot.organisations, "countries": dict(slot.countries)}
                    for slot in pattern.slots
                ],
                "to_confirm": list(pattern.to_confirm),
                "sentence": pattern.sentence,
            }
            for pattern in answer.patterns
        ],
        "suggestions": [
            {
                "organisations": [organisation.id for organisation in suggestion.organisations],
                "verdict": suggestion.verdict.value,
                "new_sectors": list(suggestion.new_sectors),
                "new_markets": list(suggestion.new_markets),
                "to_confirm": list(suggestion.to_confirm),
                "sentence": suggestion.sentence,
            }
            for suggestion in answer.suggestions
        ],
        "ranking_proven": answer.ranking_proven,
    }


def _finding_table(finding: Finding) -> dict[str, str]:
    return {
        "rule": finding.rule.id,
        "verdict": finding.verdict.value,
        "reason": finding.reason,
        "repair": finding.repair,
    }


def _loss_table(loss: Loss) -> dict[str, Any]:
    return {
        "organisation": loss.member.id,
        "role": loss.role.value,
        "verdict": loss.verdict.value,
        "broken": [{"before": item.before.value, **_finding_table(item.after)} for item in loss.broken],
        "needs_coordinator": loss.needs_coordinator,
        "replacements": loss.replacements,
        "perhaps": loss.perhaps,
        "first": [organisation.id for organisation in loss.first],
        "sentences": list(loss.sentences),
    }


def _partners_table(partners: Complementarity) -> dict[str, Any]:
    return {
        "sectors": list(partners.sectors),
        "markets": list(partners.markets),
        "partners": [
            {
                "organisation": share.member.id,
                "sectors": sorted(share.sectors),
                "markets": sorted(share.markets),
                "alone_sectors": list(share.alone_sectors),
                "alone_markets": list(share.alone_markets),
                "shared_sectors": {item: list(ids) for item, ids in share.shared_sectors.items()},
                "shared_markets": {item: list(ids) for item, ids in share.shared_markets.items()},
            }
            for share in partners.shares
        ],
        "gaps": None if isinstance(partners.gaps, Unknown) else list(partners.gaps),
        "adding": partners.adding,
        "gains": [
            {
                "organisation": gain.organisation.id,
                "new_sectors": list(gain.new_sectors),
                "new_markets": list(gain.new_markets),
                "fills": list(gain.fills),
            }
            for gain in partners.gains
        ],
        "sentences": list(partners.sentences),
    }


def _count(written: str) -> int:
    if not (written.isascii() and written.isdigit()):
        raise argparse.ArgumentTypeError(f"{written!r} is not a whole number of zero or more")
    return int(written)
