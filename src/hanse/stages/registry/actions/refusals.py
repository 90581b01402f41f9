"""A business "no"."""


class Refusal(Exception):
    """What was asked is not done, and nothing was changed.

    Attributes:
        message: why, and what to do instead.
        status: what a door answers: 403 not yours to do, 404 not there, 409 it stands otherwise by now, 422 incomplete.
        faults: what is wrong by field, where fields are.
    """

    def __init__(self, message: str, status: int = 409, faults: dict[str, str] | None = None) -> None:
        """Say no."""
        super().__init__(message)
        self.message = message
        self.status = status
        self.faults = faults or {}
