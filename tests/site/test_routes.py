"""Every address declares who may enter, and holds to it: all routes are walked as all roles."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from hanse.ground.accounts import access
