"""A business no, and who is told it at the door."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from hanse.stages.announcement.permissions import may_prepare

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing was done.

    Attributes:
        message: for the person who asked, with what to do instead.
        details: what is wrong one by one, where several things are.
        status: of an answer over HTTP: 403 not this person, 409 not in this state, 422 not with this content.
    """

    message: str
    details: tuple[str, ...] = ()
    status: int = 409


def by_officers(act: Callable[P, T]) -> Callable[P, T | Refusal]:
    """Let an act, which takes `actor` and `at`, be done by officers only."""

    @wraps(act)
    def guarded(*args: P.args, **told: P.kwargs) -> T | Refusal:
        known = cast(dict[str, Any], told)
        if not may_prepare(known["actor"], known["at"]):
            return Refusal("Only an officer of the granting authority does this.", status=403)
        return act(*args, **told)

    return guarded
