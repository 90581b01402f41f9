"""A business no."""

from dataclasses import dataclass


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
