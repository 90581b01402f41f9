"""A full application (ten partners, twenty work packages, 1,200 cells of budget): opening, saving, the live verdict.

Limits on 2 cores, server time: a page of the application under 200 ms at p95 with at most 20 queries; the verdict
after a change under 100 ms; saving one field under 50 ms; partners that close a gap, among 50,000 organisations, under
300 ms. Fifty people then save to one application at once over HTTP, and every word they wrote must be there.
Run: python bench/drafts.py [--quick] [--json FILE]
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parent.parent
sys.path.insert(0, str(REPOSITORY))

from tools.running import Running  # noqa: E402 -- the tools lie beside, not in the package

ORGANISATIONS = 50_000
PEOPLE = 50


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a small registry and few requests, to see that it works")
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--pages", nargs=2, metavar=("COUNT", "REQUESTS"), help=argparse.SUPPRESS)
    parser.add_argument("--fill", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.fill:
        print(json.dumps(_fill()))
        return
    if arguments.pages:
        count, requests = map(int, arguments.pages)
        print(json.dumps(_pages(count, requests)))
        return
    figures = _measure(arguments.quick)
    print(json.dumps(figures, indent=2))
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2))


def _measure(quick: bool) -> dict[str, Any]:
    count, requests = (1_000, 5) if quick else (ORGANISATIONS, 60)
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "HANSE_MODE": "rehearsal", "HANSE_DATA": folder, "HANSE_SECRET_KEY": "bench" * 10}
        command = [sys.executable, __file__, "--pages", str(count), str(requests)]
        done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
        measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    together = _together(2 if quick else 20)
    pages = measured["pages"]
    return {
        "figure": "drafts",
        "organisations": count,
        "partners": 10,
        "work_packages": 20,
        "cells": 1_200,
        "pages": pages,
        "slowest_page_p95_ms": max(page["p95_ms"] for page in pages.values()),
        "limit_page_p95_ms": 200,
        "most_queries": max(page["queries"] for page in pages.values()),
        "limit_queries": 20,
        "verdict_p95_ms": measured["verdict"]["p95_ms"],
        "limit_verdict_ms": 100,
        "save_p95_ms": measured["save"]["p95_ms"],
        "save_queries": measured["save"]["queries"],
        "limit_save_ms": 50,
        "gap_search_p95_ms": measured["gap search"]["p95_ms"],
        "limit_gap_search_ms": 300,
        "together": together,
    }


def _pages(count: int, requests: int) -> dict[str, Any]:
    """In a process of its own: build the application, then ask for each page in turn and time the answer."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hanse.site.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.test import Client

    from draft_site import REF, build
    from hanse.ground import clock
    from hanse.ground.accounts.actions import BACKEND
    from hanse.site.demonstration import STARTS_AT
    from pages_registry import fill

    call_command("prepare", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    clock.set_clock(instant=STARTS_AT)
    fill(count)
    person = build(1)[0]
    client = Client(HTTP_HOST="localhost", headers={"accept": "text/html"})
    client.force_login(person, backend=BACKEND)
    whole = f"/proposals/{REF}"
    paths = {
        "overview": whole,
        "work packages": f"{whole}/sections/work_packages",
        "tasks": f"{whole}/sections/tasks",
        "joint strategy": f"{whole}/sections/joint_strategy",
        "budget": f"{whole}/budget",
        "timetable": f"{whole}/plan",
        "history": f"{whole}/history",
        "consortium": f"/consortia/{REF}",
        "what if": f"/consortia/{REF}/what-if",
    }
    pages = {name: _timed(lambda path=path: client.get(path), requests) for name, path in paths.items()}
    version = 1

    def save() -> Any:
        nonlocal version
        sent = {"key": "summary", "value": f"Summary, written {version} times.", "based_on": version}
        answer = client.post(f"{whole}/fields", json.dumps(sent), content_type="application/json")
        version = json.loads(answer.content)["version"]
        return answer

    months = 0

    def change() -> None:
        nonlocal months
        months += 1
        sent = {"key": "duration_months", "value": str(20 + months % 15), "based_on": months}
        client.post(f"{whole}/fields", json.dumps(sent), content_type="application/json")

    return {
        "pages": pages,
        "save": _timed(save, requests),
        "verdict": _timed(lambda: client.get(f"{whole}/panel"), requests, before=change),
        "gap search": _timed(lambda: client.get(f"/consortia/{REF}/partners"), requests),
    }


def _timed(ask: Any, requests: int, before: Any = None) -> dict[str, Any]:
    """The 95th percentile of the server time and the queries of one request; what comes before each is not timed."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    ask()  # templates are compiled once
    with CaptureQueriesContext(connection) as captured:
        answer = ask()
    queries = len(captured)  # now: the next request empties the log
    assert answer.status_code == 200, (answer.request["PATH_INFO"], answer.status_code, answer.content[:300])
    taken = []
    for _ in range(requests):
        if before is not None:
            before()
        start = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - start) * 1000)
    ordered = sorted(taken)
    return {"p95_ms": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))], 1), "queries": queries}


def _fill() -> list[str]:
    """In a process of its own: an application on the data of a demonstration, and a session for each of its people."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hanse.site.settings")
    import django

    django.setup()
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from draft_site import build
    from hanse.ground.accounts.actions import BACKEND
    from pages_registry import fill

    fill(200)
    keys = []
    for person in build(PEOPLE):
        session = SessionStore()
        session.update(
            {
                SESSION_KEY: str(person.pk),
                BACKEND_SESSION_KEY: BACKEND,
                HASH_SESSION_KEY: person.get_session_auth_hash(),
            }
        )
        session.create()
        keys.append(str(session.session_key))
    return keys


def _together(saves: int) -> dict[str, Any]:
    """Fifty people add words to five fields of one application at once, over HTTP; then each word is looked for."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "demo"
        environment = {**os.environ, "HANSE_MODE": "demo", "HANSE_DATA": str(data)}
        prepare = [sys.executable, "-m", "hanse.cli.main", "demo", "--data", str(data), "--prepare"]
        subprocess.run(prepare, env=environment, check=True)
        environment["HANSE_SECRET_KEY"] = (data / "secret-key").read_text().strip()  # sessions are signed with it
        filled = [sys.executable, __file__, "--fill"]
        done = subprocess.run(filled, env=environment, check=True, stdout=subprocess.PIPE, text=True)
        sessions = json.loads(done.stdout.splitlines()[-1])
        with Running("demo", data) as site:
            people = [_Person(site.address, session, number) for number, session in enumerate(sessions)]
            start = time.perf_counter()
            with ThreadPoolExecutor(PEOPLE) as pool:
                taken = [each for person in pool.map(lambda person: person.write(saves), people) for each in person]
            seconds = time.perf_counter() - start
            kept = people[0].read()
    missing = [word for person in people for word in person.words if word not in kept]
    assert not missing, missing[:10]
    ordered = sorted(taken)
    return {
        "people": PEOPLE,
        "words": PEOPLE * saves,
        "lost": len(missing),
        "saves_a_second": round(len(taken) / seconds, 1),
        "save_p95_ms": round(ordered[int(len(ordered) * 0.95)] * 1000, 1),
    }


class _Person:
    """Somebody with a session who writes into fields that others write into, too."""

    FIELDS = ("summary", "joint_strategy", "common_goals", "roadmap", "governance")

    def __init__(self, address: str, session: str, number: int):
        self.whole = f"{address}/proposals/full-application"
        self.number = number
        self.words: list[str] = []
        self.cookies = f"sessionid={session}"
        page = self._ask(f"{self.whole}/sections/summary").decode()
        self.token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]  # type: ignore[index]

    def _ask(self, path: str, sent: dict[str, Any] | None = None) -> bytes:
        request = urllib.request.Request(path, headers={"Cookie": self.cookies})  # noqa: S310 -- loopback
        if sent is not None:
            request.data = json.dumps(sent).encode()
            request.add_header("Content-Type", "application/json")
            request.add_header("X-CSRFToken", self.token)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 -- loopback
                told = answer.headers.get_all("Set-Cookie") or []
                self.cookies = "; ".join([self.cookies, *(one.partition(";")[0] for one in told)])
                return bytes(answer.read())
        except urllib.error.HTTPError as wrong:
            if wrong.code != 409:
                raise
            return bytes(wrong.read())

    def write(self, saves: int) -> list[float]:
        """Add a word of one's own so many times; what another wrote meanwhile is taken in. Seconds of each request."""
        taken = []
        known: dict[str, tuple[int, str]] = {}
        for turn in range(saves):
            key = self.FIELDS[(self.number + turn) % len(self.FIELDS)]
            word = f"p{self.number}w{turn}"
            self.words.append(word)
            version, text = known.get(key, (0, ""))
            while True:
                mine = text if word in text else f"{text}\n{word}"
                start = time.perf_counter()
                said = json.loads(self._ask(f"{self.whole}/fields", {"key": key, "value": mine, "based_on": version}))
                taken.append(time.perf_counter() - start)
                version = said["version"]
                text = said["merged"] if said["state"] == "conflict" else said["value"]
                if said["state"] != "conflict":
                    known[key] = version, text
                    break
        return taken

    def read(self) -> str:
        """All texts of the application."""
        return self._ask(f"{self.whole.replace('/proposals', '/api/v1/proposals')}").decode()


if __name__ == "__main__":
    main()
