"""Acts that are done at the same time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connections

from hanse.stages.registry.actions.refusals import Refusal

Refused = type[BaseException] | tuple[type[BaseException], ...]


def at_once(*acts: Callable[[], Any], refused: Refused = Refusal) -> list[Any]:
    """Do acts at the same time, each on its own connection; what each gave, or its refusal, in order.

    Args:
        refused: what counts as a refusal. Any other error is raised.
    """
    ready = Barrier(len(acts))

    def do(act: Callable[[], Any]) -> Any:
        ready.wait(60)
        try:
            return act()
        except refused as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [done.result(120) for done in [pool.submit(do, act) for act in acts]]
