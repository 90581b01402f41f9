"""The site: server time of its pages over a large registry, search, start, weight of a page, size of an installation.

Limits on 2 cores: every list and page under 150 ms at p95 with 50,000 organisations; search under 50 ms; from
`hanse demo` on prepared data to the first page under 5 s, from a cold start of the server under 2 s; a page with all it
loads under 500 kB as sent; an installation of the site under 500 MB.
Run: python bench/pages.py [--quick] [--json FILE]
"""

import argparse
import gzip
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parent.parent
sys.path.insert(0, str(REPOSITORY))

from tools.running import Running  # noqa: E402 -- the tools lie beside, not in the package

ORGANISATIONS = 50_000


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="1,000 organisations, few requests, to see that it works")
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--pages", nargs=2, metavar=("COUNT", "REQUESTS"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.pages:
        count, requests = map(int, arguments.pages)
        print(json.dumps(_pages(count, requests)))
        return
    figures = _measure(arguments.quick)
    print(json.dumps(figures, indent=2))
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2))


def _measure(quick: bool) -> dict[str, Any]:
    count, requests, starts = (1_000, 5, 1) if quick else (ORGANISATIONS, 60, 5)
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "HANSE_MODE": "rehearsal", "HANSE_DATA": folder, "HANSE_SECRET_KEY": "bench" * 10}
        command = [sys.executable, __file__, "--pages", str(count), str(requests)]
        done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
        pages: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "demo"
        _hanse("demo", "--data", str(data), "--prepare")
        first = [_first_page("demo", data) for _ in range(starts)]
        served = [_first_page("serve", data) for _ in range(starts)]
        weight = _weight(data)
    return {
        "figure": "pages of the site",
        "rows_on_desks": count * 2 // 5,
        "organisations": count,
        "pages": pages["pages"],
        "slowest_page_p95_ms": max(page["p95_ms"] for page in pages["pages"].values()),
        "limit_page_p95_ms": 150,
        "most_queries": max(page["queries"] for page in pages["pages"].values()),
        "limit_queries": 15,
        "search_p95_ms": pages["search_p95_ms"],
        "limit_search_ms": 50,
        "first_page_s": round(statistics.median(first), 2),
        "limit_first_page_s": 5,
        "server_start_s": round(statistics.median(served), 2),
        "limit_server_start_s": 2,
        "heaviest_page_kb": round(max(weight.values()) / 1000),
        "limit_page_kb": 500,
        "weight_kb": {path: round(sent / 1000) for path, sent in weight.items()},
        "installed_mb": _installed(quick),
        "limit_installed_mb": 500,
    }


def _pages(count: int, requests: int) -> dict[str, Any]:
    """In a process of its own: fill the registry, then ask for each page in turn and time the answer."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hanse.site.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from hanse.ground import clock
    from hanse.ground.accounts.actions import BACKEND
    from hanse.site.demonstration import STARTS_AT
    from pages_registry import addresses, desk_addresses, fill, fill_desks, searches

    call_command("prepare", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    clock.set_clock(instant=STARTS_AT)
    fill(count)
    officer = fill_desks(count * 2 // 5)
    visiting = Client(HTTP_HOST="localhost", headers={"accept": "text/html"})
    working = Client(HTTP_HOST="localhost", headers={"accept": "text/html"})
    working.force_login(officer, backend=BACKEND)
    found: dict[str, Any] = {}
    visits = [(visiting, name, paths) for name, paths in addresses(requests).items()]
    visits += [(working, name, paths) for name, paths in desk_addresses(requests).items()]
    for client, name, paths in visits:
        client.get(paths[0])  # templates are compiled once
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(paths[0])
        queries = len(captured)  # now: the next request empties the log
        assert answer.status_code == 200, (name, paths[0], answer.status_code)
        milliseconds = []
        for path in paths:
            start = time.perf_counter()
            client.get(path)
            milliseconds.append((time.perf_counter() - start) * 1000)
        found[name] = {"p95_ms": _p95(milliseconds), "queries": queries}
    return {"pages": found, "search_p95_ms": _p95(searches(requests))}


def _p95(milliseconds: list[float]) -> float:
    ordered = sorted(milliseconds)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))], 1)


def _hanse(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "hanse.cli.main", *words], check=True)


def _first_page(command: str, data: Path) -> float:
    """Seconds from starting the server to the first whole page."""
    with Running(command, data) as running:
        return running.seconds


def _weight(data: Path) -> dict[str, int]:
    """Bytes of some pages with all styles, scripts and images that they name, as sent."""
    weights = {}
    with Running("demo", data) as running:
        for path in ("/", "/calls/COS-CLUSINT-2020-3-01", "/organisations"):
            sent, encoding = running.get(path)
            text = (gzip.decompress(sent) if encoding == "gzip" else sent).decode()
            parts = set(re.findall(r'(?:src|href)="(/static/[^"#]+)', text))
            weights[path] = len(sent) + sum(len(running.get(part)[0]) for part in parts)
    return weights


def _installed(quick: bool) -> int:
    """Megabytes of an environment with the site installed as a user installs it."""
    if quick:
        return 0
    with tempfile.TemporaryDirectory() as folder:
        environment = Path(folder) / "env"
        subprocess.run(
            [str(REPOSITORY / "tools" / "environment.sh"), str(environment), "site"], check=True, cwd=REPOSITORY
        )
        total = sum(file.stat().st_size for file in environment.rglob("*") if file.is_file() and not file.is_symlink())
    return round(total / 1e6)


if __name__ == "__main__":
    main()
