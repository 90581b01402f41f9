"""Entries of the record in words: who did what to what, and the facts as a reader says them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from hanse.core.values.money import Money
from hanse.core.values.words import day_in_words, euro
from hanse.ground.accounts.models import User
from hanse.ground.audit.models import Event
from hanse.ground.ui.templatetags.ui import brussels
from hanse.stages.consortia.models import Consortium
from hanse.stages.registry.models import Organisation

KINDS = {
    "organisation": "organisation",
    "person": "person",
    "call": "call",
    "consortium": "consortium",
    "proposal": "application",
    "late case": "late case",
    "notice": "notice",
    "import": "import",
    "letter": "letter",
    "registry": "registry",
    "clock": "clock",
    "drafts": "drafts",
}
"""What the record calls things, and what people call them."""

PAST = {
    "admit": "admitted", "begin": "began", "draw": "drew", "drop": "dropped", "give": "gave", "hold": "held",
    "keep": "kept", "lay": "laid", "leave": "left", "make": "made", "put": "put", "reset": "reset", "send": "sent",
    "set": "set", "split": "split", "submit": "submitted", "take": "took", "tell": "told", "thin": "thinned",
    "withdraw": "withdrew", "write": "wrote",
}  # fmt: skip
ORGANISATIONS = frozenset({"organisation", "other", "kept", "merged", "split off"})
"""Facts that name an organisation by its id."""
BETWEEN = frozenset({"from", "to"})
"""They name one, too, where the coordination is handed over."""
PEOPLE = frozenset({"user", "invited_by"})
"""Facts that name a person by number."""
AMOUNTS = frozenset({"requested", "contribution"})

SHOWN = 12
"""Letters of a digest that are shown before the whole one is asked for."""
_DIGEST = re.compile(r"[0-9a-f]{64}")
_AMOUNT = re.compile(r"-?\d{1,15}\.\d\d")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?([+-]\d\d:\d\d|Z)")


@dataclass(frozen=True, slots=True)
class Told:
    """A fact in words.

    Attributes:
        whole: the digest, where `text` is only its beginning.
    """

    label: str
    text: str
    whole: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry in words; of one that is withheld only number, digest and why.

    Attributes:
        said: who did what, as far as the subject.
        subject, address: what it was done to, and where its history is; empty where `said` says all.
        withheld: why nothing is told; empty if it is.
    """

    number: int
    digest: str
    at: datetime | None = None
    said: str = ""
    subject: str = ""
    address: str = ""
    facts: tuple[Told, ...] = ()
    withheld: str = ""

    @property
    def beginning(self) -> str:
        """Of the digest, for reading."""
        return self.digest[:SHOWN]


@dataclass(frozen=True, slots=True)
class Names:
    """What the subjects and facts of some entries are called now."""

    organisations: Mapping[str, str]
    people: Mapping[str, str]
    consortia: Mapping[str, str]


def names_in(events: Iterable[Event]) -> Names:
    """The names that these entries need, in one query for each sort of them."""
    organisations, people, consortia = set(), set(), set()
    for event in events:
        if event.subject_kind == "organisation":
            organisations.add(event.subject_ref)
        elif event.subject_kind == "person" and event.subject_ref.isdecimal():
            people.add(int(event.subject_ref))
        elif event.subject_kind in ("consortium", "proposal"):
            consortia.add(event.subject_ref)
        for key, value in event.facts.items():
            if _names_organisation(event, key) and isinstance(value, str):
                organisations.add(value)
            elif key in PEOPLE and isinstance(value, int):
                people.add(value)
    of = Organisation.objects.filter(ref__in=organisations).values_list("ref", "name")
    who = User.objects.filter(pk__in=people).values_list("pk", "name")
    together = Consortium.objects.filter(ref__in=consortia).values_list("ref", "name")
    return Names(
        dict(of) if organisations else {},
        {str(pk): name for pk, name in who} if people else {},
        dict(together) if consortia else {},
    )


def entry_in_words(event: Event, names: Names) -> Entry:
    """An entry that may be told."""
    said, subject = _act(event, names)
    return Entry(
        number=event.number,
        digest=event.digest,
        at=event.at,
        said=f"{event.actor_name or 'The system'} {said}",
        subject=subject,
        address=reverse("history", args=[event.subject_kind, event.subject_ref]) if event.subject_ref else "",
        facts=tuple(_facts(event, names)),
    )


def thing_in_words(kind: str, ref: str, names: Names) -> str:
    """What something is called: by its name where it has one."""
    known: dict[str, Mapping[str, str]] = {
        "organisation": names.organisations,
        "person": names.people,
        "consortium": names.consortia,
        "proposal": names.consortia,
    }
    return f"{KINDS.get(kind, kind)} {known.get(kind, {}).get(ref, ref)}"


def past(act: str) -> str:
    """An act as something that was done: `published edition`."""
    verb, _, rest = act.partition(" ")
    if verb in PAST:
        done = PAST[verb]
    elif verb.endswith("e"):
        done = f"{verb}d"
    elif verb.endswith("y") and verb[-2:-1] not in "aeiou":
        done = f"{verb[:-1]}ied"
    else:
        done = f"{verb}ed"
    return f"{done} {rest}".rstrip()


def _act(event: Event, names: Names) -> tuple[str, str]:
    """What was done, and to what: once, where the act names its object by kind."""
    said, thing = past(event.act), thing_in_words(event.subject_kind, event.subject_ref, names)
    kind = KINDS.get(event.subject_kind, event.subject_kind)
    if said.endswith(f" {kind}"):
        return said, thing.removeprefix(f"{kind} ")
    return (f"{said}:", thing) if " " in event.act else (said, thing)


def _names_organisation(event: Event, key: str) -> bool:
    return key in ORGANISATIONS or (key in BETWEEN and event.subject_kind == "consortium")


def _facts(event: Event, names: Names) -> Iterator[Told]:
    for key, value in event.facts.items():
        if value in (None, "", [], {}):
            continue
        label = str(key).replace("_", " ")
        if isinstance(value, str) and _DIGEST.fullmatch(value):
            yield Told(label, value[:SHOWN], value)
        elif _names_organisation(event, key) and isinstance(value, str):
            yield Told(label, names.organisations.get(value, value))
        elif key in PEOPLE and isinstance(value, int):
            yield Told(label, names.people.get(str(value), f"person {value}"))
        elif key in AMOUNTS and isinstance(value, str) and _AMOUNT.fullmatch(value):
            yield Told(label, euro(Money(int(value.replace(".", "")))))
        else:
            yield Told(label, in_words(value))


def in_words(value: Any) -> str:
    """A fact as a reader says it: instants in Brussels time, days with their month, lists with commas."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return "; ".join(f"{str(key).replace('_', ' ')}: {in_words(held)}" for key, held in value.items()) or "none"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(in_words(held) for held in value) or "none"
    if value is None:
        return "none"
    text = str(value)
    try:
        if _INSTANT.fullmatch(text):
            return brussels(datetime.fromisoformat(text))
        if _DAY.fullmatch(text):
            return day_in_words(date.fromisoformat(text))
    except (ValueError, OverflowError):
        return text  # it only looks like one
    return text
