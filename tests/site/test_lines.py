"""Slow lines and full queues: a request has come when its head has, and no body keeps others from being served.

What docs/decisions/0023 says of arrivals, on raw lines to the server that `hanse serve` runs. A server that says
"100 Continue" has the head: whatever its clock said, it was before we read that.
"""

import json
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.site.lines.urls import PIECE, PIECES, TOO_MUCH
from tools.running import PATIENCE, Running

from hanse.site.rsgi import IN_MEMORY, THREADS


class Lines(Running):
    """The site of `tests/site/lines`.

    Args:
        data: its folder.
        most: bytes that a file of it can have.
    """

    def __init__(self, data: Path, *most: int):
        super().__init__("serve", data)
        port = self.address.rpartition(":")[2]
        told = [port, str(data), *map(str, most)]
        self._command = [sys.executable, "-m", "tests.site.lines.server", *told]


class Line:
    """A connection on which one request is sent bit by bit."""

    def __init__(self, site: Running):
        host, port = site.address.removeprefix("http://").split(":")
        self.socket = socket.create_connection((host, int(port)), timeout=PATIENCE)
        self.read = b""

    def say(self, words: bytes) -> None:
        """Send."""
        self.socket.sendall(words)

    def head(self, length: int, method: str = "POST", path: str = "/", more: str = "") -> None:
        """Send a head that announces a body, and wait until the site has it."""
        expect = f"Expect: 100-continue\r\nContent-Length: {length}\r\nConnection: close\r\n{more}"
        self.say(f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{expect}\r\n".encode())
        told = b""
        while b"\r\n\r\n" not in told:
            told += self.socket.recv(1000)
        assert told.startswith(b"HTTP/1.1 100 "), told

    def answer(self) -> tuple[int, str, bytes]:
        """Status, head and content, as far as they come."""
        whole = b""
        with self.socket:
            while piece := self.socket.recv(1 << 16):
                whole += piece
        head, _, content = whole.partition(b"\r\n\r\n")
        return int(head.split()[1]), head.decode().lower(), content

    def told(self) -> Any:
        """What the site says came."""
        status, _, content = self.answer()
        assert status == 200, content
        return json.loads(content)


def asked(site: Running, path: str = "/", more: str = "", method: str = "GET") -> tuple[int, str, bytes]:
    """The answer to a request without a body."""
    line = Line(site)
    line.say(f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{more}\r\n".encode("latin-1"))
    return line.answer()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lines]:
    """A site that lets a body take a second."""
    data = tmp_path_factory.mktemp("lines") / "data"
    data.mkdir()
    with Lines(data) as running:
        yield running


def test_a_body_that_trickles_in_keeps_the_stamp_of_its_head(site: Lines) -> None:
    line = Line(site)
    line.head(3)
    after_the_head = time.monotonic()
    for letter in (b"a", b"b", b"c"):
        line.say(letter)
        asked(site)
    told = line.told()
    assert told["bytes"] == 3
    assert told["tick"] <= after_the_head


def test_a_request_that_waits_for_a_thread_keeps_the_stamp_of_its_head(tmp_path: Path) -> None:
    with Lines(tmp_path) as site:
        busy = [Line(site) for _ in range(THREADS)]
        for number, line in enumerate(busy):
            line.say(f"GET /hold/{number} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        until = time.monotonic() + PATIENCE
        while not all((tmp_path / str(number)).exists() for number in range(THREADS)):
            assert time.monotonic() < until, "not all threads were taken"
            time.sleep(0.01)
        late = Line(site)
        late.head(1)
        after_the_head = time.monotonic()
        late.say(b"a")
        (tmp_path / "go").touch()
        assert [line.answer()[0] for line in busy] == [200] * THREADS
        assert late.told()["tick"] <= after_the_head


def test_bodies_that_never_end_are_cut_and_keep_nobody_waiting(site: Lines) -> None:
    lines = [Line(site) for _ in range(3 * THREADS)]
    for line in lines:
        line.head(10)
        line.say(b"half")
    assert asked(site)[0] == 200
    for line in lines:
        status, head, content = line.answer()
        assert status == 408
        assert "connection: close" in head
        assert b"send it again" in content
    assert asked(site)[0] == 200


def test_a_real_site_is_as_patient_as_it_says_and_serves_others_meanwhile(tmp_path: Path) -> None:
    with Running("demo", tmp_path / "demo") as real:
        lines = [Line(real) for _ in range(3 * THREADS)]
        for line in lines:
            line.head(10, path="/accounts/login/")
            line.say(b"half")
        assert b'"status": "ok"' in real.get("/health")[0]
        lines[0].say(b"-other")
        assert lines[0].answer()[0] == 403, "served: it came without the token of a form"
        for line in lines:
            line.socket.close()
        assert asked(real, "/health")[0] == 200


def test_a_visitor_who_leaves_in_the_middle_is_forgotten(site: Lines) -> None:
    for _ in range(2 * THREADS):
        line = Line(site)
        line.head(10)
        line.say(b"half")
        line.socket.close()
    assert asked(site)[0] == 200


def test_a_body_in_pieces_of_unknown_number(site: Lines) -> None:
    line = Line(site)
    line.say(b"POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n")
    line.say(b"5\r\nseven\r\n6\r\n ships\r\n0\r\n\r\n")
    assert line.told()["bytes"] == 11


def test_a_large_body_is_kept_on_disk_and_a_larger_one_is_refused(site: Lines) -> None:
    line = Line(site)
    line.head(TOO_MUCH)
    line.say(b"x" * TOO_MUCH)
    status, _, content = line.answer()
    assert status == 200, content
    assert json.loads(content)["bytes"] == TOO_MUCH
    line = Line(site)
    line.head(TOO_MUCH + 1)
    line.say(b"x" * (TOO_MUCH + 1))
    assert line.answer()[0] == 413


def test_a_body_for_which_the_disk_has_no_room_gets_a_slip_and_others_are_served(tmp_path: Path) -> None:
    with Lines(tmp_path, IN_MEMORY + 1000) as site:
        line = Line(site)
        line.head(TOO_MUCH, path="/proposals/x/annexes", more="Accept: application/json\r\n")
        after_the_head = time.monotonic()
        line.say(b"x" * TOO_MUCH)
        status, head, content = line.answer()
        assert status == 503, content
        assert "retry-after: 30" in head
        claims = json.loads(content)["attempt"]["claims"]
        assert (claims["fault"], claims["path"]) == ("storage", "/proposals/x/annexes")
        (file,) = (tmp_path / "evidence").iterdir()
        assert json.loads(file.read_text())["claims"] == claims
        assert asked(site, "/long")[0] == 503, "neither has an answer that is too long for memory"
        assert json.loads(asked(site)[2])["tick"] > after_the_head


def test_a_long_answer_comes_whole_and_one_that_fails_does_not_come_by_half(site: Lines) -> None:
    status, head, content = asked(site, "/long")
    assert status == 200
    assert "transfer-encoding: chunked" in head
    assert content.count(b"x") == len(PIECE) * PIECES
    status, _, content = asked(site, "/broken")
    assert status == 500
    assert b"xxx" not in content
    assert b"Something went wrong here" in content


def test_a_request_is_handed_on_as_it_was_sent(site: Lines) -> None:
    more = "Cookie: a=1\r\nCookie: b=2\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 192.0.2.2\r\nX_Forwarded_For: me\r\n"
    status, _, content = asked(site, "/a%20b/%C3%A9?q=%C3%A9&empty=", more)
    told = json.loads(content)
    assert status == 200
    assert (told["path"], told["query"]) == ("/a b/é", {"q": "é", "empty": ""})
    assert told["address"] == "127.0.0.1"
    assert told["headers"]["Cookie"] == "a=1; b=2"
    assert told["headers"]["X-Forwarded-For"] == "192.0.2.1,192.0.2.2", "one with underscores is nobody's"
    assert asked(site, method="HEAD")[2] == b""
