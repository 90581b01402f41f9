"""What the site hands out is proved offline, and nothing that was changed since is."""

import json
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from tests.stages.submission.sealing_cast import CLOSING, at, ready, submitted, withdrawn

from hanse.cli.main import run
from hanse.ground.audit import signing
from hanse.stages.submission.models import Receipt
from hanse.stages.submission.queries.packages import package_file, receipt_file
from hanse.stages.submission.queries.paper import receipt_pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(tmp_path: Path) -> str:
    """The key of the site, as it publishes it."""
    signing.make_key()
    (tmp_path / "key.pem").write_text(signing.public_key().pem)
    return str(tmp_path / "key.pem")


def handed_out(receipt: Receipt, folder: Path) -> str:
    """The receipt as a file."""
    path = folder / "receipt.json"
    path.write_bytes(receipt_file(receipt))
    return str(path)


def test_a_submission_is_proved_with_its_package(tmp_path: Path, key: str, capsys: pytest.CaptureFixture[str]) -> None:
    receipt = submitted(ready("giulia", "jonas", "mila"))
    package = tmp_path / "package.zip"
    package.write_bytes(package_file(receipt))
    assert run(["verify", handed_out(receipt, tmp_path), "--package", str(package), "--key", key]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "THIS RECEIPT HOLDS: Received. The application “Blue ways to Asia”" in told
    assert "1 hour before the deadline." in told
    assert "✓ Every file in the package is as it was sealed" in told
    assert receipt_pdf(receipt.document).startswith(b"%PDF")


def test_a_refusal_and_a_withdrawal_are_proved_too(
    tmp_path: Path, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    proposal = ready("giulia", "jonas", "mila")
    submitted(proposal)
    withdrawal = withdrawn(proposal)
    late = submitted(proposal, "too-late", at(CLOSING + timedelta(seconds=1)))
    for receipt, words in ((withdrawal, "HOLDS: Withdrawn."), (late, "HOLDS: Not submitted.")):
        assert run(["verify", handed_out(receipt, tmp_path), "--key", key]) == 0
        assert words in capsys.readouterr().out
        assert receipt_pdf(receipt.document).startswith(b"%PDF")
    package = tmp_path / "late.zip"
    package.write_bytes(package_file(late))
    assert run(["verify", str(package), "--key", key]) == 0


def test_an_application_changed_since_it_was_sealed_is_found(
    tmp_path: Path, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    receipt = submitted(ready("giulia", "jonas", "mila"))
    whole, changed = tmp_path / "whole.zip", tmp_path / "changed.zip"
    whole.write_bytes(package_file(receipt))
    with ZipFile(whole) as held, ZipFile(changed, "w") as out:
        for entry in held.infolist():
            content = held.read(entry)
            out.writestr(entry.filename, content.replace(b"We go abroad.", b"We stay home."))
    assert run(["verify", str(changed), "--key", key]) == 1
    assert "✗ application.json: its content is not the one that was sealed" in capsys.readouterr().out


def test_claims_that_the_site_did_not_sign_are_found(tmp_path: Path, key: str) -> None:
    document = json.loads(receipt_file(submitted(ready("giulia", "jonas", "mila"))))
    document["claims"]["outcome"] = "refused"
    path = tmp_path / "changed.json"
    path.write_text(json.dumps(document))
    assert run(["verify", str(path), "--key", key]) == 1
