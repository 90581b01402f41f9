"""`hanse verify`: what a person reads of a receipt that holds, and of one that does not; what a program reads; a site."""

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError
from tests.engines.proof.receipts_cast import KEY, OTHER_KEY, Case, made, pem_of, raw_of, rooted, signed, written

from hanse.cli import web
from hanse.cli.main import run

Printed = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to stand in, with a receipt, its package and the key of the site."""
    put(tmp_path, made())
    written(tmp_path / "package.zip", made())
    (tmp_path / "key.pem").write_bytes(pem_of(KEY))
    (tmp_path / "other.pem").write_bytes(pem_of(OTHER_KEY))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    for name in ("HANSE_DATA", "HANSE_DATABASE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def put(folder: Path, case: Case, name: str = "receipt.json") -> None:
    (folder / name).write_bytes(case.file())


def said(printed: Printed) -> str:
    """What was printed, without its line breaks."""
    return " ".join(printed.readouterr().out.split())


def faults(printed: Printed, *words: str) -> list[str]:
    """What is told of bad input, without the last line, which counts."""
    assert run(["verify", *words]) == 64
    out, err = printed.readouterr()
    assert out == ""
    *told, count = err.splitlines()
    assert count == f"{len(told)} fault{'s' * (len(told) != 1)}; nothing was done."
    return told


# --- text --------------------------------------------------------------------------------------------------------


def test_a_receipt_that_holds_is_told_as_what_it_is(folder: Path, capsys: Printed) -> None:
    assert run(["verify", "receipt.json", "--package", "package.zip", "--key", "key.pem"]) == 0
    told = said(capsys)
    for words in (
        "THIS RECEIPT HOLDS: Received.",
        "The application “Häfen – clean seas” (clean-seas) of Lanterna Marine Cluster and 1 other for strand A of "
        "TEST-2020 was received on 2 December 2020 at 16:58:03 Brussels time (15:58:03 UTC), 1 minute and 57 seconds "
        "before the deadline. It is submitted.",
        "Remarks, which stop nothing - Advice targets is not followed: six targets are named.",
        "Receipt clean-seas/1 Call TEST-2020, edition 1.0 Deadline 2 December 2020 at 17:00:00 Brussels time",
        "Members - Lanterna Marine Cluster, coordinator: mandate of 20 November 2020",
        "✓ That key is the one that was given to compare with.",
        "✓ Every file in the package is as it was sealed, none is missing, none was added.",
        "The key that was given has the fingerprint 56475aa7 5463474c",
    ):
        assert words in told, words
    assert "✗" not in told
    assert "Left to you" not in told


def test_without_a_key_it_is_said_what_is_left_to_the_reader(folder: Path, capsys: Printed) -> None:
    assert run(["verify", "receipt.json"]) == 0
    told = said(capsys)
    assert told.startswith("THIS RECEIPT AGREES WITH ITSELF: Received. Compare its key, as told below.")
    assert "THIS RECEIPT HOLDS" not in told
    assert "compare the fingerprint of its key with that of the key which the authority publishes" in told
    assert told.endswith("56475aa7 5463474c 0285df5d bf2bcab7 3da65135 8839e9b7 7481b2ea b107708c")


def test_a_refused_attempt_is_told_with_its_reasons(folder: Path, capsys: Printed) -> None:
    put(folder, made("submission", "refused", before=timedelta(seconds=-1)))
    assert run(["verify", "receipt.json", "--key", "key.pem"]) == 0
    told = said(capsys)
    assert told.startswith("THIS RECEIPT HOLDS: Not submitted. An attempt to submit the application")
    assert "1 second after the deadline. The attempt was refused, so it submitted nothing." in told
    assert "Why - Received on 2 December 2020 at 17:00:01 CET, 1 second after the deadline." in told


def test_a_withdrawal_and_an_admission_are_told_as_such(folder: Path, capsys: Printed) -> None:
    put(folder, made("withdrawal"))
    assert run(["verify", "receipt.json", "--key", "key.pem"]) == 0
    told = said(capsys)
    assert "HOLDS: Withdrawn. The withdrawal of the application" in told
    assert "Reason: A partner has left." in told
    assert "Package" not in told
    put(folder, made("admission", before=timedelta(days=-7), mandates=[], remarks=[], closing=None))
    assert run(["verify", "receipt.json", "--key", "key.pem"]) == 0
    told = said(capsys)
    assert "Admitted after the closing. The decision of two officers to admit the late attempt clean-seas/1" in told
    assert "Deadline the call states no hour" in told
    assert "Members" not in told
    assert "Remarks" not in told


def test_a_member_without_a_mandate_is_named(folder: Path, capsys: Printed) -> None:
    mandate = {"organisation": "sava", "name": "Sava", "role": "associated_partner", "given_on": None}
    put(folder, made(mandates=[mandate]))
    assert run(["verify", "receipt.json"]) == 0
    assert "- Sava, associated partner: no mandate" in said(capsys)


def test_of_a_receipt_that_does_not_hold_nothing_is_told_but_why(folder: Path, capsys: Printed) -> None:
    (folder / "receipt.json").write_bytes(made().file().replace(b"15:58:03", b"15:00:00"))
    assert run(["verify", "receipt.json", "--key", "other.pem"]) == 1
    told = said(capsys)
    assert told.startswith("THIS RECEIPT DOES NOT HOLD. Rely on nothing that it says. What does not hold ✗ claims:")
    assert "✗ signature: the key did not sign these claims" in told
    assert "✗ the receipt was signed with another key" in told
    assert "Häfen" not in told
    assert "Download the receipt and its package again" in told


def test_a_package_that_does_not_hold_is_told_apart_from_its_receipt(folder: Path, capsys: Printed) -> None:
    written(folder / "package.zip", made(), application=b"{}")
    assert run(["verify", "receipt.json", "--package", "package.zip", "--key", "key.pem"]) == 1
    told = said(capsys)
    assert told.startswith("THE RECEIPT HOLDS, BUT WHAT WAS GIVEN WITH IT DOES NOT. The application")
    assert "What does not hold ✗ application.json has 2 bytes; 67 were sealed" in told
    assert "If they still do not hold, send the files to the authority" in told


def test_a_package_alone_brings_its_receipt(folder: Path, capsys: Printed) -> None:
    for words in (["package.zip"], ["--package", "package.zip"], ["package.zip", "--package", "package.zip"]):
        assert run(["verify", *words, "--key", "key.pem"]) == 0
        assert "✓ The receipt in the package is this receipt." in said(capsys)


def test_the_key_may_be_given_as_a_word(folder: Path, capsys: Printed) -> None:
    assert run(["verify", "receipt.json", "--key", base64.b64encode(raw_of(KEY)).decode()]) == 0
    assert "THIS RECEIPT HOLDS" in said(capsys)


def test_the_night_that_covers_it_is_named(folder: Path, capsys: Printed) -> None:
    nights = [("2020-12-01", 40, "11" * 32), ("2020-12-02", 50, "22" * 32)]
    (folder / "roots.json").write_text(json.dumps(rooted(nights)))
    assert run(["verify", "receipt.json", "--key", "key.pem", "--roots", "roots.json"]) == 0
    assert "✓ The root of 2 December 2020 covers the entry of this receipt: 42 of 41 to 50." in said(capsys)
    (folder / "roots.json").write_text(json.dumps(rooted(nights[:1])))
    assert run(["verify", "receipt.json", "--key", "key.pem", "--roots", "roots.json"]) == 0
    assert "? None of the roots given covers entry 42; they end at entry 40." in said(capsys)


def test_letters_of_a_receipt_cannot_move_or_colour_what_stands_around_them(folder: Path, capsys: Printed) -> None:
    title = "\x1b[2JTHIS RECEIPT HOLDS\u202e \u05e9\u05dc\u05d5\u05dd\n✓ forged"
    put(folder, made(title=title, remarks=["a\rb"]))
    assert run(["verify", "receipt.json"]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "\r" not in out
    assert "\u2068 [2JTHIS RECEIPT HOLDS" in " ".join(out.split(" "))
    assert not any(line.startswith("✓ forged") for line in out.splitlines())


# --- JSON --------------------------------------------------------------------------------------------------------


def as_json(printed: Printed, *words: str) -> tuple[int, Any]:
    status = run(["verify", *words, "--format", "json"])
    return status, json.loads(printed.readouterr().out)


def test_programs_read_all_that_was_checked(folder: Path, capsys: Printed) -> None:
    status, told = as_json(capsys, "package.zip", "--key", "key.pem")
    assert status == 0
    assert set(told) == {"holds", "key", "checks", "notes", "told", "claims"}
    assert told["holds"] is True
    assert told["key"] == {
        "fingerprint": "56475aa75463474c0285df5dbf2bcab73da651358839e9b77481b2eab107708c",
        "compared": True,
    }
    assert [check["about"] for check in told["checks"]] == ["receipt"] * 3 + ["package"] * 4
    assert told["told"]["headline"] == "Received"
    assert told["claims"] == made().document["claims"]


def test_programs_are_handed_nothing_that_does_not_hold(folder: Path, capsys: Printed) -> None:
    put(folder, Case(signed(made().document["claims"], OTHER_KEY), {}))
    status, told = as_json(capsys, "receipt.json", "--key", "key.pem")
    assert (status, told["holds"], told["claims"], told["told"]) == (1, False, None, None)
    (faulty,) = [check for check in told["checks"] if not check["holds"]]
    assert "another key" in faulty["faults"][0]


# --- bad input -----------------------------------------------------------------------------------------------------


def test_every_bad_file_is_told_at_once(folder: Path, capsys: Printed) -> None:
    assert faults(capsys, "nothing.json", "--key", "x", "--roots", "key.pem") == [
        "nothing.json: cannot be read: No such file or directory",
        "--key: x: is no public key; expected Ed25519 as PEM (-----BEGIN PUBLIC KEY-----) or as base 64; there may be "
        "no such file",
        "key.pem: is no list of roots: Expecting value: line 1 column 1 (char 0)",
    ]


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["key.pem"], "key.pem:1: is not JSON: Expecting value at column 1"),
        (["receipt.json", "--package", "key.pem"], "key.pem: is no ZIP; expected a package as the site hands it out"),
        (["receipt.json", "--package", "none.zip"], "none.zip: cannot be read: No such file or directory"),
        (["receipt.json", "--roots", "none.json"], "none.json: cannot be read: No such file or directory"),
        (["receipt.json", "--key", "\0"], "--key: \0: "),
        (["other.zip"], "other.zip: has no receipt.json: it is no package of a submission"),
        (["other.zip", "--package", "package.zip"], "is one package too many: other.zip is one, too"),
        (["--key", "key.pem"], "hanse verify: RECEIPT: is missing; give receipt.json, or a package that holds it"),
        (["receipt.json", "--data", "site"], "--data: site: checks a site; give it alone, without a receipt"),
        ([], "hanse-data: is no folder of a site; give receipt.json to prove a receipt, or the folder of a site"),
        (["--data", "none"], "none: is no folder of a site"),
    ],
)
def test_bad_input_is_named(words: list[str], fault: str, folder: Path, capsys: Printed) -> None:
    written(folder / "other.zip", Case({}, {"a.txt": b""}), receipt=None)
    assert any(told.startswith(fault) or fault in told for told in faults(capsys, *words))
    assert not (folder / "hanse-data").exists()


def test_json_that_is_no_receipt_does_not_hold(folder: Path, capsys: Printed) -> None:
    (folder / "receipt.json").write_text("{}")
    assert run(["verify", "receipt.json"]) == 1
    assert "✗ claims is missing, or is no table" in said(capsys)


# --- what it needs -------------------------------------------------------------------------------------------------


def alone(folder: Path, before: str, *words: str) -> "subprocess.CompletedProcess[str]":
    """The command in a process of its own, after some preparation."""
    code = f"import sys; {before or 'pass'}; from hanse.cli.main import run; status = run({['verify', *words]!r})"
    code += (
        "; print([name for name in sys.modules if name.split('.')[0] == 'django'], file=sys.stderr); sys.exit(status)"
    )
    return subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_receipt_is_proved_without_the_web_application(folder: Path) -> None:
    done = alone(folder, "", "receipt.json", "--package", "package.zip", "--key", "key.pem")
    assert (done.returncode, done.stderr) == (0, "[]\n")


def test_a_missing_library_is_named_with_the_command_that_brings_it(folder: Path) -> None:
    done = alone(folder, "sys.modules['cryptography'] = None", "receipt.json")
    assert done.returncode == 64
    assert "hanse verify: needs cryptography, which is not installed" in done.stderr
    assert "pip install 'hanse[verify]'" in done.stderr


# --- a site ------------------------------------------------------------------------------------------------------


@pytest.fixture
def site(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int, str]]:
    """What the checks of a site find, one after the other."""
    found: list[tuple[str, int, str]] = [("entries of the record", 12, ""), ("receipts", 3, "")]

    def verify_all() -> Iterator[tuple[str, int, str]]:
        for each in found:
            if each[0] == "broken":
                raise DatabaseError("no such table: receipts")
            yield each

    (folder / "hanse-data").mkdir()
    monkeypatch.setattr(web, "configure", lambda *_: None)
    checks = SimpleNamespace(verify_all=verify_all)  # the checks themselves are tested with the stage
    monkeypatch.setitem(sys.modules, "hanse.stages.submission.queries.verification", checks)
    return found


def test_a_site_that_holds_is_told_with_counts(site: list[Any], capsys: Printed) -> None:
    assert run(["verify"]) == 0
    assert capsys.readouterr().out == "✓ entries of the record: 12\n✓ receipts: 3\nEverything holds.\n"


def test_the_first_broken_row_of_a_site_is_named(site: list[Any], capsys: Printed) -> None:
    site[1] = ("receipts", 2, "Receipt blue-ways/3: it was changed.")
    site.append(("texts", 9, ""))
    assert run(["verify", "--data", "hanse-data"]) == 1
    out = capsys.readouterr().out
    assert "✗ receipts: 2 hold, then: Receipt blue-ways/3: it was changed.\n✓ texts: 9\n" in out
    assert "Everything holds" not in out
    assert run(["verify", "--format", "json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["holds"] is False
    assert told["checks"][1] == {"what": "receipts", "count": 2, "fault": "Receipt blue-ways/3: it was changed."}


def test_a_site_of_another_version_is_told_what_to_do(site: list[Any], capsys: Printed) -> None:
    site[0] = ("broken", 0, "")
    assert faults(capsys) == [
        "hanse-data: the database cannot be read: no such table: receipts. Start `hanse serve` of this version once, "
        "which prepares it."
    ]


def test_a_site_whose_data_is_elsewhere_needs_no_folder_here(
    site: list[Any], folder: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "hanse-data").rmdir()
    monkeypatch.setenv("HANSE_DATABASE", "postgresql://db/hanse")
    assert run(["verify"]) == 0
