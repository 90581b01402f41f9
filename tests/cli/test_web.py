"""What the commands of the site do before a page is served."""

import stat
from pathlib import Path

import pytest

from hanse.cli import web
from hanse.core.values.faults import Faulty


def test_a_secret_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "secret-key"
    first = web._secret(file)
    assert len(first) > 40
    assert web._secret(file) == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_data_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    taken = tmp_path / "file"
    taken.write_text("")
    with pytest.raises(Faulty) as refused:
        web.configure("live", taken / "data")
    assert str(refused.value.faults[0]).endswith("--data: cannot be used: Not a directory")
