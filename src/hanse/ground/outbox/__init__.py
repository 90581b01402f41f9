"""Messages that leave the site: rows of the transaction that wants them sent, delivered after it, never lost.

    outbox.post(to=..., subject=..., body=..., at=now, key="...")     within the transaction of the act
    outbox.deliver(at)                                                 by the worker (`hanse work`)

A message of a transaction that is rolled back was never there. One that cannot be delivered is tried again, later each
time; after `MOST_ATTEMPTS` it is dead and an officer sees it. A worker that is killed between delivering a message and
noting it delivers it once more, under the same Message-ID.
"""

from hanse.ground.outbox.delivery import MOST_ATTEMPTS, deliver
from hanse.ground.outbox.posting import Letter, post, post_all, post_each, retry

__all__ = ["MOST_ATTEMPTS", "Letter", "deliver", "post", "post_all", "post_each", "retry"]
