"""What tests of submission share."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def stored_apart(settings: Any, tmp_path: Path) -> None:
    """A storage of files that no other test knows, so that it can be damaged."""
    folder = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": folder}
