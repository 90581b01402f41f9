"""Where mail goes: to a server if the environment names one, in demonstrations nowhere, else it waits."""

import os
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

DEFAULT_FROM_EMAIL = os.environ.get("HANSE_MAIL_FROM", "hanse@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
MAIL_DOMAIN = DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
EMAIL_TIMEOUT = 30

_server = os.environ.get("HANSE_SMTP", "")
if _server:
    _parts = urlsplit(_server)
    if _parts.scheme not in ("smtp", "smtps") or not _parts.hostname:
        raise ImproperlyConfigured(f"HANSE_SMTP is {_server!r}; expected smtp://user:password@host:587 or smtps://...")
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = _parts.hostname
    EMAIL_PORT = _parts.port or (465 if _parts.scheme == "smtps" else 587)
    EMAIL_HOST_USER = unquote(_parts.username or "")
    EMAIL_HOST_PASSWORD = unquote(_parts.password or "")
    EMAIL_USE_SSL = _parts.scheme == "smtps"
    EMAIL_USE_TLS = not EMAIL_USE_SSL and bool(EMAIL_HOST_USER)  # a password travels encrypted or not at all
elif os.environ.get("HANSE_MODE") == "demo":
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
else:
    EMAIL_BACKEND = ""
