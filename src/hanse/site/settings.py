"""Settings of the web application. All that a site decides comes from the environment (docs/reference/settings.md)."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from hanse.ground.files.configuration import storage as file_storage


def _told(name: str, default: str = "") -> str:
    return os.environ.get(f"HANSE_{name}", default)


MODE = _told("MODE", "live")
"""`live`; `rehearsal`: officers may set the clock; `demo`: the same, with a fictional cast and one-click sign-in."""
if MODE not in ("live", "rehearsal", "demo"):
    raise ImproperlyConfigured(f"HANSE_MODE is {MODE!r}; expected live, rehearsal or demo")

DATA = Path(_told("DATA", "hanse-data")).resolve()
"""Folder of the database, if it is SQLite, and of files, if they are on disk."""

SECRET_KEY = _told("SECRET_KEY") or ("only-for-demonstration" * 3 if MODE == "demo" else "")
if not SECRET_KEY:
    raise ImproperlyConfigured("HANSE_SECRET_KEY is not set; `hanse serve` makes one on first use")
SIGNING_KEY = _told("SIGNING_KEY") or str(DATA / "signing-key.pem")
"""File of the private key that signs receipts; made on first use."""
ALLOWED_HOSTS = _told("HOSTS", "localhost,127.0.0.1,[::1]").split(",")
ADDRESS = _told("ADDRESS", "http://localhost:8000").rstrip("/")
"""Where people reach the site, for links in messages that no request asked for."""
SECURE = _told("HTTPS", "no" if MODE == "demo" else "yes") == "yes"
"""Whether the site is reached by HTTPS: cookies are then sent over nothing else."""

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "hanse.ground.ui",
    "hanse.ground.clock",
    "hanse.ground.audit",
    "hanse.ground.watch",
    "hanse.ground.files",
    "hanse.ground.outbox",
    "hanse.ground.search",
    "hanse.ground.accounts",
    "hanse.stages.registry",
    "hanse.stages.announcement",
    "hanse.stages.consortia",
    "hanse.stages.proposals",
    "hanse.stages.submission",
    "hanse.site",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_htmx",
    "csp",
]

MIDDLEWARE = [
    "hanse.site.proxy.VisitorAddress",
    "hanse.ground.clock.middleware.StampArrival",  # first: when a request came decides, not when it is served
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

APPEND_SLASH = False  # an address has one form
ROOT_URLCONF = "hanse.site.urls"
WSGI_APPLICATION = "hanse.site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "hanse.site.context.page_frame",
            ],
            "builtins": ["hanse.ground.ui.templatetags.ui"],
        },
    }
]
FORM_RENDERER = "hanse.ground.ui.forms.Renderer"


def _database(address: str) -> dict[str, Any]:
    """SQLite in the data folder, or the PostgreSQL of an address `postgresql://user:password@host:port/name`."""
    if not address:
        return {
            "ENGINE": "hanse.ground.sqlite",
            "NAME": DATA / "hanse.sqlite3",
            "OPTIONS": {
                # Writers queue instead of failing: with Django's defaults most of forty writers at once are refused.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                # FULL: what was confirmed is on the disk before its receipt is handed out, also if the power fails.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
            "CONN_MAX_AGE": None,  # opening the file anew for every request takes a quarter of a submission's time
        }
    parts = urlsplit(address)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ImproperlyConfigured(f"HANSE_DATABASE begins with {parts.scheme!r}; expected postgresql://...")
    socket = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(socket.get("host", parts.hostname or "")),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"options": "-c lock_timeout=20000"},
    }


DATABASES = {"default": _database(_told("DATABASE"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Rate limits and other counters are shared by all processes, so they live in the database.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        # With Django's three hundred a few visitors would push the counters of wrong passwords out.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/work"
LOGOUT_REDIRECT_URL = "/"

LANGUAGE_CODE = "en-gb"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STORAGES = {
    "default": file_storage(DATA / "files"),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
if MODE == "demo":
    # A demonstration serves its files as they lie in the package, without a collecting step before the first page.
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    WHITENOISE_USE_FINDERS = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 << 20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 6_000  # a table of an application may have 300 rows of many fields

# Nothing inline, nothing from elsewhere.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],  # the design system draws its arrows and ticks as data images
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
BEHIND_PROXY = _told("BEHIND_PROXY", "no") == "yes"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
CSRF_FAILURE_VIEW = "hanse.site.pages.csrf_failure"

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": _told("LOG_LEVEL", "WARNING")},
    # A page that is not there, or not for this visitor, is no fault of the site.
    "loggers": {"django.request": {"level": "ERROR"}},
}

from hanse.ground.accounts.configuration import *  # noqa: E402, F403 -- allauth reads its settings here
from hanse.ground.outbox.configuration import *  # noqa: E402, F403 -- mail server, if the environment names one
