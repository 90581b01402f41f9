"""The application as granian calls it: requests are stamped and read before they wait for one of the few that serve.

By WSGI granian hands a request to one of its threads when its head has come, and the thread waits for the body: four
slow lines would close the site to everybody, and a request that waits for a thread would be stamped when its wait is
over. So this door takes requests by RSGI, in one loop that waits for nobody: it stamps a request when its head has
come, collects the body, and only then hands it to the threads in which Django serves, by WSGI. Answers are complete
before the first byte is sent: one that fails on the way is an error, and never half a page.

A body has half a minute, and more the more of it comes; then it is cut and answered 408.
"""

import asyncio
import logging
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from http import HTTPStatus
from tempfile import SpooledTemporaryFile
from typing import Any
from wsgiref.util import FileWrapper

from django.core.handlers.wsgi import WSGIRequest
from django.urls import get_resolver
from granian.rsgi import (  # type: ignore[attr-defined]  # the library does not mark what it hands on
    HTTPProtocol,
    ProtocolClosed,
    ProtocolError,
    Scope,
)

from hanse.ground.clock import arrival
from hanse.site.lanes import Lanes
from hanse.site.wsgi import application as django

THREADS = 4
"""Requests of one process that are served at the same time, if they all take long."""
BRIEF = 1.0
"""Seconds after which a request is long (`site.lanes`)."""
PATIENCE = 30.0
"""Seconds that a body has to arrive (docs/decisions/0023-sealing-and-receipts.md)."""
PACE = 16 << 10
"""Bytes that win a body another second: an annex of twenty megabytes may take as long as a slow line needs."""
MOST = 256 << 20
"""Bytes of a body, at most."""
IN_MEMORY = 1 << 20
"""Bytes of a body or an answer that are held in memory; beyond, on disk."""
PIECE = 64 << 10
TOO_SLOW = "What you sent did not arrive whole within half a minute. Nothing was done with it: send it again.\n"
TOO_LARGE = f"What you sent is larger than {MOST >> 20} MB. Nothing was done with it.\n"
ONLY_ONE = frozenset({"host", "content-type"})
"""Headers of which the last one counts; of others several are one list."""

Headers = list[tuple[str, str]]
log = logging.getLogger(__name__)
_lanes = Lanes(THREADS, BRIEF)


class Refused(Exception):
    """A request that is answered before anything reads it."""

    def __init__(self, status: HTTPStatus, told: str):
        super().__init__(told)
        self.status = status
        self.told = told


class Answer:
    """An answer as a whole.

    Attributes:
        status: such as 200.
        headers: as they are sent.
        content: the file in which it stands.
        size: bytes of it.
    """

    def __init__(self) -> None:
        self.status = 500
        self.headers: Headers = []
        self.content = _file()
        self.size = 0

    def start(self, status: str, headers: Headers, exc_info: Any = None, /) -> Callable[[bytes], object]:  # noqa: ARG002 -- WSGI's signature
        """What WSGI calls `start_response`."""
        self.status = int(status[:3])
        self.headers = list(headers)
        write: Callable[[bytes], object] = self.content.write
        return write

    def take(self, pieces: Iterable[bytes]) -> None:
        """Take the content."""
        for piece in pieces:
            self.content.write(piece)
        self.size = self.content.tell()
        self.content.seek(0)


async def application(scope: Scope, protocol: HTTPProtocol) -> None:
    """Serve a request."""
    came = arrival.stamp_of_host()
    body = _file()
    no_room = None
    try:
        size = await _collect(scope, protocol, body)
    except Refused as refused:
        plain = [("content-type", "text/plain; charset=utf-8"), ("connection", "close")]
        protocol.response_str(int(refused.status), plain, refused.told)
        _forget(body)
        return
    except ProtocolClosed:
        _forget(body)
        return
    except OSError as wrong:
        size, no_room = 0, wrong
    environ = environment(scope, body, size)
    environ[arrival.STAMP] = came
    try:
        answer = await _lanes.run(_serve, environ, no_room)
    finally:
        _forget(body)
    await _send(protocol, answer)
    _forget(answer.content)


def environment(scope: Scope, body: Any, size: int) -> dict[str, Any]:
    """A request as WSGI words it.

    Args:
        body: the file in which its body stands.
        size: bytes of the body.
    """
    server, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": _bytes_as_letters(scope.path),
        "QUERY_STRING": _bytes_as_letters(scope.query_string),
        "SERVER_NAME": server,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": _wrapped,
    }
    if scope.authority:
        environ["HTTP_HOST"] = scope.authority
    for name, value in scope.headers.items():
        if "_" in name:
            continue  # as a variable it would be another header, such as one that only a proxy may set
        key = name.upper().replace("-", "_")
        key = key if key == "CONTENT_TYPE" else f"HTTP_{key}"
        if key in environ and name not in ONLY_ONE:
            value = f"{environ[key]}{'; ' if name == 'cookie' else ','}{value}"
        environ[key] = value
    environ["CONTENT_LENGTH"] = str(size)
    return environ


async def _collect(scope: Scope, protocol: HTTPProtocol, body: Any) -> int:
    """Collect the body of a request; its size.

    Raises:
        Refused: if it takes too long, or there is too much of it.
        ProtocolClosed: if the visitor went away.
        OSError: if there is no room for it.
    """
    stated = scope.headers.get("content-length")
    if stated is None and "transfer-encoding" not in scope.headers and scope.http_version.startswith("1"):
        return 0
    size = 0
    try:
        async with asyncio.timeout(PATIENCE) as limit:
            async for piece in protocol:
                size += len(piece)
                if size > MOST:
                    raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, TOO_LARGE)
                limit.reschedule((limit.when() or 0) + len(piece) / PACE)
                body.write(piece)
    except TimeoutError:
        raise Refused(HTTPStatus.REQUEST_TIMEOUT, TOO_SLOW) from None
    if stated is not None and stated != str(size):
        raise ProtocolClosed(f"{size} of {stated} bytes came")
    body.seek(0)
    return size


def _serve(environ: dict[str, Any], no_room: OSError | None) -> Answer:
    """Serve one request, in a thread that may wait.

    Args:
        no_room: why its body could not be kept.
    """
    answer = Answer()
    try:
        if no_room:
            raise no_room
        pieces = django(environ, answer.start)
        try:
            answer.take(pieces)
        finally:
            if hasattr(pieces, "close"):
                pieces.close()
    except Exception:  # what Django does not catch: content that fails while it is made
        log.exception("%s %s failed on the way", environ["REQUEST_METHOD"], environ["PATH_INFO"])
        _forget(answer.content)
        answer = Answer()
        response = get_resolver().resolve_error_handler(500)(WSGIRequest(environ))
        answer.start(str(response.status_code), list(response.items()))
        answer.take([response.content])
    return answer


async def _send(protocol: HTTPProtocol, answer: Answer) -> None:
    if answer.size <= IN_MEMORY:
        protocol.response_bytes(answer.status, answer.headers, answer.content.read())
        return
    transport = protocol.response_stream(answer.status, answer.headers)
    try:
        while piece := answer.content.read(PIECE):
            await transport.send_bytes(piece)
    except ProtocolError:
        return  # the visitor went away


def _file() -> Any:
    return SpooledTemporaryFile(max_size=IN_MEMORY)


def _forget(file: Any) -> None:
    with suppress(OSError):  # a full disk refuses even the rest of what it refused before
        file.close()


def _bytes_as_letters(text: str) -> str:
    """Text in the form in which WSGI hands on bytes."""
    return text.encode("utf-8", "surrogateescape").decode("latin-1")


def _wrapped(file: Any, _size: int = 0) -> FileWrapper:
    return FileWrapper(file, PIECE)
