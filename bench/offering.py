"""Offers sealed submissions to a site by a fixed schedule, from a process of its own, and notes what each got.

An open loop: a request is due when the schedule says, however late the answers before it are, and what it waits for a
line counts as its lateness. Whoever loses the line, or gets an error of the server, sends the same again with the same
key, as a browser or a program does.

Run: python bench/offering.py PLAN.json NOTES.jsonl      (by bench/submission.py and bench/faults.py)
"""

import asyncio
import json
import random
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

TOKEN = "k" * 32
"""The secret of the forms of everybody here: in the cookie and beside it, as the site asks."""
PATIENCE = 90.0
"""Seconds until a person gives up. Then the attempt is lost, which is a fault of the site."""
PAUSE = 0.2
"""Seconds before a request is sent again."""
ANSWER = 60.0
"""Seconds that one request may take before its line is given up."""
REST = 5.0
"""Seconds after which a line that nobody has used is taken for closed, as browsers take it before servers close it."""
SAVE_EARLY = 0.7
"""Seconds before its submission at which a text is saved."""


class Lost(Exception):
    """The line broke before the answer was whole."""


@dataclass(frozen=True)
class Plan:
    """What is offered.

    Attributes:
        port: of loopback, where the site listens.
        people: application and session of each.
        rate: submissions a second.
        seconds: for how long.
        save_every: one in so many submissions comes after a save; 0: none.
        twice_every: one in so many is sent twice at once, with one key; 0: none.
        seed: decides the keys.
    """

    port: int
    people: list[dict[str, str]]
    rate: float
    seconds: float
    save_every: int = 5
    twice_every: int = 0
    seed: int = 1


@dataclass
class Note:
    """What became of an attempt.

    Attributes:
        due: when it was to be sent, in seconds from the beginning.
        late: seconds from then to the whole answer.
        status: of the answer; 0 if there never was one.
        number: of the receipt.
        document: digest of the receipt as it was answered.
        sent: how often it was sent.
        errors: answers of the server that were errors, and lines that broke.
        twice: the digest of the receipt that the same attempt got when it was sent a second time.
    """

    ref: str
    key: str
    due: float
    late: float = 0.0
    status: int = 0
    number: str = ""
    document: str = ""
    sent: int = 0
    errors: list[str] = field(default_factory=list)
    twice: str = ""


class Line:
    """A connection that is kept alive."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self._reader = reader
        self._writer = writer
        self._used = time.monotonic()

    def rested(self) -> bool:
        """Whether it was idle for so long that the other side may be closing it."""
        return time.monotonic() - self._used > REST

    async def ask(self, head: bytes, body: bytes) -> tuple[int, bytes]:
        """Send a request; status and content of the answer.

        Raises:
            Lost: if the line breaks.
        """
        try:
            self._writer.write(head + body)
            await self._writer.drain()
            told = await self._reader.readuntil(b"\r\n\r\n")
            status = int(told[9:12])
            size = told.lower().partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
            if not size:
                raise Lost("the answer has no length")
            content = await self._reader.readexactly(int(size))
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as wrong:
            raise Lost(str(wrong)) from None
        self._used = time.monotonic()
        return status, content

    def end(self) -> None:
        """Give it up."""
        self._writer.close()


class Offering:
    """People who submit.

    await Offering(plan).run()       notes of all attempts

    Attributes:
        notes: what became of each attempt.
        saves: seconds that each save took.
        saved: for each application, the last version of its summary that was confirmed, and its text.
    """

    def __init__(self, plan: Plan):
        self.plan = plan
        self.notes: list[Note] = []
        self.saves: list[float] = []
        self.saves_failed = 0
        self.saved: dict[str, tuple[int, str]] = {}
        self._idle: list[Line] = []
        self._chance = random.Random(plan.seed)
        self._version: dict[str, int] = defaultdict(lambda: 1)
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, stop: Any = None) -> list[Note]:
        """Offer all that is planned, and wait for every answer.

        Args:
            stop: told to stop before the time is over, if it is set.
        """
        self._start = time.monotonic() + SAVE_EARLY
        for turn in range(int(self.plan.rate * self.plan.seconds)):
            if stop is not None and stop.is_set():
                break
            due = turn / self.plan.rate
            await asyncio.sleep(self._start + due - SAVE_EARLY - time.monotonic())
            person = self.plan.people[turn % len(self.plan.people)]
            note = Note(person["ref"], f"bench-{self._chance.getrandbits(64):016x}", due)
            self.notes.append(note)
            # Every round begins its counting elsewhere, so that everybody saves in one round or another.
            count = turn + turn // len(self.plan.people)
            if self.plan.save_every and count % self.plan.save_every == 0:
                self._begin(self._save(person, turn))
            self._begin(
                self._submit(person, note, twice=bool(self.plan.twice_every) and turn % self.plan.twice_every == 0)
            )
        while self._tasks:
            await asyncio.wait(self._tasks)
        for line in self._idle:
            line.end()
        return self.notes

    def _begin(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda done: done.result())  # a fault of this script is not passed over

    async def _submit(self, person: dict[str, str], note: Note, *, twice: bool) -> None:
        await asyncio.sleep(self._start + note.due - time.monotonic())
        head = _head("POST", f"/api/v1/proposals/{note.ref}/submissions", person, b"", note.key)
        again = (
            asyncio.create_task(self._until_answered(head, b"", Note(note.ref, note.key, note.due))) if twice else None
        )
        content = await self._until_answered(head, b"", note)
        note.late = time.monotonic() - self._start - note.due
        if content:
            document = json.loads(content)
            note.number = document.get("claims", {}).get("number", "")
            note.document = digest_of(document)
        if again is not None:
            told = await again
            note.twice = digest_of(json.loads(told)) if told else ""

    async def _save(self, person: dict[str, str], turn: int) -> None:
        """Save the summary of an application; a save is not sent again, and its text tells from which turn it is."""
        ref = person["ref"]
        text = (f"Summary of turn {turn}. " * 20).strip()
        sent = {"key": "summary", "value": text, "based_on": self._version[ref]}
        body = json.dumps(sent).encode()
        began = time.monotonic()
        note = Note(ref, "", 0)
        content = await self._until_answered(_head("PUT", f"/api/v1/proposals/{ref}/fields", person, body), body, note)
        if note.status in (200, 409):
            self._version[ref] = json.loads(content)["version"]
            if note.status == 200:
                self.saved[ref] = self._version[ref], text
            self.saves.append(time.monotonic() - began)
        else:
            self.saves_failed += 1

    async def _until_answered(self, head: bytes, body: bytes, note: Note) -> bytes:
        """Send the same until it is answered by anything but an error of the server; the content, empty if never."""
        begun = time.monotonic()
        while True:
            note.sent += 1
            try:
                status, content = await self._once(head, body)
            except Lost as lost:
                note.errors.append(f"line: {lost}"[:200])
            else:
                note.status = status
                if status < 500:
                    return content
                note.errors.append(f"{status}: {content[:160].decode(errors='replace')}")
            if time.monotonic() - begun > PATIENCE:
                return b""
            await asyncio.sleep(PAUSE)

    async def _once(self, head: bytes, body: bytes) -> tuple[int, bytes]:
        # Who was used last comes first: of what lies below one that has rested, all have.
        if self._idle and self._idle[-1].rested():
            for line in self._idle:
                line.end()
            self._idle.clear()
        line = self._idle.pop() if self._idle else await self._new_line()
        try:
            async with asyncio.timeout(ANSWER):
                answer = await line.ask(head, body)
        except (Lost, TimeoutError) as wrong:
            line.end()
            raise Lost(str(wrong) or "no answer in time") from None
        self._idle.append(line)
        return answer

    async def _new_line(self) -> Line:
        try:
            return Line(*await asyncio.open_connection("127.0.0.1", self.plan.port))
        except OSError as wrong:
            raise Lost(str(wrong)) from None


def digest_of(document: Any) -> str:
    """By what a receipt is known, however its keys are ordered."""
    written = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(written.encode()).hexdigest()


def _head(method: str, path: str, person: dict[str, str], body: bytes, key: str = "") -> bytes:
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Cookie: sessionid={person['session']}; csrftoken={TOKEN}",
        f"X-CSRFToken: {TOKEN}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *([f"Idempotency-Key: {key}"] if key else []),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def main() -> None:
    """Offer what the plan says, and write the notes."""
    plan = Plan(**json.loads(Path(sys.argv[1]).read_text()))
    offering = Offering(plan)
    notes = asyncio.run(offering.run())
    with Path(sys.argv[2]).open("w") as out:
        out.writelines(json.dumps(vars(note)) + "\n" for note in notes)
    told = {"saves": sorted(offering.saves), "saves_failed": offering.saves_failed, "cpu_s": time.process_time()}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
