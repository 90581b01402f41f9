"""Advice on pools of 1,500 and 100,000 organisations: the advice itself in one process, and the whole command cold.

Targets: under 50 ms on 1,500 organisations, under 1 s on 100,000, on 2 cores. The advice is all three parts: smallest
additions, resilience, complementarity. The pools are synthetic; every tenth fact is unknown and every tenth candidate
is not registered.

The peer in the same run is brute force: every subset up to the smallest size, each put to the same check of the call.
It runs on the pool of 1,500 where one organisation is missing, and on 60 of them where two are; both must count the
same sets.
Run: python bench/advise.py [--quick] [--call REF|FOLDER] [--strand S] [--json FILE]
"""

import argparse
import csv
import gc
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from itertools import combinations
from pathlib import Path

from hanse.callbook.calls import read_call
from hanse.callbook.pools import read_pool
from hanse.callbook.reference import geography, sectors
from hanse.callbook.setting import vocabulary
from hanse.cli.setting import context_for
from hanse.core.consortium import Organisation
from hanse.core.eligibility.advice import complementarity, resilience, roster_of, smallest_additions
from hanse.core.eligibility.engine import Examiner
from hanse.core.proposal import Dossier, parse_dossier
from hanse.core.values.faults import Fault

SMALL, LARGE = 1_500, 100_000
HEADER = (
    "organisation", "legal_name", "country", "legal_entity", "kind", "own_legal_personality", "registered_on",
    "registration_requested_on", "properties", "sectors", "markets",
)  # fmt: skip
COUNTRIES = (
    "AT", "BE", "BG", "HR", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV", "LT", "NL", "PL", "PT",
    "RO", "ES", "SE", "RS", "TR", "BA", "US", "CA",
)  # fmt: skip
MARKETS = ("JP", "US", "CA", "BR", "CL", "IN", "KR", "ZA", "IL", "CN")
DOSSIER = """
proposal = "BENCH"
strand = "{strand}"
targets = ["JP", "US"]
duration_months = 30
[budget]
total_cost = 100000
requested = 75000
"""
MEMBER = """
[[member]]
organisation = "member-{country}"
legal_entity = "member-{country}-body"
country = "{country}"
role = "{role}"
kind = "cluster_organisation"
own_legal_personality = true
registered_on = 2010-01-01
properties = {{ independent = true, defence_related = true }}
"""


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few runs, to see that it works")
    parser.add_argument("--call", default="COS-CLUSINT-2020-3-01", metavar="REF|FOLDER")
    parser.add_argument("--strand", default="A", metavar="S")
    parser.add_argument("--json", type=Path, help="write the figures here")
    arguments = parser.parse_args()
    examiner = Examiner(context_for(read_call(arguments.call)))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        figures = {
            "figure": "hanse advise, all three parts",
            "call": arguments.call,
            "small": _measure(SMALL, folder, examiner, arguments, runs=5 if arguments.quick else 31),
            "large": _measure(LARGE, folder, examiner, arguments, runs=1 if arguments.quick else 7),
            "brute_force": _against_brute_force(folder, examiner, arguments.strand),
            "limits": {"small_s": 0.05, "large_s": 1.0},
            "load": round(os.getloadavg()[0], 2),
        }
    print(json.dumps(figures, indent=2))
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2))


def _measure(
    size: int, folder: Path, examiner: Examiner, arguments: argparse.Namespace, runs: int
) -> dict[str, float | int]:
    """Medians in seconds: reading the pool, the advice where one and where two are missing, the command cold."""
    path = folder / f"pool-{size}.csv"
    _write_pool(path, size)
    draft = folder / "draft.toml"
    members = [MEMBER.format(country=c, role=role) for c, role in (("IT", "coordinator"), ("DE", "beneficiary"))]
    draft.write_text(DOSSIER.format(strand=arguments.strand) + "".join(members))
    hanse = [str(Path(sys.executable).with_name("hanse")), "advise", str(draft), "--pool", str(path)]
    command = [*hanse, "--call", arguments.call, "--format", "json"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert json.loads(answer.stdout)["additions"]["certain"]["size"] == 1, answer.stderr
    gc.disable()
    pool = _read(path)
    times: dict[str, list[float]] = {"read_s": [], "one_missing_s": [], "two_missing_s": [], "command_cold_s": []}
    for _ in range(runs):  # taken in turn, so that load from elsewhere falls on all
        times["read_s"].append(_seconds(lambda: _read(path)))
        for missing, of in (("one_missing_s", ("IT", "DE")), ("two_missing_s", ("IT",))):
            dossier = _dossier(arguments.strand, of)
            times[missing].append(_seconds(partial(_advise, dossier, pool, examiner)))
        times["command_cold_s"].append(_seconds(lambda: subprocess.run(command, capture_output=True, check=False)))
    gc.enable()
    return {"pool": size, "runs": runs, **{what: round(statistics.median(t), 4) for what, t in times.items()}}


def _advise(dossier: Dossier, pool: Sequence[Organisation], examiner: Examiner) -> None:
    roster = roster_of(dossier, pool, examiner)
    smallest_additions(dossier, pool, examiner, roster=roster)
    resilience(dossier, examiner, pool, roster=roster)
    complementarity(dossier, pool, region_of=geography().regions, show=5)


def _against_brute_force(folder: Path, examiner: Examiner, strand: str) -> list[dict[str, float | int]]:
    """The ratio of brute force to the additions, where one organisation is missing and where two are."""
    pool = _read(folder / f"pool-{SMALL}.csv")
    figures = []
    for of, candidates in ((("IT", "DE"), pool), (("IT",), pool[:60])):
        dossier = _dossier(strand, of)
        blocked = smallest_additions(dossier, candidates, examiner).blocked
        assert not blocked, f"the bench's dossier does not suit the call: {blocked}"
        start = time.perf_counter()
        size, sets = _brute_force(dossier, candidates, examiner)
        theirs = time.perf_counter() - start
        start = time.perf_counter()
        certain = smallest_additions(dossier, candidates, examiner).certain
        ours = time.perf_counter() - start
        assert certain is not None
        assert (certain.size, certain.sets) == (size, sets), "brute force counts other sets"
        figures.append(
            {
                "pool": len(candidates),
                "size": size,
                "sets": sets,
                "brute_force_s": round(theirs, 4),
                "ours_s": round(ours, 4),
                "ratio": round(theirs / ours, 1),
            }
        )
    return figures


def _brute_force(dossier: Dossier, pool: Sequence[Organisation], examiner: Examiner) -> tuple[int, int]:
    """The smallest size and the number of sets that leave no machine-decided required rule worse than met."""
    for size in range(1, 5):
        sets = 0
        for chosen in combinations(pool, size):
            if len({o.body for o in chosen}) == size:
                with_them = replace(dossier, consortium=dossier.consortium.with_added(chosen))
                sets += examiner.check(with_them).verdict.value == "eligible"
        if sets:
            return size, sets
    raise SystemExit("brute force found nothing; the pool does not suit the call")


def _dossier(strand: str, countries: Sequence[str]) -> Dossier:
    """The bench's consortium, as its dossier file has it."""
    members = "".join(
        MEMBER.format(country=country, role="beneficiary" if number else "coordinator")
        for number, country in enumerate(countries)
    )
    faults: list[Fault] = []
    dossier = parse_dossier(tomllib.loads(DOSSIER.format(strand=strand) + members), "bench", vocabulary(), faults)
    assert not faults, faults
    return dossier


def _write_pool(path: Path, size: int) -> None:
    """A synthetic pool; the same size gives the same pool."""
    chance = random.Random(size)
    names = sorted(sectors())
    days = [(date(2008, 1, 1) + timedelta(days=n)).isoformat() for n in range(2500)]
    with path.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(HEADER)
        for number in range(size):
            fact = chance.random()
            table.writerow(
                (
                    f"org-{number}",
                    f"Cluster {chance.randrange(10**6):06} {number}",
                    chance.choice(COUNTRIES),
                    "" if chance.random() < 0.1 else f"body-{number}",
                    chance.choice(("cluster_organisation",) * 8 + ("other", "")),
                    chance.choice(("true",) * 8 + ("false", "")),
                    "" if fact < 0.1 else "never" if fact < 0.2 else chance.choice(days),
                    "never",
                    chance.choice(("independent", "independent;defence_related", "!defence_related;independent", "")),
                    ";".join(chance.sample(names, chance.randint(0, 3))),
                    ";".join(chance.sample(MARKETS, chance.randint(0, 3))),
                )
            )


def _read(path: Path) -> tuple[Organisation, ...]:
    faults: list[Fault] = []
    pool = read_pool(path, vocabulary(), faults)
    assert not faults, faults[:3]
    return pool


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
