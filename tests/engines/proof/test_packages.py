"""A package holds as it was sealed: nothing changed, missing, added, hidden or without bounds."""

import json
import struct
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_LZMA, ZipFile, ZipInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engines.proof.receipts_cast import KEY, Case, made, pem_of, signed, written

from hanse.core.values.digest import canonical_json, digest
from hanse.engines.proof import Unusable, check_receipt, packages, receipt_in

CASE = made()
RECEIPT, ANNEX = "receipt.json", "annexes/01-Letter-of-Lanterna.pdf"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """The package as the site hands it out."""
    return written(tmp_path / "package.zip", CASE)


def faults(package: Path, document: Any = None) -> tuple[str, ...]:
    return check_receipt(CASE.document if document is None else document, package=package).faults


def contents(package: Path) -> dict[str, bytes]:
    with ZipFile(package) as held:
        return {entry.filename: held.read(entry) for entry in held.infolist()}


def added(package: Path, entry: ZipInfo | str, content: bytes = b"x", **more: Any) -> Path:
    with ZipFile(package, "a", ZIP_DEFLATED) as held:
        held.writestr(entry, content, **more)
    return package


def test_a_package_holds_as_it_was_sealed(package: Path) -> None:
    proof = check_receipt(CASE.document, package=package, key=pem_of(KEY))
    assert proof.faults == ()
    assert len(proof.checks) == 7
    assert receipt_in(package) == CASE.document


def test_a_refused_attempt_has_a_package_too(tmp_path: Path) -> None:
    case = made("submission", "refused")
    assert faults(written(tmp_path / "p.zip", case), case.document) == ()


# --- every change is found ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("mask", [0x01, 0x10])
@pytest.mark.parametrize("path", ["receipt.json", *CASE.parts])
def test_no_changed_byte_of_any_file_is_left_unseen(path: str, mask: int, tmp_path: Path) -> None:
    parts = {"receipt.json": CASE.file(), **CASE.parts}
    content = parts[path]
    for place in range(0, len(content), 11 if path == "receipt.json" else 1):
        other = content[:place] + bytes([content[place] ^ mask]) + content[place + 1 :]
        package = tmp_path / "package.zip"
        with ZipFile(package, "w") as held:
            for name, whole in parts.items():
                held.writestr(name, other if name == path else whole)
        if path == "receipt.json" and says_the_same(other):
            continue
        assert not check_receipt(CASE.document, package=package).holds, (path, place)


def says_the_same(content: bytes) -> bool:
    try:
        return bool(json.loads(content) == CASE.document)
    except ValueError:
        return False


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
def test_a_damaged_zip_is_found_or_says_the_same(package: Path, data: st.DataObject) -> None:
    whole = package.read_bytes()
    damaged = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 3))):
        damaged[data.draw(st.integers(4, len(whole) - 1))] = data.draw(st.integers(0, 255))
    other = package.with_name("damaged.zip")
    other.write_bytes(
        damaged[: data.draw(st.sampled_from([len(whole), len(whole), data.draw(st.integers(4, len(whole)))]))]
    )
    if check_receipt(CASE.document, package=other).holds:
        assert contents(other) == contents(package)


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"receipt": None}, "receipt.json is missing"),
        ({"receipt": b"{"}, "receipt.json cannot be read: Expecting"),
        ({"receipt": made(title="Other").file()}, "receipt.json is another receipt than the one given"),
        ({"manifest": None}, "manifest.json is missing"),
        ({"manifest": b"["}, "manifest.json cannot be read: Expecting"),
        ({"manifest": b"[]"}, "manifest.json holds no table"),
        ({"manifest": b"{}"}, "manifest.json: its digest is not claims.package; one of the two was changed"),
        ({"manifest": b" " + CASE.parts["manifest.json"]}, "manifest.json: its digest is not claims.package"),
        ({"application": None}, "application.json is missing"),
        ({"application": b"{}"}, "application.json has 2 bytes; 67 were sealed"),
        ({"application": CASE.parts["application.json"].replace(b"10.00", b"99.00")}, "its content is not the one"),
        ({"annexes/02-plan": None}, "annexes/02-plan.pdf is missing"),
        ({"annexes/02-plan": b"%PDF PLAN"}, "annexes/02-plan.pdf: its content is not the one that was sealed"),
    ],
)
def test_what_does_not_belong_is_named(changed: dict[str, bytes | None], fault: str, tmp_path: Path) -> None:
    found = faults(written(tmp_path / "package.zip", CASE, **changed))
    assert any(fault in told for told in found), found


def test_everything_that_does_not_hold_is_told_at_once(tmp_path: Path) -> None:
    package = written(tmp_path / "p.zip", CASE, **{"annexes/01-Letter-of-Lanterna": b"", "application": b"{}"})
    added(package, "annexes/03-more.pdf")
    assert len(faults(package)) == 3, faults(package)


def test_an_added_file_is_named(package: Path) -> None:
    assert faults(added(package, "annexes/03-more.pdf")) == (
        "annexes/03-more.pdf: was not sealed, and has no place here",
    )


# --- a receipt and a package that do not fit -----------------------------------------------------------------------


@pytest.mark.parametrize("act", ["withdrawal", "admission"])
def test_a_receipt_with_which_nothing_was_sealed_says_so(act: str, package: Path) -> None:
    found = faults(package, made(act).document)
    told = "check the package with the receipt " + ("of the attempt, clean-seas/1" if act == "admission" else "inside")
    assert any(told in fault for fault in found), found


def test_a_manifest_that_speaks_of_something_else_is_found_though_the_receipt_names_it(tmp_path: Path) -> None:
    manifest = {**json.loads(CASE.parts["manifest.json"]), "proposal": "other", "draft_version": 8}
    claims = {**CASE.document["claims"], "package": digest(manifest), "content": "0" * 64}
    case = Case(signed(claims), {**CASE.parts, "manifest.json": canonical_json(manifest)})
    found = faults(written(tmp_path / "p.zip", case), case.document)
    assert found == (
        "manifest.json: proposal is not that of the receipt",
        "manifest.json: draft_version is not that of the receipt",
        "manifest.json: the digest of application.json is not claims.content",
    )


def test_a_budget_that_is_not_the_one_sealed_is_found_though_the_receipt_names_it(tmp_path: Path) -> None:
    manifest = {**json.loads(CASE.parts["manifest.json"]), "budget": {"sha256": "0" * 64}}
    claims = {**CASE.document["claims"], "package": digest(manifest)}
    case = Case(signed(claims), {**CASE.parts, "manifest.json": canonical_json(manifest)})
    assert faults(written(tmp_path / "p.zip", case), case.document) == (
        "application.json: its budget is not the one that was sealed",
    )


def test_a_manifest_without_its_lists_is_none(tmp_path: Path) -> None:
    manifest = {**json.loads(CASE.parts["manifest.json"]), "annexes": [{"path": ["x"]}]}
    claims = {**CASE.document["claims"], "package": digest(manifest)}
    case = Case(signed(claims), {**CASE.parts, "manifest.json": canonical_json(manifest)})
    found = faults(written(tmp_path / "p.zip", case), case.document)
    assert found == ("manifest.json is not as a manifest is: expected content, budget and annexes",)


def test_an_application_without_end_breaks_nothing(tmp_path: Path) -> None:
    deep = b'{"budget": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    manifest = json.loads(CASE.parts["manifest.json"])
    from hashlib import sha256

    manifest["content"] |= {"sha256": sha256(deep).hexdigest(), "size": len(deep)}
    claims = {**CASE.document["claims"], "package": digest(manifest), "content": sha256(deep).hexdigest()}
    case = Case(signed(claims), {**CASE.parts, "manifest.json": canonical_json(manifest), "application.json": deep})
    assert faults(written(tmp_path / "p.zip", case), case.document) == (
        "application.json: its budget is not the one that was sealed",
    )


# --- tricks of the ZIP -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["../evil", "/etc/passwd", "annexes/../x", "annexes/x/y", "C:\\x", "annexes\\x", "annexes/", "ü.pdf", "a b"]
)
def test_a_name_that_leads_elsewhere_is_refused(name: str, package: Path) -> None:
    found = faults(added(package, name))
    assert any("is no name that a file in a package has" in fault for fault in found), found


def test_a_file_that_is_there_twice_is_refused(package: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        added(package, "application.json", CASE.parts["application.json"])
    assert "'application.json' is in the package twice" in faults(package)
    other = added(written(package, CASE), "Application.json")
    assert any("'Application.json' is in the package twice" in fault for fault in faults(other))


def test_a_link_is_refused(package: Path) -> None:
    entry = ZipInfo("annexes/03-link")
    entry.external_attr = 0o120777 << 16
    assert "'annexes/03-link' is a link or a device, not a file" in faults(added(package, entry, b"/etc/passwd"))


def test_other_ways_of_packing_are_refused(package: Path) -> None:
    found = faults(added(package, "annexes/03-x", compress_type=ZIP_LZMA))
    assert "'annexes/03-x' is encrypted, or packed in a way that packages are not" in found


def test_what_lies_beside_the_content_of_a_file_is_refused(package: Path) -> None:
    commented, named = ZipInfo("annexes/03-c"), ZipInfo("annexes/04-n")
    commented.comment = b"look here"
    named.extra = struct.pack("<2H", 0x7075, 4) + b"evil"  # another name, which some programs prefer
    found = faults(added(added(package, commented), named))
    assert "'annexes/03-c' carries something beside its content" in found
    assert "'annexes/04-n' carries something beside its content" in found
    assert "'annexes/04-n' is named otherwise where it lies, or carries something beside its content" in found


def test_extra_fields_that_are_none_are_refused() -> None:
    assert packages._extras(b"\x01\x00\x08") == {-1}
    assert packages._extras(struct.pack("<2H", 1, 2) + b"ab") == {1}


@pytest.mark.parametrize("place", ["before", "behind", "between", "last"])
def test_what_is_in_no_list_is_found(place: str, package: Path) -> None:
    whole = package.read_bytes()
    hidden = hidden_file()
    with ZipFile(package) as held:
        start = held.start_dir
        second = held.infolist()[1].header_offset
    if place == "before":
        package.write_bytes(hidden + whole)
    elif place == "behind":
        package.write_bytes(whole + hidden)
    else:
        package.write_bytes(with_gap(whole, start, start if place == "last" else second, hidden))
    assert faults(package) in (
        ("the package ends early, or something was attached to it: fetch it again",),
        ("before 'manifest.json' lies something that is in no list",),
        ("behind the last file lies something that is in no list",),
    )


def hidden_file() -> bytes:
    """A file as it lies in a ZIP, without a list."""
    made = BytesIO()
    with ZipFile(made, "w") as held:
        held.writestr("hidden.txt", "hidden")
        end = held.fp.tell() if held.fp else 0
    return made.getvalue()[:end]


def with_gap(whole: bytes, start: int, at: int, hidden: bytes) -> bytes:
    """A ZIP with something put between two files, its list set right again."""
    out = bytearray(whole[:at] + hidden + whole[at:])
    place = start + len(hidden)
    while out[place : place + 4] == b"PK\x01\x02":
        offset, = struct.unpack_from("<L", out, place + 42)  # fmt: skip
        if offset >= at:
            struct.pack_into("<L", out, place + 42, offset + len(hidden))
        place += 46 + sum(struct.unpack_from("<3H", out, place + 28))
    struct.pack_into("<L", out, len(out) - 6, start + len(hidden))
    return bytes(out)


def test_a_name_that_differs_where_the_file_lies_is_found(package: Path) -> None:
    whole = package.read_bytes()
    package.write_bytes(whole.replace(b"annexes/02", b"annexes/99", 1))
    assert any("'annexes/02-plan.pdf' is named otherwise where it lies" in fault for fault in faults(package))


def test_a_list_that_leads_nowhere_is_found(package: Path) -> None:
    whole = bytearray(package.read_bytes())
    with ZipFile(package) as held:
        struct.pack_into("<L", whole, held.start_dir + 42, 17)
    package.write_bytes(whole)
    assert any("does not begin where the list says" in fault for fault in faults(package))


def test_a_package_written_to_a_stream_holds(tmp_path: Path) -> None:
    class Stream:
        """Somewhere to write that cannot go back, such as an answer that is sent while it is made."""

        def __init__(self) -> None:
            self.got = bytearray()

        def write(self, data: bytes) -> int:
            self.got += data
            return len(data)

        def flush(self) -> None:
            """Nothing waits."""

    stream: Any = Stream()
    with ZipFile(stream, "w", ZIP_DEFLATED) as held:
        for name, content in {"receipt.json": CASE.file(), **CASE.parts}.items():
            held.writestr(name, content)
    package = tmp_path / "p.zip"
    package.write_bytes(stream.got)
    assert faults(package) == ()


def test_a_second_list_for_large_archives_is_refused(package: Path) -> None:
    """Some programs read that one, and would show other files."""
    whole = package.read_bytes()
    body, end = whole[:-22], bytearray(whole[-22:])
    files, length, start = struct.unpack_from("<H2L", end, 10)
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, files, files, length, start)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(body), 1)
    struct.pack_into("<L", end, 12, length + len(record) + len(locator))
    package.write_bytes(body + record + locator + end)
    assert contents(package)
    assert faults(package) == ("the package ends early, or something was attached to it: fetch it again",)


def test_two_dots_inside_a_name_lead_nowhere(tmp_path: Path) -> None:
    manifest = json.loads(CASE.parts["manifest.json"])
    manifest["annexes"][1]["path"] = "annexes/02-plan..pdf"
    claims = {**CASE.document["claims"], "package": digest(manifest)}
    parts = {**CASE.parts, "manifest.json": canonical_json(manifest)}
    parts["annexes/02-plan..pdf"] = parts.pop("annexes/02-plan.pdf")
    case = Case(signed(claims), parts)
    assert faults(written(tmp_path / "p.zip", case), case.document) == ()


# --- bounds ------------------------------------------------------------------------------------------------------


def test_a_bomb_is_not_unpacked(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MOST_UNPACKED", 1_000_000)
    monkeypatch.setattr(packages, "_content", None)  # whoever unpacks fails
    (fault,) = faults(added(package, "annexes/03-bomb", bytes(1_000_000)))
    assert "at most 1000000 are looked at" in fault


def test_a_list_without_end_is_not_read(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MOST_FILES", 4)
    monkeypatch.setattr(packages, "ZipFile", None)
    assert faults(package) == ("the package lists 5 files; no package has more than 4",)


def test_a_file_of_another_size_is_not_unpacked(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def only_small(self: ZipFile, entry: ZipInfo, *more: Any) -> Any:
        assert entry.file_size < 100_000
        return opened(self, entry, *more)

    opened = ZipFile.open
    added(package, "annexes/03-large", bytes(100_000))
    monkeypatch.setattr(ZipFile, "open", only_small)
    assert faults(package) == ("annexes/03-large: was not sealed, and has no place here",)


def test_a_receipt_that_is_too_large_is_not_read(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MOST_JSON", 100)
    assert any("receipt.json cannot be read: receipt.json has" in fault for fault in faults(package))
    with pytest.raises(Unusable, match="at most 100 are read"):
        receipt_in(package)


# --- what is no package ------------------------------------------------------------------------------------------


def test_what_is_no_zip_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "package.zip"
    other.write_bytes(b"%PDF")
    for ask in (faults, receipt_in):
        with pytest.raises(Unusable, match="is no ZIP; expected a package as the site hands it out"):
            ask(other)
    other.write_bytes(b"PK\x03\x04")
    assert faults(other) == ("the package ends early, or something was attached to it: fetch it again",)
    with pytest.raises(Unusable, match="ends early"):
        receipt_in(other)


def test_a_zip_of_something_else_has_no_receipt(tmp_path: Path) -> None:
    other = tmp_path / "other.zip"
    added(other, "a.txt")
    with pytest.raises(Unusable, match=r"has no receipt\.json: it is no package of a submission"):
        receipt_in(other)
    added(written(other, CASE, receipt=b"{"), "x")
    with pytest.raises(Unusable, match=r"receipt\.json in it cannot be read: Expecting"):
        receipt_in(other)


def test_a_zip_whose_list_is_damaged_is_told(package: Path) -> None:
    whole = bytearray(package.read_bytes())
    with ZipFile(package) as held:
        whole[held.start_dir : held.start_dir + 4] = b"XXXX"
    package.write_bytes(whole)
    (fault,) = faults(package)
    assert fault.startswith("the package is damaged: ")
