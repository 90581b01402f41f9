"""`hanse assign`: experts for proposals, the best there is, and why anybody is or is not on a proposal."""

import argparse
import json
from collections.abc import Iterator
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from typing import Any

from hanse.callbook.assignment_files import BY_SECTORS, read_assignment_files
from hanse.cli.rank import write
from hanse.cli.render import csv_line
from hanse.cli.terminal import isolated, terminal_width, wrapped
from hanse.core.assignment import Assignment, AssignmentProblem, Infeasible, Reason, in_decimals, sums_of
from hanse.core.values.faults import Fault, Faulty

INFEASIBLE = 1
"""Exit status where no assignment exists, or none was found."""

MOST_SHOWN = 30
"""Proposals that the text lists; the CSV and JSON forms list all."""

EXAMPLE = """\
examples:
  hanse assign --proposals P.csv --experts E.csv --affinity A.csv --conflicts C.csv --per-proposal 3 --max-load 6
  hanse assign --proposals P.csv --experts E.csv --per-proposal 3 --max-load 6 --fair --format csv --output list.csv
  hanse assign --proposals P.csv --experts E.csv --affinity A.csv --per-proposal 3 --max-load 6 --why P17 E204

tables (CSV with a header; other columns are ignored):
  P.csv  proposal            and sectors, if there is no A.csv
  E.csv  expert              and country, practitioner (yes or no), sectors, max_load where known or needed
  A.csv  proposal,expert,affinity   at most six decimals; a pair without a row has 0
  C.csv  proposal,expert     and reason; these pairs never come together
Without A.csv: affinity = number of sectors that the proposal and the expert have in common.

exit status: 0 assigned; 1 no assignment exists, with what is missing; 64 bad input
"""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "assign",
        help="assign experts to proposals, the optimum",
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--proposals", type=Path, required=True, metavar="P.csv", help="the proposals")
    parser.add_argument("--experts", type=Path, required=True, metavar="E.csv", help="the experts")
    parser.add_argument("--affinity", type=Path, metavar="A.csv", help="how well each expert fits each proposal")
    parser.add_argument("--conflicts", type=Path, metavar="C.csv", help="pairs that must not come together")
    parser.add_argument("--per-proposal", type=_whole(1), required=True, metavar="K", help="experts for each proposal")
    parser.add_argument(
        "--max-load",
        type=_whole(0),
        required=True,
        metavar="L",
        help="most proposals for an expert, unless the table of experts says otherwise",
    )
    parser.add_argument("--fair", action="store_true", help="raise the worst-served proposal first, then the total")
    parser.add_argument("--no-two-of-one-country", action="store_true", help="never two experts of one country")
    parser.add_argument("--at-least-one-practitioner", action="store_true", help="a practitioner on every proposal")
    parser.add_argument(
        "--why",
        nargs=2,
        metavar=("PROPOSAL", "EXPERT"),
        help="explain why this expert is not on that proposal, and what it would cost",
    )
    parser.add_argument("--format", choices=("text", "csv", "json"), default="text")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write here instead of printing")


def _whole(least: int) -> Any:
    def convert(written: str) -> int:
        if not (written.isascii() and written.isdigit() and least <= int(written) <= 10**6):
            raise argparse.ArgumentTypeError(f"{written!r} is not a whole number from {least} to 1000000")
        return int(written)

    return convert


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    problem = read_assignment_files(
        arguments.proposals,
        arguments.experts,
        arguments.affinity,
        arguments.conflicts,
        per_proposal=arguments.per_proposal,
        max_load=arguments.max_load,
        no_two_of_one_country=arguments.no_two_of_one_country,
        at_least_one_practitioner=arguments.at_least_one_practitioner,
    )
    pair = _pair_asked_for(problem, arguments.why)
    engine = _engine()
    found = engine.solve(problem, fair=arguments.fair)
    reason = engine.explain(problem, found, *pair) if pair and isinstance(found, Assignment) else None
    formula = BY_SECTORS if arguments.affinity is None else ""
    write(RENDER[arguments.format](problem, found, pair, reason, formula), arguments.output)
    return INFEASIBLE if isinstance(found, Infeasible) else 0


def _engine() -> Any:
    """The engine, loaded only now: its libraries take longer to load than the rest of the command takes to run."""
    try:
        return import_module("hanse.engines.assignment")
    except ModuleNotFoundError as missing:
        if (missing.name or "").split(".")[0] not in ("ortools", "numpy"):
            raise
        words = f"needs {missing.name}, which is not installed; expected the extra: pip install 'hanse[assign]'"
        raise Faulty([Fault("hanse assign", "", words)]) from None


def _pair_asked_for(problem: AssignmentProblem, named: list[str] | None) -> tuple[int, int] | None:
    if named is None:
        return None
    faults = [
        Fault("--why", noun, f"{id!r} is not in the table of {noun}s")
        for noun, id, ids in (("proposal", named[0], problem.proposals), ("expert", named[1], problem.experts))
        if id not in ids
    ]
    if faults:
        raise Faulty(faults)
    return problem.proposals.index(named[0]), problem.experts.index(named[1])


Pair = tuple[int, int] | None


def how_good(found: Assignment) -> str:
    """What is proven of an answer, in words."""
    if found.optimal:
        return "proven optimal: no assignment is better"
    words = []
    if found.worst_gap:
        bound = in_decimals(found.worst_bound or 0)
        words.append(
            f"the worst-served proposal cannot get more than {bound} ({_share(found.worst_gap)} of it is missing)"
        )
    if found.gap:
        words.append(f"the total cannot exceed {in_decimals(found.total_bound)} ({_share(found.gap)} of it is missing)")
    return "not proven optimal; " + " and ".join(words)


def _share(gap: Fraction) -> str:
    return f"at most {float(gap):.4%}"


def as_text(
    problem: AssignmentProblem, found: Assignment | Infeasible, pair: Pair, reason: Reason | None, formula: str
) -> Iterator[str]:
    """The assignment for a reader: how good it is, the worst-served proposals first, and the pair asked for."""
    width = terminal_width()
    if isinstance(found, Infeasible):
        yield "No assignment exists.\n" if found.proven else "No assignment was found.\n"
        for words in found.reasons:
            yield wrapped(f"- {isolated(words)}", width, "  ", "    ") + "\n"
        return
    aim = "the worst-served proposal as high as possible, then the total" if found.fair else "the highest total"
    yield f"{len(problem.proposals)} proposals, {len(problem.experts)} experts, {problem.per_proposal} for each\n"
    yield wrapped(f"Aim: {aim}. {_capital(how_good(found))}.", width) + "\n"
    if formula:
        yield wrapped(f"No table of affinities: {formula}.", width) + "\n"
    yield f"Total affinity {in_decimals(found.total)}; the worst-served proposal gets {in_decimals(found.worst)}.\n"
    if pair is not None and reason is not None:
        p, e = problem.proposals[pair[0]], problem.experts[pair[1]]
        yield f"\nWhy is {isolated(e)} {'' if reason.assigned else 'not '}on {isolated(p)}?\n"
        for words in reason.words:
            yield wrapped(f"- {_capital(isolated(words))}.", width, "  ", "    ") + "\n"
        return
    sums = sums_of(problem, found.experts_of)
    order = sorted(range(len(sums)), key=lambda row: (sums[row], problem.proposals[row]))
    yield "\nProposals, the worst served first\n"
    for row in order[:MOST_SHOWN]:
        chosen = found.experts_of[row]
        names = (f"{isolated(problem.experts[e])} ({in_decimals(problem.score(row, e))})" for e in chosen)
        text = f"{isolated(problem.proposals[row])}  {in_decimals(sums[row])}: {', '.join(names)}"
        yield wrapped(text, width, "  ", "    ") + "\n"
    if len(order) > MOST_SHOWN:
        yield f"... and {len(order) - MOST_SHOWN} more; --format csv lists all.\n"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def as_csv(
    problem: AssignmentProblem, found: Assignment | Infeasible, pair: Pair, reason: Reason | None, formula: str
) -> Iterator[str]:
    """One row a pair; for a pair asked for, one row a reason; if nothing exists, one row for each thing missing."""
    del formula
    if isinstance(found, Infeasible):
        yield csv_line(("missing",))
        yield from (csv_line((words,)) for words in found.reasons)
        return
    if pair is not None and reason is not None:
        yield csv_line(("proposal", "expert", "assigned", "reason"))
        ids = problem.proposals[pair[0]], problem.experts[pair[1]], "yes" if reason.assigned else "no"
        yield from (csv_line((*ids, words)) for words in reason.words)
        return
    yield csv_line(("proposal", "expert", "affinity"))
    for p, chosen in enumerate(found.experts_of):
        for e in chosen:
            # The number is added by itself: behind an apostrophe, as a formula would be, it would be none.
            pair_cells = csv_line((problem.proposals[p], problem.experts[e])).rstrip("\n")
            yield f"{pair_cells},{in_decimals(problem.score(p, e))}\n"


def as_json(
    problem: AssignmentProblem, found: Assignment | Infeasible, pair: Pair, reason: Reason | None, formula: str
) -> Iterator[str]:
    """Everything as JSON; affinities are texts, since a reader's floating point would round them."""
    if isinstance(found, Infeasible):
        table: dict[str, Any] = {"status": "infeasible" if found.proven else "not_found", "missing": found.reasons}
    else:
        table = {
            "status": "optimal" if found.optimal else "gap",
            "aim": "fair" if found.fair else "total",
            "affinity": formula or "as given",
            "total": in_decimals(found.total),
            "total_bound": in_decimals(found.total_bound),
            "gap": float(found.gap),
            "worst": in_decimals(found.worst),
            "worst_bound": None if found.worst_bound is None else in_decimals(found.worst_bound),
            "loads": dict(zip(problem.experts, found.loads(len(problem.experts)), strict=True)),
            "proposals": [
                {
                    "proposal": problem.proposals[p],
                    "affinity": in_decimals(total),
                    "experts": [
                        {"expert": problem.experts[e], "affinity": in_decimals(problem.score(p, e))}
                        for e in found.experts_of[p]
                    ],
                }
                for p, total in enumerate(sums_of(problem, found.experts_of))
            ],
        }
    if pair is not None and reason is not None:
        table["why"] = {
            "proposal": problem.proposals[pair[0]],
            "expert": problem.experts[pair[1]],
            "assigned": reason.assigned,
            "reasons": reason.words,
            "loss": None if reason.loss is None else in_decimals(reason.loss),
        }
    yield json.dumps(table, ensure_ascii=False, indent=1) + "\n"


RENDER = {"text": as_text, "csv": as_csv, "json": as_json}
