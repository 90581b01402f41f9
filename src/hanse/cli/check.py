"""`hanse check`: what a call says of a consortium, rule by rule, or of a whole table of them."""

import argparse
import gc
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from hanse.callbook.calls import read_call
from hanse.callbook.dossiers import check_distinct, dossier_files, read_dossier
from hanse.callbook.setting import standing_assumptions, vocabulary
from hanse.cli.render import Frame, Overview, as_csv, as_json, counted, in_full, in_overview, json_piece, total_counts
from hanse.cli.setting import add_call_options, context_for
from hanse.cli.terminal import terminal_width
from hanse.cli.together import in_batches
from hanse.core.call import Call
from hanse.core.eligibility.context import Submissions
from hanse.core.eligibility.engine import Examiner
from hanse.core.eligibility.findings import ProposalVerdict
from hanse.core.proposal import Dossier, Vocabulary
from hanse.core.values.faults import Fault, Faulty

EXAMPLE = """\
examples:
  hanse check blue-growth.toml
  hanse check drafts/ --call COS-CLUSINT-2020-3-01 --format csv
  hanse check participants.csv --call COS-CLUSINT-2020-3-01 --format json > verdicts.json

exit status: 0 all eligible, 1 some not eligible, 2 some undecided and none not eligible, 64 bad input
"""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "check",
        help="check consortia against a call, rule by rule",
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="PATH",
        help="dossier (TOML, JSON), folder of them, or participants table (CSV, CSV.GZ, Parquet)",
    )
    add_call_options(parser)
    parser.add_argument("--format", choices=("text", "json", "csv"), default="text")
    parser.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="OURS=THEIRS",
        help="name of a table's column where the file names it otherwise",
    )
    parser.add_argument(
        "--separately",
        action="store_true",
        help="check each proposal on its own: set aside the rules over all submissions",
    )
    parser.add_argument(
        "--all",
        action="store_true",
        help="leave nothing out: every proposal, or met rules at length",
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    # A check makes many small values and no cycles; the collector would only walk them again and again.
    gc.disable()
    words = vocabulary()
    renamed = renamed_columns(arguments.column)
    status = _run_large(arguments, words, renamed)
    if status is not None:
        return status
    faults: list[Fault] = []
    dossiers = read_dossiers(arguments.paths, renamed, words, faults)
    if faults:
        raise Faulty(faults)
    call = call_of(arguments.call, dossiers, arguments.assume)
    if arguments.strand:
        dossiers = [replace(dossier, strand=arguments.strand) for dossier in dossiers]
    together = len(dossiers) > 1 and not arguments.separately
    context = context_for(call, arguments.as_of, Submissions.of(dossiers) if together else None)
    examiner = Examiner(context)
    frame = Frame(call, context.on, standing_assumptions(call, arguments.as_of))
    if arguments.format == "json":
        pieces = list(
            in_batches(
                len(dossiers), lambda places: json_piece(map(examiner.check, dossiers[places.start : places.stop]))
            )
        )
        counts = total_counts(pieces)
        _print_json(as_json(frame, counts, (piece.body for piece in pieces)))
        return exit_status(counts)
    assessments = [examiner.check(dossier) for dossier in dossiers]
    if arguments.format == "csv":
        sys.stdout.writelines(as_csv(assessments))
    elif len(assessments) == 1:
        sys.stdout.writelines(in_full(frame, assessments[0], terminal_width(), arguments.all))
    else:
        sys.stdout.writelines(in_overview(frame, Overview.of(assessments, arguments.all), terminal_width()))
    return exit_status(counted(assessments))


def _run_large(arguments: argparse.Namespace, words: Vocabulary, renamed: dict[str, str]) -> int | None:
    """Check a large table by columns; None if this is none."""
    if not arguments.call or arguments.strand:
        return None
    from hanse.cli import large_table

    call = read_call(arguments.call, arguments.assume)
    context = context_for(call, arguments.as_of)
    result = large_table.result_of(arguments.paths, words, renamed, context, not arguments.separately)
    if result is None:
        return None
    frame = Frame(call, context.on, standing_assumptions(call, arguments.as_of))
    if arguments.format == "json":
        _print_json(as_json(frame, large_table.counts_of(result), large_table.json_bodies(result)))
    elif arguments.format == "csv":
        sys.stdout.writelines(large_table.as_csv(result))
    else:
        sys.stdout.writelines(in_overview(frame, large_table.overview(result, arguments.all), terminal_width()))
    return exit_status(large_table.counts_of(result))


def _print_json(parts: Iterable[bytes]) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.writelines(parts)


def read_dossiers(paths: list[Path], renamed: dict[str, str], words: Vocabulary, faults: list[Fault]) -> list[Dossier]:
    """Read everything the paths stand for; every fault is added to the list."""
    from hanse.callbook.participants import read_participants
    from hanse.callbook.tables import table_suffix

    placed: list[tuple[str, Dossier]] = []
    for path in paths:
        if table_suffix(path) and not path.is_dir():
            placed += [(str(path), dossier) for dossier in read_participants(path, words, renamed, faults)]
            continue
        for file in dossier_files([path], faults):
            dossier = read_dossier(file, words, faults)
            if dossier is not None:
                placed.append((str(file), dossier))
    check_distinct(placed, faults)
    return [dossier for _, dossier in placed]


def renamed_columns(written: list[str]) -> dict[str, str]:
    """Read `--column ours=theirs` options. Raises Faulty for one that names no column of ours."""
    from hanse.callbook.participants import COLUMNS

    faults = []
    renamed = {}
    for option in written:
        ours, equals, theirs = option.partition("=")
        if not equals or ours not in COLUMNS:
            faults.append(Fault("--column", option, f"expected OURS=THEIRS with OURS one of {', '.join(COLUMNS)}"))
        renamed[ours] = theirs
    if faults:
        raise Faulty(faults)
    return renamed


def call_of(named: str | None, dossiers: list[Dossier], assume: bool) -> Call:
    """The call to check against: the one named, else the one that all dossiers name. Raises Faulty otherwise."""
    if named:
        return read_call(named, assume)
    references = sorted({dossier.call for dossier in dossiers})
    if references in ([], [""]):
        raise Faulty([Fault("--call", "", "is missing, and the dossiers name no call; see `hanse call list`")])
    if len(references) > 1:
        shown = ", ".join(reference or "(none)" for reference in references)
        raise Faulty([Fault("--call", "", f"is missing, and the dossiers name different calls: {shown}")])
    return read_call(references[0], assume)


def exit_status(counts: Mapping[str, int]) -> int:
    """0 if all proposals are eligible, 1 if one is not, else 2."""
    if counts[ProposalVerdict.NOT_ELIGIBLE.value]:
        return 1
    return 2 if counts[ProposalVerdict.UNDECIDED.value] else 0
