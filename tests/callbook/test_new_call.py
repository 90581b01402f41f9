"""A new call folder is written whole or not at all."""

from pathlib import Path

import pytest

from hanse.callbook.calls import read_call
from hanse.callbook.new_call import TEMPLATE, write_new_call
from hanse.core.values.faults import Faulty


def test_the_folder_is_complete_and_named_after_its_place(tmp_path: Path) -> None:
    written = write_new_call(tmp_path / "AUTUMN-2031")
    assert [str(path) for path in written] == [
        "CHANGES.md", "application.toml", "assumptions.toml", "call.toml", "cases/strand-a.toml", "cases/strand-b-and-money.toml",
        "rules.toml", "sources.toml",
    ]  # fmt: skip
    assert read_call(str(tmp_path / "AUTUMN-2031")).reference == "AUTUMN-2031"
    assert list(tmp_path.iterdir()) == [tmp_path / "AUTUMN-2031"]


def test_a_name_with_quotes_and_other_scripts_is_written_so_that_it_reads_back(tmp_path: Path) -> None:
    name = 'the "big" call \\ Ηανσα'
    write_new_call(tmp_path / name)
    assert read_call(str(tmp_path / name)).reference == name


@pytest.mark.parametrize("kind", ["folder", "file", "link"])
def test_what_is_there_already_is_never_touched(kind: str, tmp_path: Path) -> None:
    place = tmp_path / "mine"
    if kind == "folder":
        place.mkdir()
    elif kind == "file":
        place.write_text("precious")
    else:
        place.symlink_to(tmp_path / "nowhere")
    with pytest.raises(Faulty, match="is there already"):
        write_new_call(place)
    assert list(tmp_path.iterdir()) == [place]


def test_a_place_that_does_not_exist_is_told(tmp_path: Path) -> None:
    with pytest.raises(Faulty, match="cannot be written: No such file"):
        write_new_call(tmp_path / "missing" / "call")


def test_a_name_that_cannot_be_a_reference_is_told(tmp_path: Path) -> None:
    with pytest.raises(Faulty, match="control character"):
        write_new_call(tmp_path / "two\x01lines")
    assert list(tmp_path.iterdir()) == []


def test_a_failure_on_the_way_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(Faulty, match="No space left"):
        write_new_call(tmp_path / "call")
    assert list(tmp_path.iterdir()) == []


def test_the_template_says_in_every_file_what_it_is_for() -> None:
    files = list(TEMPLATE.glob("*.toml"))
    assert len(files) == 5
    assert all(path.read_text("utf-8").startswith("# ") for path in files)
