"""`hanse rank` of 20,000 proposals: the whole command in a new process (CSV in, JSON out), and the core alone.

Target: the whole command under 1 s wall on 2 cores. The peer in the same run is the least that any program does with
the table: an empty Python process that reads the same CSV with the standard library and sorts it.
Run: python bench/rank.py [--quick] [--json FILE]
"""

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from hanse.callbook.calls import read_call
from hanse.callbook.score_files import read_scores
from hanse.core.selection import rank

CALL = """
reference = "BENCH-RANK"
edition = "1.0"
title = "A call for the benchmark"
programme = "none"
total = 480000000

[window]
closes_on = 2020-12-02
closes_at = 17:00:00
zone = "Europe/Brussels"

[[strand]]
id = "A"
title = "First"
envelope = "shared"
[[strand]]
id = "B"
title = "Second"
envelope = "shared"
[[strand]]
id = "C"
title = "Third"
envelope = "own"

[[envelope]]
id = "shared"
amount = 400000000
[[envelope]]
id = "own"
amount = 80000000

[award]
overall_threshold = "12"
step = "0.5"
partial_place = "stop"
criteria = [
  { id = "relevance", title = "Relevance", max_points = 5, threshold = "2.5" },
  { id = "quality", title = "Quality", max_points = 5, threshold = "2.5", weight = "1.5" },
  { id = "impact", title = "Impact", max_points = 5, threshold = "2.5" },
  { id = "budget", title = "Budget", max_points = 5, threshold = "2.5" },
]
tie_breaks = [
  { kind = "criterion", criterion = "quality" },
  { kind = "criterion", criterion = "impact" },
  { kind = "lower_request" },
]
"""
RULES = """
[[rule]]
id = "three"
kind = "minimum_entities"
text = "Three entities."
parameters = { minimum = 3 }
cite = "none"
"""
SOURCES = """
[[source]]
id = "none"
title = "Made for the benchmark"
"""
CRITERIA = ("relevance", "quality", "impact", "budget")
FLOOR = """
import csv, sys
rows = list(csv.reader(open(sys.argv[1], newline="")))
totals = {}
for proposal, strand, criterion, points, requested in rows[1:]:
    totals[proposal] = totals.get(proposal, 0.0) + float(points)
print(len(sorted(totals, key=totals.get)))
"""


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small table and few runs, to see that it works")
    parser.add_argument("--json", type=Path, help="write the figures here")
    arguments = parser.parse_args()
    proposals, runs = (500, 3) if arguments.quick else (20_000, 11)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        call, scores, output = _call_folder(folder / "call"), folder / "scores.csv", folder / "ranking.json"
        scores.write_text("\n".join(_rows(proposals)) + "\n")
        hanse = str(Path(sys.executable).with_name("hanse"))
        command = [hanse, "rank", str(scores), "--call", str(call), "--format", "json", "--output", str(output)]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        assert answer.returncode == 0, answer.stderr
        assert sum(json.loads(output.read_text())["summary"].values()) == proposals
        whole, busy, floor, core, reading = [], [], [], [], []
        known = read_call(str(call))
        for _ in range(runs):  # taken in turn, so that load from elsewhere falls on all
            before = _processor()
            whole.append(_wall(command))
            busy.append(_processor() - before)
            floor.append(_wall([sys.executable, "-c", FLOOR, str(scores)]))
            start = time.perf_counter()
            evaluated = read_scores(scores, known)
            middle = time.perf_counter()
            rank(known, evaluated)
            reading.append(middle - start)
            core.append(time.perf_counter() - middle)
        size = output.stat().st_size
    figures = {
        "figure": f"hanse rank of {proposals} proposals on {len(CRITERIA)} criteria, CSV to JSON, cold process",
        "median_s": round(statistics.median(whole), 4),
        "best_s": round(min(whole), 4),
        "processor_s": round(statistics.median(busy), 4),
        "core_rank_s": round(statistics.median(core), 4),
        "read_scores_s": round(statistics.median(reading), 4),
        "csv_and_sort_only_s": round(statistics.median(floor), 4),
        "ratio": round(statistics.median(whole) / statistics.median(floor), 2),
        "json_bytes": size,
        "limit_s": 1.0,
        "runs": runs,
    }
    print(json.dumps(figures, indent=2))
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2))


def _call_folder(folder: Path) -> Path:
    folder.mkdir()
    for name, content in (("call.toml", CALL), ("rules.toml", RULES), ("sources.toml", SOURCES)):
        (folder / name).write_text(content)
    return folder


def _rows(proposals: int) -> list[str]:
    chance = random.Random(1)
    rows = ["proposal,strand,criterion,points,requested"]
    for number in range(proposals):
        strand = chance.choice("ABC")
        requested = chance.randrange(100_000, 550_000, 250)
        for criterion in CRITERIA:
            points = min(10, max(0, round(chance.gauss(6.5, 1.8)))) / 2
            rows.append(f"P{number:06d},{strand},{criterion},{points},{requested}")
    return rows


def _processor() -> float:
    """Processor seconds of all finished child processes: what the work costs, whoever else is on the machine."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _wall(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
