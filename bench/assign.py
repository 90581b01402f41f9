"""`hanse assign` at 2,000 proposals, 1,500 experts, 3 each, 2 % conflicts, all pairs, beside a bare OR-tools flow.

Each measurement is a process of its own, and the two sides take turns, so that load from elsewhere falls on both. Both
are fed the same arrays and are timed from the arrays to the answer; ours includes the proof over all pairs. Scores
are of two sorts: independent random numbers, and fields of knowledge of which some are scarce, which is harder.

Targets: the highest total within twice the bare flow and 1 GiB; fair in under 20 s; with side rules optimal or a gap
under 0.1 % in 120 s.
Run: python bench/assign.py [--quick] [--json FILE]
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

PER_PROPOSAL, MAX_LOAD = 3, 6
MODES = ("bare", "sum", "fair", "sides")


def arrays(kind: str, height: int, width: int) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Affinities in millionths and conflicts, always the same for a kind and a size."""
    chance = np.random.default_rng(1)
    if kind == "random":
        scores = chance.integers(0, 1_000_001, (height, width))
    else:
        needs, knows = chance.dirichlet(np.full(20, 0.2), height), chance.dirichlet(np.full(20, 0.3), width)
        scores = np.rint(np.sqrt(needs @ knows.T) * 1_000_000).astype(np.int64)
    return np.ascontiguousarray(scores), (chance.random((height, width)) < 0.02).astype(np.uint8)


def bare(scores: NDArray[np.int64], conflicts: NDArray[np.uint8]) -> dict[str, Any]:
    """The plain way: one arc a pair, one flow."""
    height, width = scores.shape
    rows, columns = np.nonzero(conflicts == 0)
    flow = min_cost_flow.SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(
        rows.astype(np.int32), (height + columns).astype(np.int32), np.ones(len(rows), np.int64), -scores[rows, columns]
    )
    flow.add_arcs_with_capacity_and_unit_cost(
        np.arange(height, height + width, dtype=np.int32), np.full(width, height + width, np.int32),
        np.full(width, MAX_LOAD, np.int64), np.zeros(width, np.int64),
    )  # fmt: skip
    flow.set_nodes_supplies(np.arange(height, dtype=np.int32), np.full(height, PER_PROPOSAL, np.int64))
    flow.set_node_supply(height + width, -PER_PROPOSAL * height)
    assert flow.solve() == flow.OPTIMAL
    chosen = flow.flows(np.arange(len(rows), dtype=np.int32)) > 0
    return {"total": int(scores[rows[chosen], columns[chosen]].sum())}


def ours(mode: str, scores: NDArray[np.int64], conflicts: NDArray[np.uint8]) -> dict[str, Any]:
    """The same by the engine, from the problem of the core to an answer with its bound."""
    from hanse.core.assignment import Assignment, AssignmentProblem
    from hanse.engines.assignment import solve_fair, solve_sum, solve_with_sides

    height, width = scores.shape
    chance = np.random.default_rng(2)
    countries = chance.choice(27, (width,), p=chance.dirichlet(np.full(27, 3.0)))
    problem = AssignmentProblem(
        proposals=tuple(f"P{n:05}" for n in range(height)),
        experts=tuple(f"E{n:05}" for n in range(width)),
        per_proposal=PER_PROPOSAL,
        max_load=(MAX_LOAD,) * width,
        affinity=memoryview(scores.data).cast("B").cast("q"),
        conflicts=memoryview(conflicts.data).cast("B"),
        countries=tuple(f"C{n:02}" for n in countries),
        practitioners=bytes(share < 0.3 for share in chance.random((width,)).tolist()),
        no_two_of_one_country=mode == "sides",
        at_least_one_practitioner=mode == "sides",
    )
    found = {"sum": solve_sum, "fair": solve_fair, "sides": solve_with_sides}[mode](problem)
    assert isinstance(found, Assignment), found
    return {
        "total": found.total,
        "worst": found.worst,
        "optimal": found.optimal,
        "gap": float(found.gap),
        "worst_gap": float(found.worst_gap),
    }


def measure_here(mode: str, kind: str, height: int, width: int) -> None:
    """Run one measurement in this process and print it."""
    scores, conflicts = arrays(kind, height, width)
    if mode != "bare":
        import hanse.engines.assignment  # noqa: F401 - loaded before the watch starts, as the bare flow's library is
    start, before = time.perf_counter(), time.process_time()
    found = bare(scores, conflicts) if mode == "bare" else ours(mode, scores, conflicts)
    found |= {"seconds": time.perf_counter() - start, "processor": time.process_time() - before}
    found["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps(found))


def measured(mode: str, kind: str, height: int, width: int) -> dict[str, Any]:
    """One measurement in a process of its own."""
    command = [sys.executable, __file__, "--one", mode, kind, str(height), str(width)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def summary(kind: str, height: int, width: int, runs: int) -> dict[str, dict[str, Any]]:
    """Medians of every mode for one sort of scores."""
    taken: dict[str, list[dict[str, Any]]] = {mode: [] for mode in MODES}
    for number in range(runs):
        for mode in MODES:
            if mode in ("bare", "sum") or number < max(runs // 2, 1):
                taken[mode].append(measured(mode, kind, height, width))
    totals = {run["total"] for mode in ("bare", "sum") for run in taken[mode]}
    assert len(totals) == 1, f"the bare flow and ours disagree: {totals}"
    table = {}
    for mode, found in taken.items():
        median = {key: round(statistics.median(run[key] for run in found), 3) for key in ("seconds", "processor")}
        peak = max(run["peak_mib"] for run in found)
        table[mode] = {**found[0], **median, "peak_mib": peak, "runs": len(found)}
    return table


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a small instance and one run, to see that it works")
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--one", nargs=4, metavar=("MODE", "KIND", "P", "E"), help="one measurement in this process")
    arguments = parser.parse_args()
    if arguments.one:
        mode, kind, height, width = arguments.one
        measure_here(mode, kind, int(height), int(width))
        return
    height, width, runs = (120, 90, 1) if arguments.quick else (2_000, 1_500, 7)
    figures: dict[str, Any] = {
        "figure": f"assignment of {width} experts to {height} proposals, {PER_PROPOSAL} each, load {MAX_LOAD}",
        "limits": {"ratio": 2, "peak_mib": 1024, "fair_s": 20, "sides_s": 120, "sides_gap": 0.001},
    }
    print(f"{'scores':8} {'mode':6} {'seconds':>8} {'ratio':>6} {'MiB':>5}  proven")
    for kind in ("random", "fields"):
        table = summary(kind, height, width, runs)
        for mode, found in table.items():
            found["ratio"] = round(found["seconds"] / table["bare"]["seconds"], 2)
            proof = "" if mode == "bare" else "optimal" if found["optimal"] else f"gap {found['gap']:.5%}"
            line = f"{kind:8} {mode:6} {found['seconds']:8.2f} {found['ratio']:6.2f} {found['peak_mib']:5}  {proof}"
            print(line, flush=True)
        figures[kind] = table
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
