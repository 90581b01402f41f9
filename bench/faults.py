"""Kills, at random moments, what a site consists of, two hundred times while people submit, and looks what is left.

On SQLite a process that serves, the worker that sends letters, or all processes of the site are killed (`kill -9`), on
PostgreSQL a process that serves, the worker, one session of the database, or the whole database, as when power fails.
In some rounds no process may write to any file any more, as when the disk is full. What the site starts again by itself
is waited for; the rest is started as the system would. After each round every receipt that was handed out is looked for
with plain SQL. At the end everybody has an answer, each receipt and package is proven, each text is whole, and the
letters that a mail server took are those of the database: none lost, none of an act that was rolled back.
Run: python bench/faults.py [--quick] [--rounds N] [--on sqlite|postgresql] [--json FILE]
"""

import argparse
import asyncio
import json
import os
import random
import signal
import sqlite3
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from statistics import median
from threading import Event
from typing import Any, Self

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from bench.mail_sink import Mailbox  # noqa: E402 -- scripts are run by path, so the folder has to be named first
from bench.offering import Note, Offering, Plan, digest_of  # noqa: E402
from bench.submission import Stand, stand  # noqa: E402
from tools.processes import all_under, children_of, command_of, limit_files  # noqa: E402
from tools.running import Running  # noqa: E402

ROUNDS = 200
APPLICATIONS = 60
RATE = 10
KINDS = {
    "sqlite": ("web process", "worker", "whole site", "web process", "worker", "full disk"),
    "postgresql": ("web process", "worker", "database", "web process", "database session", "full disk"),
}
EACH_KIND = max(len(set(kinds)) for kinds in KINDS.values())
"""Rounds on one database in which every kind comes at least once."""
PATIENCE = 60.0
"""Seconds until what was killed has to be there again."""
ERRORS = ("ERROR django.request Internal Server Error", "ERROR hanse.site")
"""What the site writes into its log of errors that are not the machine's."""
LONGEST = 1_800.0
"""Seconds that the rounds on one database may take."""
FULL = 3
"""Answers of "no room" that are waited for while the disk is full."""


class Faulted(Exception):
    """The site did not come back, or lost something."""


class Offers:
    """People who submit, until it ends."""

    def __init__(self, made: Stand, port: int, rate: float):
        self.offering = Offering(Plan(port, made.people, rate, 2 * LONGEST, save_every=3, twice_every=31))
        self._stop = Event()
        self._threads = ThreadPoolExecutor(1)

    def __enter__(self) -> Self:
        self._done: Future[list[Note]] = self._threads.submit(asyncio.run, self.offering.run(self._stop))
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._threads.shutdown()

    @property
    def notes(self) -> list[Note]:
        """Of all attempts so far."""
        if self._done.done():
            self._done.result()
        return list(self.offering.notes)

    def all_answered(self) -> list[Note]:
        """Offer no more and wait for the answers that are due."""
        self._stop.set()
        return self._done.result(timeout=300)


class Kept:
    """Whether the receipts that were handed out are there, asked of the database without the site's own code."""

    ASKED = (
        "SELECT number, document FROM submission_receipt WHERE key = {0} AND proposal_id = "
        "(SELECT id FROM proposals_proposal WHERE ref = {0})"
    )

    def __init__(self, made: Stand):
        self._made = made
        self._seen: set[tuple[str, str]] = set()

    def look(self, notes: Iterable[Note]) -> None:
        """Look for the receipts handed out since the last look.

        Raises:
            Faulted: if one is missing, or is another.
        """
        new = [note for note in notes if note.document and (note.ref, note.key) not in self._seen]
        with closing(self._connect()) as connection:
            for note in new:
                cursor = connection.cursor()
                cursor.execute(self.ASKED.format("%s" if self._made.cluster else "?"), (note.key, note.ref))
                found = cursor.fetchone()
                if found is None:
                    raise Faulted(f"receipt {note.number} was handed out and is not there")
                number, told = found
                document = json.loads(told) if isinstance(told, str) else told
                if (number, digest_of(document)) != (note.number, note.document):
                    raise Faulted(f"receipt {note.number} was handed out, and another is there: {number}")
                self._seen.add((note.ref, note.key))

    def _connect(self) -> Any:
        if self._made.cluster is None:
            return sqlite3.connect(f"file:{self._made.data / 'hanse.sqlite3'}?mode=ro", uri=True, timeout=20)
        import psycopg

        return psycopg.connect(self._made.cluster.uri)


class Killing:
    """Kills and sees that it comes back.

    Killing(made, site, offers).once("worker")
    """

    def __init__(self, made: Stand, site: Running, offers: Offers, chance: random.Random):
        self._made, self._site, self._offers, self._chance = made, site, offers, chance
        self._serving = len(site.serving())
        self._acts: dict[str, Callable[[], None]] = {
            "web process": self._web,
            "worker": self._worker,
            "whole site": self._whole,
            "database": self._database,
            "database session": self._session,
            "full disk": self._disk,
        }

    def once(self, kind: str) -> float:
        """Kill, and wait until it is there again; the seconds until then.

        Raises:
            Faulted: if it does not come back.
        """
        time.sleep(self._chance.uniform(0.02, 0.6))
        began = time.monotonic()
        self._acts[kind]()
        self._wait(kind, self._answers)
        return time.monotonic() - began

    def _web(self) -> None:
        killed = self._chance.choice(self._site.serving())
        os.kill(killed, signal.SIGKILL)
        self._wait("process that serves", lambda: self._all_there(killed, self._site.serving(), self._serving))

    def _worker(self) -> None:
        (killed,) = self._site.working()
        os.kill(killed, signal.SIGKILL)
        self._wait("worker", lambda: self._all_there(killed, self._site.working(), 1))

    def _whole(self) -> None:
        for pid in all_under(self._site.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._site.kill()
        self._site.start()

    def _database(self) -> None:
        assert self._made.cluster
        self._made.cluster.kill(whole=True)
        self._made.cluster.start()

    def _session(self) -> None:
        assert self._made.cluster
        sessions = [pid for pid in children_of(self._made.cluster.pid) if "[local]" in " ".join(command_of(pid))]
        with suppress(ProcessLookupError):  # it may have ended by itself
            os.kill(self._chance.choice(sessions), signal.SIGKILL)

    def _disk(self) -> None:
        before, database = self._no_room(), self._made.cluster
        self._limit(0)
        try:
            self._wait("answer that there is no room", lambda: self._no_room() >= before + FULL)
        finally:
            self._limit(None)

        def up() -> bool:
            if database and not database.running:
                database.start()  # it stops where it cannot write its journal, sooner or later
            return self._answers()

        self._wait("site after the disk was full", up)

    def _limit(self, most: int | None) -> None:
        limit_files(self._site.pid, most)
        if self._made.cluster:
            self._made.cluster.limit_files(most)

    def _no_room(self) -> int:
        return sum(error.startswith("503") for note in self._offers.notes for error in note.errors)

    def _answers(self) -> bool:
        try:
            self._site.get("/health")
        except OSError:
            return False
        return True

    @staticmethod
    def _all_there(killed: int, now: list[int], number: int) -> bool:
        return killed not in now and len(now) >= number

    def _wait(self, what: str, there: Callable[[], bool]) -> None:
        until = time.monotonic() + PATIENCE
        while not there():
            if time.monotonic() > until:
                raise Faulted(f"no {what} within {PATIENCE:.0f} s:\n{self._site.said()[-3000:]}")
            time.sleep(0.02)


def main() -> None:
    """Kill, look and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a few rounds of each kind, to see that it works")
    parser.add_argument("--rounds", type=int, default=0, metavar="N", help=f"on all databases (default {ROUNDS})")
    parser.add_argument("--seed", type=int, default=2020, metavar="N", help="of the moments (default 2020)")
    parser.add_argument("--on", choices=tuple(KINDS), action="append", help="this database only")
    parser.add_argument("--json", type=Path, help="write the figures here")
    arguments = parser.parse_args()
    on = tuple(arguments.on or KINDS)
    rounds = arguments.rounds or (len(on) * EACH_KIND if arguments.quick else ROUNDS)
    figures = measure(on, rounds, arguments.seed)
    print(json.dumps(figures, indent=2))
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2))
    if any(run["faults"] for run in figures["runs"].values()):
        sys.exit("something was lost, double, or not whole: see above")


def measure(on: tuple[str, ...], rounds: int, seed: int) -> dict[str, Any]:
    """What is left after so many rounds, shared among the databases."""
    runs = {}
    for turn, name in enumerate(on):
        own = rounds // len(on) + (turn < rounds % len(on))
        with Mailbox() as mailbox, stand(name, APPLICATIONS, 2, HANSE_SMTP=mailbox.address) as made:
            runs[name] = _run(made, mailbox, list(_kinds(name, own)), random.Random(seed))
    return {"figure": "faults", "rounds": rounds, "rate": RATE, "runs": runs}


def _kinds(name: str, rounds: int) -> Iterable[str]:
    """Each kind once, then by turns."""
    kinds = KINDS[name]
    once = list(dict.fromkeys(kinds))
    yield from once[:rounds]
    for turn in range(rounds - len(once)):
        yield kinds[turn % len(kinds)]


def _run(made: Stand, mailbox: Mailbox, kinds: list[str], chance: random.Random) -> dict[str, Any]:
    began, load_before = time.monotonic(), os.getloadavg()[0]
    back: dict[str, list[float]] = defaultdict(list)
    kept = Kept(made)
    with made.site() as site, Offers(made, site.port, RATE) as offers:
        killing = Killing(made, site, offers, chance)
        for kind in kinds:
            back[kind].append(killing.once(kind))
            kept.look(offers.notes)
            if time.monotonic() - began > LONGEST:
                raise Faulted(f"only {sum(map(len, back.values()))} rounds within {LONGEST:.0f} s")
        notes = offers.all_answered()
        kept.look(notes)
    took = time.monotonic() - began
    for what in ERRORS:
        _, _, told = site.said().partition(what)
        if told:
            print(f"The site had an error of its own: {what}{told[:6000]}", file=sys.stderr)
    proof = _proof(made, mailbox, notes, offers.offering.saved)
    errors = Counter(error[:3] for note in notes for error in note.errors)
    faults = list(proof["first"])
    faults += [f"{number} answers {status}" for status, number in errors.items() if status not in ("503", "lin")]
    kills = sum(map(len, back.values()))
    if proof["sent_again"] > kills:
        faults.append(f"{proof['sent_again']} letters were sent more than once after {kills} kills")
    return {
        "kills": {kind: len(each) for kind, each in back.items()},
        "back_after_s": {kind: round(median(each), 2) for kind, each in back.items()},
        "back_at_most_s": {kind: round(max(each), 2) for kind, each in back.items()},
        "handed_out": sum(bool(note.document) for note in notes),
        "broken_lines": errors["lin"],
        "answers_503": errors["503"],
        "receipts": proof["receipts"],
        "letters": proof["letters"],
        "letters_sent_again": proof["sent_again"],
        "texts_saved": len(offers.offering.saved),
        "faults": len(faults),
        "first_faults": faults[:5],
        "load_before": round(load_before, 2),
        "took_s": round(took),
    }


def _proof(made: Stand, mailbox: Mailbox, notes: list[Note], saved: dict[str, tuple[int, str]]) -> dict[str, Any]:
    """Let what is due be sent, and look at everything."""
    made.script("draining.py")

    def written(name: str, lines: Iterable[object]) -> str:
        file = made.folder / f"{name}.jsonl"
        file.write_text("".join(json.dumps(line) + "\n" for line in lines))
        return str(file)

    told: dict[str, Any] = made.script(
        "submission_proof.py",
        written("notes", map(vars, notes)),
        "--taken",
        written("taken", [(*letter, times) for letter, times in mailbox.taken.items()]),
        "--saved",
        written("saved", [(ref, *text) for ref, text in saved.items()]),
    )
    return told


if __name__ == "__main__":
    main()
