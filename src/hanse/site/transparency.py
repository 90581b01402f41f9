"""What the public sees of the record: digests of entries, and the signed roots that close its days. Nothing else.

Entries are shown by position, of whatever kind, and only once the root of their day is made: so nobody learns which are
submissions, how many there are, or at what hour one was written.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hanse.core.values.digest import canonical_json
from hanse.ground.accounts.access import anyone
from hanse.ground.audit import roots, signing
from hanse.ground.audit.models import Root

A_PAGE = 1000
"""Digests on a page."""
ROOTS_A_PAGE = 50
LONGEST_NUMBER = 18
TEXT = "text/plain; charset=utf-8"
FORMAT = "hanse-roots-1"


@dataclass(frozen=True, slots=True)
class Day:
    """A day that is closed.

    Attributes:
        pages: first and last position on each page of its digests.
    """

    root: Root
    pages: tuple[tuple[int, int], ...]


@anyone
@require_safe
def transparency(request: HttpRequest) -> HttpResponse:
    """What the digests prove, how to check a receipt by them, and the roots, the newest first."""
    found = roots.newest_first()
    before = _day(request.GET.get("before", ""))
    if before is not None:
        found = found.filter(day__lt=before)
    rows = list(found[: ROOTS_A_PAGE + 1])
    shown = rows[:ROOTS_A_PAGE]
    context: dict[str, Any] = {
        "days": [Day(root, tuple(_pages(root))) for root in shown],
        "older": f"?before={shown[-1].day.isoformat()}" if len(rows) > ROOTS_A_PAGE else "",
        "newest": before is None,
        "key": signing.public_key() if signing.key_file().exists() else None,
    }
    return render(request, "site/transparency.html", context)


@anyone
@require_safe
def roots_file(request: HttpRequest) -> HttpResponseBase:  # noqa: ARG001 -- a page takes it
    """All roots as JSON, the newest first, as `hanse verify --roots` reads them."""
    return StreamingHttpResponse(_lines(), content_type="application/json")


@anyone
@require_safe
def digests(request: HttpRequest) -> HttpResponse:
    """Digests from a position on, one a line, to the end of its day and not more than a page."""
    written = request.GET.get("from", "")
    if not (written.isascii() and written.isdigit() and len(written) <= LONGEST_NUMBER and int(written)):
        words = "Say from which position: /transparency/digests?from=1. Positions are whole numbers from 1 on.\n"
        return HttpResponse(words, content_type=TEXT, status=400)
    found = roots.digests_of_day(int(written), A_PAGE)
    if found is None:
        words = f"No root covers position {int(written)}. Digests are published when the root of their day is made.\n"
        return HttpResponse(words, content_type=TEXT, status=404)
    return HttpResponse("".join(f"{number} {digest}\n" for number, digest in found), content_type=TEXT)


@anyone
@require_safe
def key_file(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 -- a page takes it
    """The public key by which receipts and roots are checked.

    Raises:
        Http404: if the site has none, since it never signed anything.
    """
    if not signing.key_file().exists():
        raise Http404
    return HttpResponse(signing.public_key().pem, content_type="application/x-pem-file")


def _lines() -> Iterator[bytes]:
    yield canonical_json({"format": FORMAT})[:-1] + b',"roots":['
    for place, root in enumerate(roots.newest_first().iterator(chunk_size=A_PAGE)):
        yield (b",\n" if place else b"\n") + canonical_json(roots.published(root))
    yield b"\n]}\n"


def _pages(root: Root) -> Iterator[tuple[int, int]]:
    for first in range(root.first, root.last + 1, A_PAGE):
        yield first, min(first + A_PAGE - 1, root.last)


def _day(written: str) -> date | None:
    """The day that an address names; None for whatever is none."""
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        return None
