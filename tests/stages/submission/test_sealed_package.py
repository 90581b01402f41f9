"""What is sealed: what `hanse check` reads, unchanged by whatever is written later, and nothing more in its ZIP."""

import json
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from tests.conftest import NOW
from tests.people import person
from tests.stages.consortia.casting import CALL, organisation_of, seat_of
from tests.stages.submission.calls_cast import STRATEGY_NEEDED, call_with, extended
from tests.stages.submission.sealing_cast import CLOSING, before, ready, submitted, withdrawn

from hanse.callbook.calls import read_call
from hanse.callbook.dossiers import read_dossier
from hanse.callbook.reference import geography
from hanse.callbook.setting import day_of_countries, vocabulary
from hanse.cli.main import run
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.engine import Examiner
from hanse.core.submission.documents import File, faults_in_package
from hanse.core.values.digest import digest
from hanse.core.values.faults import Fault
from hanse.stages.consortia.actions import forming, seats
from hanse.stages.consortia.queries.members import open_seats
from hanse.stages.proposals.actions import drafts as writing
from hanse.stages.proposals.actions import money, papers
from hanse.stages.proposals.models import Annex, Proposal
from hanse.stages.proposals.queries.dossiers import dossier_of
from hanse.stages.submission.models import Content, Package, Receipt
from hanse.stages.submission.queries import receipts
from hanse.stages.submission.queries.packages import package_file

pytestmark = pytest.mark.django_db


def unpacked(receipt: Receipt) -> dict[str, bytes]:
    """The files of a package by path."""
    with ZipFile(BytesIO(package_file(receipt))) as held:
        return {entry.filename: held.read(entry) for entry in held.infolist()}


# --- the application ---------------------------------------------------------------------------------------------


def test_the_sealed_application_gives_the_verdict_of_the_site(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    proposal = ready("giulia", "jonas")
    receipt = submitted(proposal)
    file = tmp_path / "application.json"
    file.write_bytes(receipts.content_of(receipt))
    faults: list[Fault] = []
    read = read_dossier(file, vocabulary(), faults)
    assert faults == [] and read is not None
    assert read == dossier_of(proposal, open_seats(proposal.consortium), at=NOW)
    assert run(["check", str(file), "--format", "json"]) == 1
    told = json.loads(capsys.readouterr().out)["proposals"][0]
    call = read_call(CALL)
    day = day_of_countries(call)
    assert day is not None
    here = Examiner(Context(call, geography(), day)).check(read)
    assert told["verdict"] == here.verdict.value == "not_eligible"
    not_met = {each["rule"] for each in told["findings"] if each["verdict"] == "not_met"}
    said = " ".join(receipt.document["claims"]["remarks"])
    assert not_met and all(f"Rule {rule} does not seem to be met" in said for rule in not_met)


# --- what is written later ---------------------------------------------------------------------------------------


def _text(proposal: Proposal) -> None:
    writing.save(actor=person("mila"), ref=proposal.ref, key="summary", value="Another.", based_on=1, at=NOW)


def _money(proposal: Proposal) -> None:
    seat = seat_of(proposal.consortium, "giulia")
    typed = money.Typed("", "travel", cents=100)
    money.save_cells(actor=person("giulia"), ref=proposal.ref, seat_id=seat.pk, cells=[typed], at=NOW)


def _annex(proposal: Proposal) -> None:
    papers.remove_annex(actor=person("giulia"), ref=proposal.ref, number=Annex.objects.get().pk, at=NOW)


def _member(proposal: Proposal) -> None:
    seats.leave(actor=person("mila"), seat_id=seat_of(proposal.consortium, "mila").pk, reason="", at=NOW)


def _profile(proposal: Proposal) -> None:
    organisation = organisation_of("jonas")
    organisation.name, organisation.country = "Another name", "FR"
    organisation.save()


def _deadline(proposal: Proposal) -> None:
    extended(CLOSING + timedelta(days=1), at=CLOSING - timedelta(minutes=5))


def _dissolved(proposal: Proposal) -> None:
    forming.dissolve(actor=person("giulia"), ref=proposal.ref, reason="We part.", at=NOW)


def _again(proposal: Proposal) -> None:
    _text(proposal)
    submitted(proposal, "second-attempt", before(minutes=20))


def _withdrawn(proposal: Proposal) -> None:
    withdrawn(proposal, arrival=before(minutes=20))


LATER: dict[str, Callable[[Proposal], Any]] = {
    "a text": _text,
    "a budget cell": _money,
    "an annex is removed": _annex,
    "a member leaves": _member,
    "a profile": _profile,
    "the deadline": _deadline,
    "the consortium is dissolved": _dissolved,
    "it is submitted again": _again,
    "it is withdrawn": _withdrawn,
}


@pytest.mark.parametrize("what", LATER)
def test_nothing_that_is_written_later_changes_what_was_sealed(what: str) -> None:
    call_with(application=[STRATEGY_NEEDED])
    proposal = ready("giulia", "jonas", "mila")
    receipt = submitted(proposal)
    number, bytes_before, document = receipt.number, package_file(receipt), receipt.document
    LATER[what](proposal)
    after = receipts.by_number(number)
    assert after is not None and after.package is not None
    assert package_file(after) == bytes_before
    assert after.document == document
    assert digest(after.package.manifest) == after.package.digest == document["claims"]["package"]


# --- the ZIP -----------------------------------------------------------------------------------------------------


def test_the_zip_holds_what_the_manifest_says_and_nothing_else() -> None:
    call_with(application=[STRATEGY_NEEDED])
    receipt = submitted(ready("giulia", "jonas", "mila"))
    held = unpacked(receipt)
    manifest = json.loads(held["manifest.json"])
    assert list(held) == [
        "receipt.json",
        "manifest.json",
        "application.json",
        "annexes/01-existing_strategy.pdf",
    ]
    assert json.loads(held["receipt.json"]) == receipt.document
    assert digest(manifest) == receipt.document["claims"]["package"]
    rest = {path: File(sha256(content).hexdigest(), len(content)) for path, content in held.items()}
    del rest["receipt.json"], rest["manifest.json"]
    assert faults_in_package(manifest, rest, held["application.json"]) == ()


def test_the_same_package_is_the_same_file_whenever_it_is_fetched() -> None:
    receipt = submitted(ready("giulia", "jonas", "mila"))
    assert package_file(receipt) == package_file(Receipt.objects.get(pk=receipt.pk))


def test_two_submissions_of_one_content_share_it_and_no_package() -> None:
    proposal = ready("giulia", "jonas", "mila")
    first = submitted(proposal, "first-attempt", before(hours=2))
    second = submitted(proposal, "second-attempt", before(hours=1))
    assert (Content.objects.count(), Package.objects.count()) == (1, 2)
    assert unpacked(first)["application.json"] == unpacked(second)["application.json"]
    assert unpacked(first)["manifest.json"] != unpacked(second)["manifest.json"]


def test_a_withdrawal_has_no_package() -> None:
    proposal = ready("giulia", "jonas", "mila")
    submitted(proposal)
    with pytest.raises(ValueError, match="no package"):
        package_file(withdrawn(proposal))
