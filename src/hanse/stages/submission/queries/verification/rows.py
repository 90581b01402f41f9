"""Going through rows: how many hold, and what is wrong with the first that does not."""

import json
import zlib
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db.models import TextField
from django.db.models.functions import Cast

from hanse.ground.audit.models import Event

AT_ONCE = 500
UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError, zlib.error)
"""What reading a row may raise that somebody has changed."""

Row = TypeVar("Row")
Held = tuple[int, str]
"""How many rows held, and what is wrong with the first that does not; empty where all hold."""


def each(rows: Iterable[Row], name: Callable[[Row], str], fault_of: Callable[[Row], str]) -> Held:
    """Look at rows in their order, up to the first that does not hold or cannot even be read.

    Args:
        name: what a row is called.
        fault_of: what is wrong with it, as the end of a sentence; empty where nothing is.
    """
    held, before, now = 0, "", ""
    try:
        for row in rows:
            now = name(row)
            fault = fault_of(row)
            if fault:
                return held, f"{now}: {fault}"
            held, before, now = held + 1, now, ""
    except UNREADABLE as wrong:
        where = now or (f"What comes after {before}" if before else "The first row")
        return held, f"{where}: it was changed so that it cannot be read ({type(wrong).__name__})."
    return held, ""


def entries_with(fact: str) -> dict[int, tuple[str, str]]:
    """Digest, and the number that its facts name, of each entry of the record that holds a fact, by position.

    Asked as text: a database that is to look into facts that somebody has broken answers nothing at all.
    """
    told = Event.objects.annotate(text=Cast("facts", TextField())).filter(text__contains=f'"{fact}"')
    found = {}
    for position, entry, text in told.order_by("number").values_list("number", "digest", "text"):
        try:
            facts = json.loads(text)
            if fact in facts:
                found[position] = (entry, str(facts.get("number", "")))
        except UNREADABLE:
            continue  # the check of the record names it
    return found
