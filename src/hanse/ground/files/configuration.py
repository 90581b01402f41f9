"""Where files are: in a bucket if the environment names one, else in a folder."""

import os
from pathlib import Path
from typing import Any


def storage(folder: Path) -> dict[str, Any]:
    """Django's settings for the storage of files."""
    bucket = os.environ.get("HANSE_S3_BUCKET", "")
    if not bucket:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder}}
    told = {
        "endpoint_url": "HANSE_S3_ENDPOINT",
        "region_name": "HANSE_S3_REGION",
        "access_key": "HANSE_S3_KEY",
        "secret_key": "HANSE_S3_SECRET",
    }
    options = {name: os.environ[key] for name, key in told.items() if os.environ.get(key)}
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {"bucket_name": bucket, "file_overwrite": False, "default_acl": None, **options},
    }
