"""Django's SQLite, whose writers look every millisecond whether it is their turn.

SQLite lets one transaction write at a time and leaves waiting to whoever wants to. Its own way of waiting looks again
after one millisecond, two, five, and soon only every tenth of a second, however soon the other is done. When fifty
submissions a second hold the database for a few milliseconds each, it stands free while people sleep before it, and
those who came first wait longest. So the wait before BEGIN is done here.

Django loads `DatabaseWrapper` of the module `base` of the package that `ENGINE` names.
"""

import sqlite3
import time

from django.db.backends.sqlite3 import base

INTERVAL = 0.001
"""Seconds between two looks: a tenth of what a transaction of ours takes, and many times what a look costs."""
KIND = 0xFF
"""The part of SQLite's extended codes that tells the kind of an error."""


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that begins to write within a millisecond of its turn."""

    def _start_transaction_under_autocommit(self) -> None:
        """Begin a transaction.

        Raises:
            django.db.OperationalError: if others wrote for as long as the option `timeout` allows.
        """
        self.ensure_connection()
        patience = self.settings_dict["OPTIONS"].get("timeout", 5.0)
        until = time.monotonic() + patience
        with self.wrap_database_errors:
            self.connection.execute("PRAGMA busy_timeout = 0")
            try:
                while not self._begins(last=time.monotonic() >= until):
                    time.sleep(INTERVAL)
            finally:
                self.connection.execute(f"PRAGMA busy_timeout = {int(patience * 1000)}")

    def _begins(self, *, last: bool) -> bool:
        """Begin if nobody writes; whether it did. A last look raises what it finds."""
        try:
            mode = self.transaction_mode or "DEFERRED"  # type: ignore[attr-defined]  # newer than the stubs
            self.connection.execute(f"BEGIN {mode}")
        except sqlite3.OperationalError as refused:
            if last or refused.sqlite_errorcode & KIND != sqlite3.SQLITE_BUSY:
                raise
            return False
        return True
