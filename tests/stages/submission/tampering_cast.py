"""A site on which everything has happened once, and what somebody with all its keys could change on it.

full_site()                          an application submitted, taken back, submitted again, late, admitted; a moved deadline
with tampering(): ...                triggers are taken away; whatever is changed inside is undone
found()                              the faults that the replay of the site names, by what was checked
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any

from django.db import connection, models, transaction
from tests.people import person
from tests.stages.submission.calls_cast import STRATEGY_NEEDED, call_with
from tests.stages.submission.moving_cast import moved
from tests.stages.submission.sealing_cast import CLOSING, at, before, ready, submitted, withdrawn

from hanse.ground.audit import roots, triggers
from hanse.stages.submission.actions import late
from hanse.stages.submission.queries.verification import verify_all

LATER = CLOSING + timedelta(hours=2)


def full_site() -> None:
    """Every kind of row that `hanse verify` answers for is there."""
    call_with(application=[STRATEGY_NEEDED])
    proposal = ready("giulia", "jonas", "mila")
    moved(LATER, at=before(hours=20).at)
    submitted(proposal, "attempt-one", before(hours=4))
    withdrawn(proposal, "attempt-two", before(hours=3))
    submitted(proposal, "attempt-three", before(hours=2))
    submitted(proposal, "attempt-four", before(hours=1))
    other = ready("FR", "ES", "PL", ref="quiet-ways", name="Quiet ways")
    attempt = submitted(other, "too-late-now", at(LATER + timedelta(minutes=1)))
    for number, admit in enumerate((False, True)):
        case = late.propose(
            actor=person("odile"),
            number=attempt.number,
            grounds="The platform was down.",
            evidence="Its log of that hour.",
            arrival=at(LATER + timedelta(hours=1 + 2 * number)),
        )
        late.decide(
            actor=person("piet"),
            case_id=case.pk,
            admit=admit,
            decision="The log shows it.",
            arrival=at(LATER + timedelta(hours=2 + 2 * number)),
        )
    again = submitted(other, "too-late-again", at(LATER + timedelta(hours=5)))
    late.propose(
        actor=person("odile"),
        number=again.number,
        grounds="It was still down.",
        evidence="The same log.",
        arrival=at(LATER + timedelta(hours=6)),
    )
    roots.close_days(LATER + timedelta(days=3))


def found() -> dict[str, str]:
    """What does not hold, by what was checked."""
    return {what: fault for what, _, fault in verify_all() if fault}


@contextmanager
def unguarded() -> Iterator[None]:
    """Without the triggers of append-only tables; inside the transaction of a test, which puts them back."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        editor = SimpleNamespace(connection=connection, execute=cursor.execute)
        for table in triggers.tables():
            triggers.drop(editor, table)
    yield


@contextmanager
def tampering() -> Iterator[None]:
    """Whatever is changed inside is undone at the end."""
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)


def others(field: "models.Field[Any, Any]", value: Any) -> Iterator[Any]:
    """Other values that somebody could write into a column, each as near to the old one as can be."""
    if isinstance(field, models.ForeignKey):
        column = field.target_field.attname
        known = field.related_model._default_manager.exclude(**{column: value}).order_by(column)
        yield from known.values_list(column, flat=True)[:2]
        if field.null and value is not None:
            yield None
    elif isinstance(field, models.JSONField):
        yield from changed_json(value)
    elif field.null and value is None:
        return
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (value + 1, value + 1000)
    elif isinstance(value, datetime):
        yield from (value + timedelta(microseconds=1), value - timedelta(days=1))
    elif isinstance(value, date):
        yield value + timedelta(days=1)
    elif isinstance(value, time):
        yield value.replace(microsecond=1)
    elif isinstance(value, str):
        yield from (value[:-1] + flipped(value[-1:]), flipped(value[:1]) + value[1:])


def flipped(letter: str) -> str:
    """Another letter, that differs in its last bit; one more where there is none."""
    return chr(ord(letter) ^ 1) if letter else "x"


def changed_json(value: Any) -> Iterator[Any]:
    """The value with each of its leaves changed, each key renamed, and each left out."""
    if isinstance(value, dict):
        for key, held in value.items():
            rest = {name: other for name, other in value.items() if name != key}
            yield rest
            yield {**rest, f"{key}x": held}
            yield from ({**value, key: other} for other in changed_json(held))
    elif isinstance(value, list):
        for place, held in enumerate(value):
            yield value[:place] + value[place + 1 :]
            yield from ([*value[:place], other, *value[place + 1 :]] for other in changed_json(held))
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (value + 1, float(value) + 0.5)
    elif isinstance(value, str):
        yield value[:-1] + flipped(value[-1:])
    else:
        yield "x"
