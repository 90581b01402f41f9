"""A live site of a few addresses that asks no database."""

from hanse.site.settings import *  # noqa: F403

ROOT_URLCONF = "tests.site.lines.urls"
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
