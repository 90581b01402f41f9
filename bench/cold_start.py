"""Cold start of `hanse check`: one dossier, a new process each time, from the shell's point of view.

Target: under 0.25 s wall on 2 cores. The peer in the same run is an empty Python process, which is the floor.
Run: python bench/cold_start.py [--quick] [--json FILE]
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DOSSIER = """
proposal = "COLD-START"
call = "COS-CLUSINT-2020-3-01"
strand = "A"
targets = ["JP", "US"]
duration_months = 33
[budget]
total_cost = 600000
requested = 540000
"""
MEMBER = """
[[member]]
organisation = "cluster-{n}"
legal_name = "Cluster {n}"
legal_entity = "entity-{n}"
country = "{country}"
role = "{role}"
kind = "cluster_organisation"
own_legal_personality = true
registered_on = 2019-05-01
"""
COUNTRIES = ("IT", "DE", "RS", "FR", "TR", "ES")


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few runs, to see that it works")
    parser.add_argument("--json", type=Path, help="write the figures here")
    arguments = parser.parse_args()
    runs = 3 if arguments.quick else 25
    with tempfile.TemporaryDirectory() as folder:
        dossier = Path(folder) / "draft.toml"
        members = [
            MEMBER.format(n=n, country=country, role="beneficiary" if n else "coordinator")
            for n, country in enumerate(COUNTRIES)
        ]
        dossier.write_text(DOSSIER + "".join(members))
        hanse = Path(sys.executable).with_name("hanse")
        checked = [str(hanse), "check", str(dossier)]
        answer = subprocess.run(checked, capture_output=True, text=True, check=False)
        assert "ELIGIBLE" in answer.stdout, answer.stderr
        ours, floor = [], []
        for _ in range(runs):  # taken in turn, so that load from elsewhere falls on both
            ours.append(_wall(checked))
            floor.append(_wall([sys.executable, "-c", ""]))
    figures = {
        "figure": "hanse check of one dossier, cold shell",
        "median_s": round(statistics.median(ours), 4),
        "empty_python_s": round(statistics.median(floor), 4),
        "ratio": round(statistics.median(ours) / statistics.median(floor), 2),
        "limit_s": 0.25,
        "runs": runs,
    }
    print(json.dumps(figures, indent=2))
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2))


def _wall(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
