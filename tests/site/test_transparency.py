"""Transparency: digests and signed roots for everybody, and not a word more."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.people import browsing

from hanse.engines.proof import check_receipt, read_key, read_roots
from hanse.engines.proof.roots import check_roots
from hanse.ground import audit
from hanse.ground.audit import signing
from hanse.ground.audit.models import Event, Root
from hanse.site import transparency

pytestmark = pytest.mark.django_db
A_DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _key(tmp_path: Path, settings: Any) -> Iterator[None]:
    settings.SIGNING_KEY = str(tmp_path / "signing-key.pem")
    signing.make_key()
    yield
    signing._private_key.cache_clear()


def recorded(count: int, at: datetime, act: str = "submit application") -> None:
    for _ in range(count):
        with transaction.atomic():
            audit.record(act, actor=None, subject=("proposal", "blue-ways"), facts={"by": "Giulia"}, at=at)


def said(path: str) -> str:
    answer = browsing().get(path)
    assert answer.status_code == 200
    return str(answer.getvalue().decode())


def main(path: str) -> str:
    """A page without what stands around every page, such as the clock."""
    return said(path).partition("<main")[2].partition("</main>")[0]


def lines(path: str) -> list[tuple[int, str]]:
    told = [line.split(" ") for line in said(path).splitlines()]
    return [(int(position), digest) for position, digest in told]


def test_the_page_before_the_first_night(at: datetime) -> None:
    recorded(1, at)
    assert "No day is closed yet" in said("/transparency")
    assert json.loads(said("/transparency/roots.json")) == {"format": "hanse-roots-1", "roots": []}


def test_the_page_lists_roots_newest_first_with_their_pages_of_digests(
    at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transparency, "A_PAGE", 3)
    recorded(7, at)
    first = Event.objects.count()
    audit.close_days(at + A_DAY)
    recorded(1, at + A_DAY)
    audit.close_days(at + 3 * A_DAY)
    page = main("/transparency")
    days = ["1\u00a0December\u00a02020", "30\u00a0November\u00a02020", "29\u00a0November\u00a02020"]
    assert [page.index(day) for day in days] == sorted(page.index(day) for day in days)
    places = [int(part.split('"')[0]) for part in page.split("/transparency/digests?from=")[1:]]
    assert places == [first + 1, *range(1, first + 1, 3)]
    for root in Root.objects.all():
        assert root.digest in page


def test_digests_of_all_entries_are_told_by_position_and_end_with_the_day(at: datetime) -> None:
    recorded(3, at)
    audit.close_days(at + A_DAY)
    recorded(2, at + A_DAY)
    audit.close_days(at + 2 * A_DAY)
    roots = list(Root.objects.order_by("day"))
    assert len(roots) == 2
    told = [pair for root in roots for pair in lines(f"/transparency/digests?from={root.first}")]
    assert told == list(Event.objects.order_by("number").values_list("number", "digest"))
    assert lines(f"/transparency/digests?from={roots[0].first}")[-1] == (roots[0].last, roots[0].head)
    assert lines(f"/transparency/digests?from={roots[0].first + 1}")[0][0] == roots[0].first + 1


def test_at_most_a_thousand_lines(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    assert transparency.A_PAGE == 1000
    monkeypatch.setattr(transparency, "A_PAGE", 2)
    recorded(5, at)
    audit.close_days(at + A_DAY)
    assert [position for position, _ in lines("/transparency/digests?from=2")] == [2, 3]


def test_no_digest_is_told_before_its_day_is_closed(at: datetime) -> None:
    """Whoever looked every second would learn when entries are written."""
    recorded(1, at)
    audit.close_days(at + A_DAY)
    recorded(1, at + A_DAY)
    new = Event.objects.order_by("number").last()
    assert new is not None
    answer = browsing().get(f"/transparency/digests?from={new.number}")
    assert (answer.status_code, answer["Content-Type"]) == (404, "text/plain; charset=utf-8")
    for path in ("/transparency", "/transparency/roots.json", "/transparency/digests?from=1"):
        assert new.digest not in said(path)


@pytest.mark.parametrize(
    "asked", ["", "?from=", "?from=0", "?from=-1", "?from=x", "?from=%00", "?from=" + "9" * 40, "?from=²"]
)
def test_a_position_that_is_none_is_answered_in_plain_words(asked: str, at: datetime) -> None:
    answer = browsing().get(f"/transparency/digests{asked}")
    assert (answer.status_code, answer["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert "whole numbers from 1 on" in answer.content.decode()


@pytest.mark.parametrize("before", ["x", "2020-13-45", "%00", "2020-11-30"])
def test_an_older_page_of_roots_can_be_asked_for(before: str, at: datetime) -> None:
    assert browsing().get(f"/transparency?before={before}").status_code == 200


def test_roots_are_paged(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transparency, "ROOTS_A_PAGE", 2)
    recorded(1, at)
    audit.close_days(at + 5 * A_DAY)
    shown, path = [], "/transparency"
    while path:
        page = said(path)
        shown += [root.day for root in Root.objects.order_by("-day") if root.digest in page]
        path = f"/transparency?before={page.split('?before=')[1].split(chr(34))[0]}" if "?before=" in page else ""
    assert shown == list(Root.objects.order_by("-day").values_list("day", flat=True))
    assert len(shown) == 5


def test_nothing_else_is_told(at: datetime) -> None:
    recorded(3, at, "submit application")
    audit.close_days(at + A_DAY)
    told = main("/transparency") + said("/transparency/roots.json") + said("/transparency/digests?from=1")
    for word in ("submit", "Giulia", "16:00", "17:00", "T16", "blue"):
        assert word not in told
    [row] = json.loads(said("/transparency/roots.json"))["roots"]
    assert set(row) == {"day", "first", "last", "head", "previous", "digest", "signature", "key"}


def test_roots_and_key_are_what_the_offline_command_takes(at: datetime) -> None:
    recorded(2, at)
    audit.close_days(at + 3 * A_DAY)
    roots = read_roots(said("/transparency/roots.json").encode())
    key = said("/transparency/key.pem").encode()
    entry = Event.objects.order_by("number").last()
    assert entry is not None
    chain = {"position": entry.number, "digest": entry.digest, "entry": audit.entry_of(entry)}
    checks, notes = check_roots(roots, {"chain": chain}, [read_key(key)])
    assert ([check.faults for check in checks], notes) == ([(), ()], ())
    assert len(roots) == 3


def test_a_receipt_is_proved_by_what_is_published(at: datetime) -> None:
    from tests.stages.submission.sealing_cast import ready, submitted

    receipt = submitted(ready("giulia", "jonas", "mila"))
    audit.close_days(receipt.sealed_at + A_DAY)
    found = check_receipt(
        receipt.document,
        key=said("/transparency/key.pem").encode(),
        roots=read_roots(said("/transparency/roots.json").encode()),
    )
    assert (found.faults, found.compared) == ((), True)
    assert [check.about for check in found.checks].count("roots") == 2
    root = Root.objects.get(first__lte=receipt.position, last__gte=receipt.position)
    assert (receipt.position, receipt.document["chain"]["digest"]) in lines(f"/transparency/digests?from={root.first}")


def test_a_site_without_a_key_says_so(at: datetime, settings: Any, tmp_path: Path) -> None:
    settings.SIGNING_KEY = str(tmp_path / "none.pem")
    assert "This site has no key yet" in said("/transparency")
    assert browsing().get("/transparency/key.pem").status_code == 404
    assert not Path(settings.SIGNING_KEY).exists()


def test_every_page_leads_there(at: datetime) -> None:
    assert 'href="/transparency"' in said("/")


def test_the_pages_ask_the_database_little(at: datetime) -> None:
    recorded(3, at)
    audit.close_days(at + 20 * A_DAY)
    client = browsing()
    for path, most in (("/transparency", 3), ("/transparency/digests?from=1", 3)):
        with CaptureQueriesContext(connection) as asked:
            client.get(path)
        assert len(asked) <= most
