"""Large participants tables: the portfolio engine judges them by columns, and the law explains what is shown."""

import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from hanse.callbook.tables import check_size, table_suffix
from hanse.cli.render import CSV_HEADER, MOST_SHOWN, Overview, csv_line, json_piece
from hanse.cli.together import in_batches
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.findings import ProposalVerdict
from hanse.core.proposal import Vocabulary
from hanse.core.values.faults import Fault, Faulty

if TYPE_CHECKING:
    from hanse.engines.portfolio.check import Explainer, PortfolioResult

WORTH_COLUMNS = 8 << 20
"""Tables of fewer bytes are read and checked sooner than the columnar library has loaded."""


def result_of(
    paths: Sequence[Path], words: Vocabulary, renamed: dict[str, str], context: Context, together: bool
) -> "PortfolioResult | None":
    """Judge one large table; None if this is none, if the columnar library is missing, or if the table is irregular.

    An irregular table has something in it that only the exact reader can name; it is then read again by that.
    """
    path = paths[0]
    if len(paths) > 1 or not table_suffix(path) or not path.is_file() or path.stat().st_size < WORTH_COLUMNS:
        return None
    try:
        from hanse.engines.portfolio import Irregular, check_table, read_table
    except ImportError:
        print("Reading this table without the extra 'bulk' takes long; pip install 'hanse[bulk]'", file=sys.stderr)
        return None
    faults: list[Fault] = []
    if not check_size(path, faults):
        raise Faulty(faults)
    try:
        table = read_table(path, words, renamed)
    except Irregular:
        return None
    return check_table(table, context, together=together and len(table) > 1)


def counts_of(result: "PortfolioResult") -> dict[str, int]:
    """How many proposals have each verdict."""
    counts = result.counts()
    return {verdict.value: counts[verdict] for verdict in ProposalVerdict}


AT_ONCE = 50_000
"""Proposals whose texts are held in memory at once."""


def json_bodies(result: "PortfolioResult") -> Iterator[bytes]:
    """Everything the law says of every proposal, as `render.Piece.body`."""
    for first in range(0, len(result.table), AT_ONCE):
        places = range(first, min(first + AT_ONCE, len(result.table)))
        write = partial(_json_of, result.explainer(places), places)
        yield from in_batches(len(places), write)


def _json_of(explain: "Explainer", places: range, batch: range) -> bytes:
    return json_piece(explain(places[batch.start : batch.stop])).body


def as_csv(result: "PortfolioResult") -> Iterator[str]:
    """One row a proposal, as for a small table."""
    from hanse.engines.portfolio.check import PROPOSAL_VERDICTS
    from hanse.engines.portfolio.portions import NOT_MET, UNDECIDED

    yield csv_line(CSV_HEADER)
    table = result.table
    strands = (*table.strands, "")
    officer = {strand: ";".join(result.left_to_officer(strand)) for strand in strands}
    needs_all = {strand: ";".join(result.needs_all(strand)) for strand in strands}
    aside = {*result.left_to_officer(), *result.needs_all()}
    for first in range(0, len(table), AT_ONCE):
        places = range(first, min(first + AT_ONCE, len(table)))
        rules = {id: codes[first : places.stop].tolist() for id, codes in result.by_rule.items()}
        broken: list[list[str]] = [[] for _ in places]
        unsure: list[list[str]] = [[] for _ in places]
        for id, codes in rules.items():
            for place, code in enumerate(codes):
                if code == NOT_MET:
                    broken[place].append(id)
                elif code == UNDECIDED and id not in aside:
                    unsure[place].append(id)
        verdicts = result.verdicts[first : places.stop].tolist()
        strand_of = [strands[code] for code in table.strand[first : places.stop].tolist()]
        for place, name in enumerate(table.proposals.take(places)):
            strand = strand_of[place]
            lists = (";".join(broken[place]), ";".join(unsure[place]), officer[strand], needs_all[strand])
            yield csv_line((name, strand, PROPOSAL_VERDICTS[verdicts[place]].value, *lists))


def overview(result: "PortfolioResult", show_all: bool) -> Overview:
    """The summary, with the law's own words for the first proposals that are not eligible or undecided."""
    wanting = [place for place, code in enumerate(result.verdicts.tolist()) if code]
    shown = wanting if show_all else wanting[:MOST_SHOWN]
    return Overview(
        counts=counts_of(result),
        shown=result.assessments(shown),
        wanting=len(wanting),
        aside=sorted({*result.left_to_officer(), *result.needs_all()}),
    )
