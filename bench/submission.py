"""Fifty sealed submissions a second for ten minutes, on SQLite and on PostgreSQL, with nothing lost and nothing double.

A thousand applications of distinct consortia are submitted again and again, two hours before their call closes, by a
process that keeps a fixed schedule; a fifth of the submissions come right after a save, so that no fair copy helps.
On SQLite the server is started as it comes; on PostgreSQL with three processes that serve, one of which is killed half
way, so that what it was doing is sent again with the same key. Afterwards every receipt that was answered is looked
for and proven, and everything that `hanse verify` looks at. Limit: p99 under a second, from when a submission was due.
Run: python bench/submission.py [--quick] [--seconds N] [--on sqlite|postgresql] [--json FILE]
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from tools.postgres import Cluster  # noqa: E402 -- the tools lie beside, not in the package
from tools.processes import all_under, seconds_of, waited_for  # noqa: E402
from tools.running import Running  # noqa: E402

RATE = 50
SECONDS = 600
APPLICATIONS = 1_000
WARM_UP = 5
LIMIT_P99_MS = 1_000
SECRET = "bench" * 10
RESPAWN = 30
"""Seconds within which a process that serves is there again after it was killed."""


@dataclass
class Stand:
    """A site to be measured.

    Attributes:
        settings: of the site.
        workers: processes that serve; 0: as many as the server takes by itself.
        cluster: its PostgreSQL; None on SQLite.
    """

    folder: Path
    settings: dict[str, str]
    workers: int
    cluster: Cluster | None = None
    people: list[dict[str, str]] = field(default_factory=list)

    @property
    def data(self) -> Path:
        """Its data folder."""
        return self.folder / "data"

    def script(self, name: str, *arguments: str) -> Any:
        """Run a script of this folder with the settings of the site; what it tells."""
        command = [sys.executable, str(HERE / name), *arguments]
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("HANSE_", "DJANGO_"))}
        done = subprocess.run(command, env=environment | self.settings, check=True, stdout=subprocess.PIPE, text=True)
        return json.loads(done.stdout.splitlines()[-1])

    def site(self) -> Running:
        """The server, as it is started by hand."""
        options = ("--workers", str(self.workers)) if self.workers else ()
        return Running("serve", self.data, options=options, settings=self.settings)


@contextmanager
def stand(on: str, applications: int, workers: int = 0, **settings: str) -> Iterator[Stand]:
    """A site on a database with so many applications that are ready to be submitted."""
    with tempfile.TemporaryDirectory(prefix="hanse-submission-") as scratch:
        folder = Path(scratch)
        (folder / "data" / "static").mkdir(parents=True)
        told = {
            "HANSE_MODE": "rehearsal",
            "HANSE_DATA": str(folder / "data"),
            "HANSE_SECRET_KEY": SECRET,
            "HANSE_HTTPS": "no",
            **settings,
        }
        if on == "sqlite":
            made = Stand(folder, told, workers)
            made.people = made.script("submission_site.py", str(applications))
            yield made
            return
        with Cluster() as cluster:
            made = Stand(folder, told | {"HANSE_DATABASE": cluster.uri}, workers, cluster)
            made.people = made.script("submission_site.py", str(applications))
            yield made


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="20 seconds and few applications, to see that it works")
    parser.add_argument("--seconds", type=int, default=0, metavar="N", help=f"how long (default {SECONDS})")
    parser.add_argument("--applications", type=int, default=0, metavar="N", help=f"how many (default {APPLICATIONS})")
    parser.add_argument("--rate", type=int, default=RATE, metavar="N", help=f"submissions a second (default {RATE})")
    parser.add_argument("--on", choices=("sqlite", "postgresql"), action="append", help="this database only")
    parser.add_argument("--json", type=Path, help="write the figures here")
    arguments = parser.parse_args()
    seconds = arguments.seconds or (20 if arguments.quick else SECONDS)
    applications = arguments.applications or (60 if arguments.quick else APPLICATIONS)
    figures = measure(tuple(arguments.on or ("sqlite", "postgresql")), arguments.rate, seconds, applications)
    print(json.dumps(figures, indent=2))
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2))
    if any(run["faults"] for run in figures["runs"].values()):
        sys.exit("something was lost, double or an error: see above")


def measure(on: tuple[str, ...], rate: int, seconds: int, applications: int) -> dict[str, Any]:
    """The figures of one run for each database."""
    runs = {}
    for name in on:
        workers = 3 if name == "postgresql" else 0
        with stand(name, applications, workers) as made:
            runs[name] = _run(made, rate, seconds, kill=bool(workers))
    return {
        "figure": "submission",
        "rate": rate,
        "seconds": seconds,
        "applications": applications,
        "limit_p99_ms": LIMIT_P99_MS,
        "runs": runs,
    }


def _run(made: Stand, rate: int, seconds: int, *, kill: bool) -> dict[str, Any]:
    with made.site() as site:
        workers = len(site.serving())
        warm = _offer(made, site, rate // 2, WARM_UP, "warm")  # each process reads the call once
        before = _seconds(made, site)
        told = _offer(made, site, rate, seconds, "notes", kill_after=seconds / 2 if kill else None)
        spent = _seconds(made, site)
    proof = made.script("submission_proof.py", str(made.folder / "warm.jsonl"), str(made.folder / "notes.jsonl"))
    notes = told.pop("notes")
    late = sorted(note["late"] * 1000 for note in notes)
    faults = list(proof["first"])
    if any(note["status"] >= 500 or (note["errors"] and not kill) for note in (*notes, *warm["notes"])):
        faults.append("an error of the server: " + str(next(n["errors"] for n in notes if n["errors"])[-1]))
    expected = len({(n["ref"], n["key"]) for n in (*notes, *warm["notes"])})
    if proof["receipts"] != expected:
        faults.append(f"{proof['receipts']} receipts for {expected} attempts")
    return {
        "workers": workers,
        "submissions": len(notes),
        "p50_ms": _at(late, 0.5),
        "p95_ms": _at(late, 0.95),
        "p99_ms": _at(late, 0.99),
        "max_ms": _at(late, 1),
        "p99_ms_by_minute": _by_minute(notes),
        "achieved_rate": round(len(notes) / max(note["due"] + note["late"] for note in notes), 1),
        "accepted": sum(note["status"] == 201 for note in notes),
        "server_errors": sum(error[:1] == "5" for note in notes for error in note["errors"]),
        "sent_again": sum(note["sent"] - 1 for note in notes),
        "sent_twice": sum(bool(note["twice"]) for note in notes),
        "receipts": proof["receipts"],
        "letters": proof["letters"],
        "faults": len(faults),
        "first_faults": faults[:5],
        "cpu_ms_of_serving": round((spent[0] - before[0]) * 1000 / len(notes), 1),
        "cpu_ms_of_database": round((spent[1] - before[1]) * 1000 / len(notes), 1),
        **told,
    }


def _offer(
    made: Stand, site: Running, rate: float, seconds: float, name: str, *, kill_after: float | None = None
) -> dict[str, Any]:
    """Offer submissions from another process; its notes, and how the machine fared."""
    plan = {
        "port": site.port,
        "people": made.people,
        "rate": rate,
        "seconds": seconds,
        "twice_every": 97,
        "seed": sum(map(ord, name)),
    }
    (made.folder / "plan.json").write_text(json.dumps(plan))
    file = made.folder / f"{name}.jsonl"
    load_before, waits = os.getloadavg()[0], {what: waited_for(what) for what in ("io", "memory")}
    start, clocks_apart = time.monotonic(), time.time() - time.monotonic()
    command = [sys.executable, str(HERE / "offering.py"), str(made.folder / "plan.json"), str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as offering:
        back = None
        try:
            if kill_after is not None:
                time.sleep(kill_after)
                back = _kill_one(made, site)
            told, _ = offering.communicate(timeout=seconds + 300)
        except BaseException:
            offering.kill()
            raise
    if offering.returncode:
        raise RuntimeError(f"the process that offers ended with {offering.returncode}")
    said = json.loads(told)
    return {
        "notes": [json.loads(line) for line in file.read_text().splitlines()],
        "saves": len(said["saves"]),
        "saves_failed": said["saves_failed"],
        "save_p95_ms": _at([each * 1000 for each in said["saves"]], 0.95) if said["saves"] else None,
        "cpu_s_of_offering": round(said["cpu_s"], 1),
        "respawned_after_s": back,
        **{f"waited_s_for_{what}": round(waited_for(what) - before, 1) for what, before in waits.items()},
        # A machine that was stopped as a whole sees it only by the clock on the wall.
        "stood_still_s": round(time.time() - time.monotonic() - clocks_apart, 1),
        "load_before": round(load_before, 2),
        "load_after": round(os.getloadavg()[0], 2),
        "took_s": round(time.monotonic() - start, 1),
    }


def _kill_one(made: Stand, site: Running) -> float:
    """Kill one of the processes that serve; the seconds until there are as many as before."""
    killed = site.serving()[0]
    os.kill(killed, signal.SIGKILL)
    start = time.monotonic()
    while time.monotonic() - start < RESPAWN:
        now = site.serving()
        if killed not in now and len(now) == made.workers:
            return round(time.monotonic() - start, 1)
        time.sleep(0.1)
    raise RuntimeError(
        f"no process came in place of the one that was killed within {RESPAWN} s:\n{site.said()[-2000:]}"
    )


def _seconds(made: Stand, site: Running) -> tuple[float, float]:
    """Processor time of the site, and of its database if that has processes of its own."""
    serving = sum(map(seconds_of, all_under(site.pid)))
    return serving, sum(map(seconds_of, all_under(made.cluster.pid))) if made.cluster else 0.0


def _by_minute(notes: list[dict[str, Any]]) -> list[float]:
    """The p99 of what was due in each minute: whether it grows, or one bad minute spoiled the whole."""
    minutes: dict[int, list[float]] = {}
    for note in notes:
        minutes.setdefault(int(note["due"] // 60), []).append(note["late"] * 1000)
    return [_at(sorted(minutes[minute]), 0.99) for minute in sorted(minutes)]


def _at(ordered: list[float], share: float) -> float:
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 1)


if __name__ == "__main__":
    main()
