"""`hanse submit`: the same decision and the same receipt as on the page, told in a terminal."""

from datetime import datetime
from pathlib import Path

import pytest
from django.db import OperationalError
from tests.people import address_of, person
from tests.stages.submission.sealing_cast import CLOSING, ready

from hanse.cli.main import run
from hanse.ground import clock
from hanse.ground.audit import signing
from hanse.stages.proposals.models import Proposal
from hanse.stages.submission.models import Receipt

Printed = pytest.CaptureFixture[str]
HOSTILE = "\x1b[2JAll is well\u202e \u05e9\u05dc\u05d5\u05dd\r\nSubmitted: receipt blue-ways/9"


@pytest.fixture(autouse=True)
def _on_this_site(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command finds the site of the tests set up already."""
    monkeypatch.setattr("hanse.cli.submit.configure", lambda *_: None)
    monkeypatch.setenv("HANSE_DATA", "where-the-tests-keep-it")


@pytest.fixture
def proposal(at: datetime) -> Proposal:
    """An application that lacks nothing."""
    return ready("giulia", "jonas", "mila")


def submit(*words: str, by: str = "giulia") -> int:
    return run(["submit", "blue-ways", "--by", address_of(by), *words])


def test_it_stands_and_its_receipt_proves_itself(proposal: Proposal, tmp_path: Path, capsys: Printed) -> None:
    path, key = tmp_path / "receipt.json", tmp_path / "key.pem"
    key.write_text(signing.public_key().pem)
    assert submit("--receipt", str(path)) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "receipt blue-ways/1" in out
    assert "Blue ways to Asia" in out
    assert run(["verify", str(path), "--key", str(key)]) == 0
    receipt = Receipt.objects.get()
    assert (receipt.actor.email, receipt.accepted) == (address_of("giulia"), True)


def test_the_same_key_is_the_same_attempt(proposal: Proposal) -> None:
    assert submit("--key", "by-telephone-1") == submit("--key", "by-telephone-1") == 0
    assert Receipt.objects.count() == 1


def test_a_refused_attempt_tells_why(proposal: Proposal, capsys: Printed) -> None:
    clock.set_clock(instant=CLOSING.replace(second=1))
    assert submit() == 1
    out = " ".join(capsys.readouterr().out.split())
    assert "after the deadline" in out
    assert Receipt.objects.get().outcome == "refused"


def test_withdrawing_tells_the_reason_and_nothing_that_commands_a_terminal(at: datetime, capsys: Printed) -> None:
    ready("giulia", "jonas", "mila", texts={"title": HOSTILE})
    assert submit() == 0
    assert submit("--withdraw", HOSTILE) == 0
    out = capsys.readouterr().out
    for letter in "\x1b\u202e\r":
        assert letter not in out
    assert [line for line in out.splitlines() if "receipt blue-ways/9" in line and line.startswith("Submitted")] == []
    assert Receipt.objects.get(act="withdrawal").reason == HOSTILE.strip()


@pytest.mark.parametrize(
    ("words", "by", "fault"),
    [
        ((), "charlie", "There is no such application."),
        ((), "jonas", "Only the coordinator submits"),
        ((), "nobody", "there is no active account"),
        (("--withdraw", " "), "giulia", "Say why the application is withdrawn"),
        (("--key", "short"), "giulia", "The key of an attempt"),
    ],
)
def test_bad_input_is_named_and_nothing_is_attempted(
    words: tuple[str, ...], by: str, fault: str, proposal: Proposal, capsys: Printed
) -> None:
    if by in ("charlie", "jonas"):
        person(by)
    assert submit(*words, by=by) == 64
    assert fault in capsys.readouterr().err
    assert not Receipt.objects.exists()


def test_where_no_receipt_can_be_written_nothing_is_attempted(
    proposal: Proposal, tmp_path: Path, capsys: Printed
) -> None:
    another = tmp_path / "receipt.json"
    another.write_text("the receipt of the first attempt")
    assert submit("--receipt", str(another)) == 64
    assert f"{another} is there already, and may be another receipt; name a new file" in capsys.readouterr().err
    assert another.read_text() == "the receipt of the first attempt"
    nowhere = tmp_path / "nowhere" / "receipt.json"
    assert submit("--receipt", str(nowhere)) == 64
    assert f"there is no folder {nowhere.parent}; make it" in capsys.readouterr().err
    assert not Receipt.objects.exists()


def test_a_disk_that_takes_no_receipt_leaves_what_was_decided(
    proposal: Proposal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    path = tmp_path / "receipt.json"

    def half(self: Path, text: str, encoding: str) -> None:
        self.write_bytes(text.encode(encoding)[:100])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", half)
    assert submit("--receipt", str(path)) == 0
    told = capsys.readouterr().out
    assert "receipt blue-ways/1" in told and "No space left on device. Fetch it on the site" in " ".join(told.split())
    assert not path.exists(), "half a receipt would prove the opposite"
    assert Receipt.objects.get().accepted


def test_a_folder_that_is_no_site_is_named_and_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    monkeypatch.delenv("HANSE_DATA")
    monkeypatch.delenv("HANSE_DATABASE", raising=False)
    nowhere = tmp_path / "nowhere"
    assert submit("--data", str(nowhere)) == 64
    assert f"{nowhere} is no folder of a site" in capsys.readouterr().err
    assert not nowhere.exists()


def test_a_database_that_fails_is_told_without_a_traceback(
    proposal: Proposal, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    def fails(**_: object) -> None:
        raise OperationalError("no such table: accounts_user")

    monkeypatch.setattr("hanse.stages.submission.actions.submitting.submit", fails)
    assert submit() == 64
    told = capsys.readouterr().err
    assert "no such table" in told and "look at the receipts on the site" in told
