"""The real door before a site of a few addresses, less patient than a real one; less is too much for it.

python -m tests.site.lines.server PORT FOLDER [BYTES]; no file may grow beyond so many bytes, as on a full disk
"""

import os
import resource
import sys

from granian.constants import Interfaces
from granian.server import Server

if __name__ == "__main__":
    if sys.argv[3:]:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]),) * 2)
    told = {"HANSE_MODE": "live", "HANSE_DATA": sys.argv[2], "HANSE_SECRET_KEY": "tests-only" * 5}
    os.environ.update(told, DJANGO_SETTINGS_MODULE="tests.site.lines.settings")
    Server(
        "tests.site.lines.server:application",
        port=int(sys.argv[1]),
        interface=Interfaces.RSGI,
        websockets=False,
        log_enabled=False,
    ).serve()
else:  # in the process that serves
    from tests.site.lines.urls import TOO_MUCH

    from hanse.site import rsgi

    rsgi.PATIENCE, rsgi.MOST = 1, TOO_MUCH
    application = rsgi.application
