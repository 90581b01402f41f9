"""Runs every benchmark, one after the other, and writes bench/results.json with the machine's load beside each.

Run: make bench, or python bench/run.py [--quick] [NAME ...]
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from bench.rows import rows_of  # noqa: E402 -- scripts are run by path, so the folder has to be named first

SCRIPTS = ("cold_start", "bulk", "advise", "rank", "assign", "pages", "drafts", "partners", "submission", "faults")


def main() -> int:
    """Run the scripts named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(SCRIPTS)}; all if left out")
    parser.add_argument("--quick", action="store_true", help="small instances, nothing is written")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.names) - set(SCRIPTS))
    if unknown:
        parser.error(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(SCRIPTS)}")
    target = HERE / "results.json"
    results = json.loads(target.read_text()) if target.exists() else {}
    for name in arguments.names or SCRIPTS:
        before = os.getloadavg()[0]
        with tempfile.TemporaryDirectory() as folder:
            written = Path(folder) / "figures.json"
            command = [sys.executable, str(HERE / f"{name}.py"), "--json", str(written)]
            print(f"== {name}", flush=True)
            subprocess.run(command + (["--quick"] if arguments.quick else []), check=True)
            figures = json.loads(written.read_text())
            results[name] = {
                "figures": figures,
                "rows": rows_of(name, figures),
                "load_before": round(before, 2),
                "cores": os.cpu_count(),
                "python": platform.python_version(),
            }
        if not arguments.quick:
            target.write_text(json.dumps(results, indent=2, sort_keys=True) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
