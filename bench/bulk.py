"""Bulk check: a participants table of a million proposals against every rule of the 2020 call.

Peers in the same run: the same rules written by hand with NumPy and with Polars (bulk_numpy.py, bulk_polars.py),
which must find the same verdicts. Limits on 2 cores, once loaded: no slower than Polars, at most twice NumPy;
loading a CSV included under 30 s and 4 GiB; 17,066 proposals from CSV to JSON as a command under 2 s.
Run: python bench/bulk.py [--quick] [--json FILE]
"""

import argparse
import dataclasses
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

CALL = "COS-CLUSINT-2020-3-01"
PROPOSALS = 1_000_000
END_TO_END = 17_066
HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))  # for the peers beside this file


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="20,000 proposals, one run, to see that it works")
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--work", nargs=3, metavar=("WHAT", "TABLE", "RUNS"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        what, table, runs = arguments.work
        print(json.dumps(_work(what, Path(table), int(runs))))
        return
    with tempfile.TemporaryDirectory() as folder:
        figures = _measure(Path(folder), arguments.quick)
    print(json.dumps(figures, indent=2))
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2))


def _measure(folder: Path, quick: bool) -> dict[str, Any]:
    proposals, rounds, runs = (20_000, 1, 3) if quick else (PROPOSALS, 3, 5)
    few = 2_000 if quick else END_TO_END
    parquet, text, small = folder / "many.parquet", folder / "many.csv", folder / "few.csv"
    for command in ([str(proposals), str(parquet), str(text)], [str(few), str(small)]):
        subprocess.run([sys.executable, str(HERE / "bulk_table.py"), *command], check=True)
    found: dict[str, list[dict[str, Any]]] = {"ours": [], "numpy": [], "polars": []}
    for _ in range(rounds):  # taken in turn, so that load from elsewhere falls on all
        for what, results in found.items():
            results.append(_in_process(what, parquet, runs))
    counts = [result["counts"] for results in found.values() for result in results]
    assert all(each == counts[0] for each in counts), counts
    seconds = {what: statistics.median(s for r in results for s in r["seconds"]) for what, results in found.items()}
    whole = [_in_process("ours", text, 1) for _ in range(rounds)]
    assert all(each["counts"] == counts[0] for each in whole), "the CSV gives other verdicts than the Parquet file"
    end_to_end = [_command(small) for _ in range(3 if quick else 7)]
    return {
        "figure": "bulk check of a participants table, all rules of the 2020 call",
        "proposals": proposals,
        "participants": found["ours"][0]["participants"],
        "verdicts": counts[0]["verdicts"],
        "check_s": round(seconds["ours"], 3),
        "numpy_by_hand_s": round(seconds["numpy"], 3),
        "polars_by_hand_s": round(seconds["polars"], 3),
        "proposals_per_s": round(proposals / seconds["ours"]),
        "ratio_to_polars": round(seconds["ours"] / seconds["polars"], 2),
        "limit_ratio_to_polars": 1,
        "ratio_to_numpy": round(seconds["ours"] / seconds["numpy"], 2),
        "limit_ratio_to_numpy": 2,
        "load_parquet_s": round(statistics.median(r["load_s"] for r in found["ours"]), 2),
        "csv_bytes": text.stat().st_size,
        "load_csv_and_check_s": round(statistics.median(r["load_s"] + r["seconds"][0] for r in whole), 2),
        "limit_load_csv_and_check_s": 30,
        "peak_gib": round(max(r["peak_gib"] for r in whole + found["ours"]), 2),
        "limit_peak_gib": 4,
        "end_to_end_proposals": few,
        "end_to_end_s": round(statistics.median(end_to_end), 2),
        "limit_end_to_end_s": 2,
        "runs": rounds * runs,
    }


def _in_process(what: str, table: Path, runs: int) -> dict[str, Any]:
    """One process that loads the table and checks it some times."""
    command = [sys.executable, __file__, "--work", what, str(table), str(runs)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _work(what: str, path: Path, runs: int) -> dict[str, Any]:
    import numpy as np
    from bench.bulk_by_hand import NO_VERDICT, places_of

    from hanse.callbook.calls import read_call
    from hanse.callbook.setting import vocabulary
    from hanse.cli.setting import context_for
    from hanse.engines.portfolio import read_table

    context = context_for(read_call(CALL))
    start = time.perf_counter()
    table = read_table(path, vocabulary())
    load = time.perf_counter() - start
    places = places_of(table, context)
    run = _runner(what, table, context, places)
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        by_rule, total = run()
        seconds.append(time.perf_counter() - start)
    counts = {
        rule: np.bincount(verdicts + 1, minlength=4).tolist()
        for rule, verdicts in sorted(by_rule.items())
        if rule not in NO_VERDICT
    }
    counts["verdicts"] = np.bincount(total, minlength=3).tolist()
    return {
        "seconds": seconds,
        "load_s": load,
        "participants": table.participants,
        "counts": counts,
        "peak_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
    }


def _runner(what: str, table: Any, context: Any, places: Any) -> Callable[[], tuple[Any, Any]]:
    """The check to be timed: verdicts by rule, and of each proposal."""
    from bench.bulk_by_hand import worst_of
    from bench.bulk_numpy import by_numpy
    from bench.bulk_polars import by_polars, frames_of

    from hanse.engines.portfolio import check_table

    def ours() -> tuple[Any, Any]:
        # A new table on the same columns: nothing that an earlier run worked out is at hand.
        result = check_table(dataclasses.replace(table), context)
        return result.by_rule, result.verdicts

    def numpy() -> tuple[Any, Any]:
        found = by_numpy(table, places)
        return found, worst_of(found)

    frames = frames_of(table) if what == "polars" else None

    def polars() -> tuple[Any, Any]:
        assert frames is not None
        found = by_polars(*frames, places)
        return found, worst_of(found)

    return {"ours": ours, "numpy": numpy, "polars": polars}[what]


def _command(table: Path) -> float:
    """Wall time of the command in a process of its own, from a CSV file to a JSON file."""
    command = [sys.executable, "-m", "hanse.cli.main", "check", str(table), "--call", CALL, "--format", "json"]
    answer = table.with_suffix(".json")
    with answer.open("wb") as stdout:
        start = time.perf_counter()
        done = subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, check=False)
        seconds = time.perf_counter() - start
    assert done.returncode in (0, 1, 2), done.stderr.decode()
    counts = json.loads(answer.read_bytes())["summary"]
    assert sum(counts.values()), "nothing was checked"
    return seconds


if __name__ == "__main__":
    main()
