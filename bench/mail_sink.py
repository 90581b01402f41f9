"""A mail server of loopback that takes whatever comes and notes it."""

from collections import Counter
from email import message_from_bytes
from email.policy import default
from hashlib import sha256
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller
from tools.running import free_port


class Mailbox:
    """All that was sent to it.

        with Mailbox() as mailbox:
            mailbox.address

    Attributes:
        address: as `HANSE_SMTP` names it.
        taken: how often each letter came, by its Message-ID and what it says to whom.
    """

    def __init__(self) -> None:
        self.taken: Counter[tuple[str, str]] = Counter()
        port = free_port()
        self.address = f"smtp://127.0.0.1:{port}"
        self._controller = Controller(self, hostname="127.0.0.1", port=port)

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._controller.stop()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: ARG002, N802 -- as aiosmtpd asks
        """Take a letter; what the sender is answered."""
        letter = message_from_bytes(envelope.content, policy=default)
        said = sign_of(", ".join(envelope.rcpt_tos), str(letter["Subject"]), letter.get_content())
        self.taken[str(letter["Message-ID"]).strip("<>").partition("@")[0], said] += 1
        return "250 taken"


def sign_of(to: str, subject: str, body: str) -> str:
    """By what a letter is known again: to whom it says what, however its lines are broken on the way."""
    return sha256("\n".join([to, subject, *body.split()]).encode()).hexdigest()
