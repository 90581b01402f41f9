"""`hanse rank`: from scored proposals to a selection list that explains itself and can be computed again."""

import argparse
import gc
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from hanse.callbook.calls import read_call
from hanse.callbook.score_files import read_decisions, read_scores
from hanse.cli.encoding import json_encoder
from hanse.cli.render import csv_line
from hanse.cli.terminal import isolated, terminal_width, wrapped
from hanse.core.call import Call
from hanse.core.evaluation import ThresholdBasis
from hanse.core.selection import Decisions, EnvelopeList, Line, Ranking, Standing, rank
from hanse.core.values.digest import plain
from hanse.core.values.faults import Fault, Faulty
from hanse.core.values.money import Money
from hanse.core.values.unknown import Unknown
from hanse.core.values.words import euro, in_words, not_stated

UNDECIDED = 2
"""Exit status where something must be decided before the ranking can be adopted."""

EXAMPLE = """\
example:
  hanse rank scores.csv --call COS-CLUSINT-2020-3-01 --assume
  hanse rank scores.csv --call my-call/ --decisions decisions.toml --format json --output ranking.json

scores.csv has one row a criterion; the requested amount stands on each row of a proposal or on one:
  proposal,strand,criterion,points,requested
  P1,A,relevance,18,540000
  P1,A,impact,15.5,

decisions.toml records what officers decided, each with by, on and reason:
  [[tie]]            order = ["P2", "P1"]       best first; ["P2", ["P1", "P3"]] leaves two equal
  [[partial_place]]  proposal = "P9", then = "skip" (or "stop")
  [[transfer]]       from = "1b", to = "1a-2"

exit status: 0 ranked, 2 something is left to decide (tied at the funding line, a proposal covered only in part,
a term of the call that is not stated), 64 bad input
"""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "rank",
        help="rank scored proposals into a selection list",
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("scores", type=Path, metavar="SCORES", help="CSV proposal,strand,criterion,points,requested")
    parser.add_argument(
        "--call",
        required=True,
        metavar="REF|FOLDER",
        help="a call that comes with Hanse, or the path of a call folder",
    )
    parser.add_argument("--assume", action="store_true", help="fill gaps of the call from its assumptions.toml, marked")
    parser.add_argument("--decisions", type=Path, metavar="FILE", help="recorded decisions of officers (TOML, JSON)")
    parser.add_argument(
        "--overall-threshold",
        choices=[basis.value for basis in ThresholdBasis],
        help="which total the overall threshold is held against (default: unweighted, said to be assumed)",
    )
    parser.add_argument("--format", choices=("text", "csv", "json"), default="text")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write here instead of printing")


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    # A ranking makes many small values and no cycles; the collector would only walk them again and again.
    gc.disable()
    call = read_call(arguments.call, arguments.assume)
    if call.award.criteria.known is None:
        print(criteria_missing(call, arguments.assume), file=sys.stderr)
        return UNDECIDED
    evaluated = read_scores(arguments.scores, call)
    decisions = read_decisions(arguments.decisions) if arguments.decisions else Decisions()
    basis = ThresholdBasis(arguments.overall_threshold) if arguments.overall_threshold else None
    ranking = rank(call, evaluated, decisions, basis)
    if arguments.format == "json":
        pieces: Iterable[str] = as_json(ranking)
    elif arguments.format == "csv":
        pieces = as_csv(ranking)
    else:
        pieces = as_text(ranking, call)
    write(pieces, arguments.output)
    return UNDECIDED if ranking.open_questions else 0


def criteria_missing(call: Call, assumed: bool) -> str:
    """Why a call without award criteria cannot be ranked, and what can be done."""
    gap = call.award.criteria.value
    looked_for = f" ({gap.note})" if isinstance(gap, Unknown) and gap.note not in ("", "not stated") else ""
    remedy = (
        "Its assumptions.toml does not fill them in either; state them in call.toml."
        if assumed
        else "With --assume the ranking takes them from the call's assumptions.toml, where there is one, and "
        "everything it prints says so."
    )
    return f"The award criteria of {call.reference} are not published{looked_for}, so nothing is ranked. {remedy}"


def write(pieces: Iterable[str], output: Path | None) -> None:
    """Print, or put a whole file in place at once: a half-written ranking must not be taken for one.

    Raises:
        Faulty: if the file cannot be written.
    """
    if output is None:
        sys.stdout.writelines(pieces)
        return
    if output.exists() and not output.is_file():
        raise Faulty([Fault(str(output), "", "is not a file; nothing is written over it")])
    # Beside the target, so that putting it in place is one step; `x` refuses a file that is there already.
    part = output.with_name(f".{output.name}.{os.getpid()}.part")
    try:
        with part.open("x", encoding="utf-8") as file:
            file.writelines(pieces)
        part.replace(output)
    except OSError as wrong:
        part.unlink(missing_ok=True)
        raise Faulty([Fault(str(output), "", f"cannot be written: {wrong.strerror or wrong}")]) from None


# --- JSON -----------------------------------------------------------------------------------------------------


def as_json(ranking: Ranking) -> Iterator[str]:
    """The ranking as JSON: all inputs, all terms, all decisions, and what came out."""
    show = _Shown()
    head = {
        "call": ranking.call,
        "edition": ranking.edition,
        "digest": ranking.digest,
        "assumptions": list(ranking.assumptions),
        "terms": ranking.terms,
        "decisions": plain(ranking.decisions),
        "summary": ranking.summary(),
        "open_questions": [plain(question) for question in ranking.open_questions],
        "remarks": list(ranking.remarks),
    }
    as_bytes = json_encoder()

    def encode(table: Any) -> str:
        return as_bytes(table).decode()

    yield json.dumps(head, ensure_ascii=False, indent=1)[:-2] + ',\n "envelopes": ['
    for number, listed in enumerate(ranking.envelopes):
        envelope = {
            "envelope": listed.envelope,
            "strands": list(listed.strands),
            "amount": plain(listed.amount),
            "received": listed.received.plain,
            "passed_on": listed.passed_on.plain,
            "funded": listed.funded.plain,
            "left": plain(listed.left),
            "trace": list(listed.trace),
            "unresolved_ties": [plain(tie) for tie in listed.ties],
        }
        yield (",\n" if number else "\n") + encode(envelope)[:-1] + ',"lines":['
        yield from _encoded(listed.lines, show, encode)
        yield "]}"
    yield '],\n "below_threshold": ['
    yield from _encoded(ranking.below_threshold, show, encode)
    yield "]\n}\n"


def _encoded(lines: tuple[Line, ...], show: "_Shown", encode: Callable[[Any], str]) -> Iterator[str]:
    amounts = _Amounts()
    for number, line in enumerate(lines):
        yield (",\n" if number else "\n") + encode(_line_table(line, show, amounts))


def _line_table(line: Line, show: "_Shown", amounts: "_Amounts") -> dict[str, Any]:
    return {
        "proposal": line.proposal,
        "strand": line.strand,
        "envelope": line.envelope,
        "place": line.place,
        "standing": line.standing.value,
        "points": {id: show[points] for id, points in line.points.items()},
        "total": show[line.total],
        "unweighted": show[line.unweighted],
        "requested": amounts.of(line.requested),
        "left_before": amounts.of(line.left_before),
        "left_after": amounts.of(line.left_after),
        "distance_to_line": None if line.distance_to_line is None else show[line.distance_to_line],
        "trace": line.trace,
    }


class _Shown(dict[Decimal, str]):
    """Points in words, each value worked out once: twenty thousand proposals share a few hundred totals."""

    def __missing__(self, points: Decimal) -> str:
        self[points] = text = in_words(points)
        return text


class _Amounts(dict[int, str]):
    """Amounts as a file holds them, by cents: what is left after one line is left before the next."""

    def __missing__(self, cents: int) -> str:
        self[cents] = text = Money(cents).plain
        return text

    def of(self, amount: Money | None) -> str | None:
        """The text of an amount, None for none."""
        return None if amount is None else self[amount.cents]


# --- CSV -------------------------------------------------------------------------------------------------------


CSV_HEADER = (
    "envelope", "place", "proposal", "strand", "standing", "total", "unweighted", "requested", "left_before",
    "left_after", "distance_to_line", "explanation", "assumed",
)  # fmt: skip


def as_csv(ranking: Ranking) -> Iterator[str]:
    """One row a proposal. The last column says what the ranking assumes, on every row, so that no part loses it."""
    show, amounts = _Shown(), _Amounts()
    assumed = " ".join(f"Assumed: {sentence}." for sentence in ranking.assumptions)
    yield csv_line(CSV_HEADER)
    for line in ranking.lines():
        yield csv_line(
            (
                line.envelope,
                "" if line.place is None else str(line.place),
                line.proposal,
                line.strand,
                line.standing.value,
                show[line.total],
                show[line.unweighted],
                line.requested.plain,
                amounts.of(line.left_before) or "",
                amounts.of(line.left_after) or "",
                "" if line.distance_to_line is None else show[line.distance_to_line],
                " ".join(line.trace),
                assumed,
            )
        )


# --- text ------------------------------------------------------------------------------------------------------


HEADINGS = {
    Standing.FUNDED: "Funded",
    Standing.UNDECIDED: "Undecided",
    Standing.RESERVE: "Reserve list",
    Standing.BELOW_THRESHOLD: "Below a threshold",
}


def as_text(ranking: Ranking, call: Call) -> Iterator[str]:
    """The ranking for a reader, as wide as the terminal but no wider than reads well."""
    width = terminal_width()
    mark = " (assumed)" if ranking.assumptions else ""
    yield f"{call.title} ({ranking.call}), edition {ranking.edition}\nRanking{mark}, digest {ranking.digest}\n"
    for sentence in ranking.assumptions:
        yield wrapped(f"Assumed: {sentence}.", width, "  ") + "\n"
    counts = ranking.summary()
    yield "\n" + ", ".join(f"{counts[standing.value]} {words.lower()}" for standing, words in HEADINGS.items()) + "\n"
    for listed in ranking.envelopes:
        yield from _envelope_text(listed, width, mark)
    if ranking.below_threshold:
        yield f"\n{HEADINGS[Standing.BELOW_THRESHOLD]}{mark}\n"
        for line in ranking.below_threshold:
            reasons = f"{isolated(line.proposal)}: {' '.join(line.trace)}{_distance(line)}"
            yield wrapped(reasons, width, "      ", "          ") + "\n"
    if ranking.open_questions:
        yield "\nTo be decided before this ranking can be adopted\n"
        for question in ranking.open_questions:
            yield wrapped(f"? Envelope {question.envelope}: {question.text}", width, "  ", "    ") + "\n"
    for remark in ranking.remarks:
        yield wrapped(f"Remark: {remark}", width, "  ", "    ") + "\n"


def _envelope_text(listed: EnvelopeList, width: int, mark: str) -> Iterator[str]:
    yield f"\nEnvelope {listed.envelope}{mark}\n"
    for sentence in listed.trace:
        yield wrapped(sentence, width, "  ") + "\n"
    standing = None
    for line in listed.lines:
        if line.standing is not standing:
            standing = line.standing
            yield f"\n  {HEADINGS[standing]}{mark}\n"
        figures = f"strand {line.strand}  total {in_words(line.total)}  {euro(line.requested)}"
        yield f"{line.place or '':>5}  {isolated(line.proposal)}  {figures}\n"
        yield wrapped(" ".join(line.trace[1:]) + _distance(line), width, "         ") + "\n"
    if isinstance(listed.left, Unknown):
        yield wrapped(f"Left: {not_stated(listed.left)}.", width, "  ") + "\n"


def _distance(line: Line) -> str:
    if not line.distance_to_line or line.standing is Standing.FUNDED:
        return ""
    return f" Points short of the lowest funded total: {in_words(line.distance_to_line)}."
