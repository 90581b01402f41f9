"""Sends all letters of a rehearsal that wait, also those that a killed worker had taken to itself.

Run: python bench/draining.py      with the settings of the site in the environment
"""

import json
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hanse.site.settings")
django.setup()

from hanse.ground import clock, outbox  # noqa: E402 -- after Django is set up
from hanse.ground.outbox.delivery import LEASE  # noqa: E402

if __name__ == "__main__":
    clock.set_clock(instant=clock.now() + LEASE)
    sent = 0
    while done := outbox.deliver(clock.now()):
        sent += done
    print(json.dumps({"sent": sent}))
