"""Entries of the record in words: verbs in the past, names for ids, facts as readers say them."""

from datetime import datetime
from typing import Any

import pytest
from django.db import transaction
from tests.people import person
from tests.stages.consortia.casting import organisation_of

from hanse.ground import audit
from hanse.ground.audit.models import Event
from hanse.site.wording import Entry, entry_in_words, in_words, names_in, past

DIGEST = "ab" * 32
NOW = datetime.fromisoformat("2020-11-29T16:00Z")


@pytest.mark.parametrize(
    ("act", "done"),
    [
        ("publish edition", "published edition"),
        ("begin import", "began import"),
        ("lay import aside", "laid import aside"),
        ("take partnership back", "took partnership back"),
        ("withdraw notice", "withdrew notice"),
        ("create account", "created account"),
        ("try letter again", "tried letter again"),
        ("stay", "stayed"),
        ("admit late attempt", "admitted late attempt"),
        ("appoint", "appointed"),
        ("set rehearsal clock", "set rehearsal clock"),
        ("y", "yed"),
    ],
)
def test_an_act_is_told_in_the_past(act: str, done: str) -> None:
    assert past(act) == done


def told(act: str, subject: tuple[str, str], actor: Any = None, **facts: Any) -> Entry:
    return told_with(act, subject, facts, actor)


def told_with(act: str, subject: tuple[str, str], facts: dict[str, Any], actor: Any = None) -> Entry:
    with transaction.atomic():
        event = audit.record(act, actor=actor, subject=subject, facts=facts, at=NOW)
    event = Event.objects.get(number=event.number)
    return entry_in_words(event, names_in([event]))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("act", "subject", "said", "of"),
    [
        ("publish organisation", ("organisation", "nowhere"), "The system published organisation", "nowhere"),
        ("publish edition", ("call", "COS-1"), "The system published edition:", "call COS-1"),
        ("appoint", ("person", "0"), "The system appointed", "person 0"),
        ("decline late case", ("late case", "7"), "The system declined late case", "7"),
        ("do things", ("thing", "x"), "The system doed things:", "thing x"),
    ],
)
def test_an_entry_says_who_did_what_to_what(act: str, subject: tuple[str, str], said: str, of: str) -> None:
    entry = told(act, subject)
    assert (entry.said, entry.subject) == (said, of)


@pytest.mark.django_db
def test_things_and_people_are_called_by_their_names(at: datetime) -> None:
    organisation, giulia = organisation_of("giulia"), person("giulia")
    facts = {"user": giulia.pk, "other": organisation.ref, "from": organisation.ref}
    entry = told_with("change right", ("organisation", organisation.ref), facts, person("odile"))
    assert (entry.said, entry.subject) == ("Odile Lambert changed right:", "organisation Lanterna Marine Cluster")
    assert entry.address == f"/administration/history/organisation/{organisation.ref}"
    assert {(fact.label, fact.text) for fact in entry.facts} == {
        ("user", "Giulia Doria"), ("other", "Lanterna Marine Cluster"), ("from", organisation.ref)
    }  # fmt: skip
    handed = told_with("hand over coordination", ("consortium", "x"), {"from": organisation.ref, "to": "unknown"})
    assert {fact.text for fact in handed.facts} == {"Lanterna Marine Cluster", "unknown"}
    assert told("appoint", ("person", str(giulia.pk))).subject == "person Giulia Doria"
    assert told("appoint", ("person", "x"), invited_by=0).facts[0].text == "person 0"


@pytest.mark.django_db
def test_facts_read_as_people_say_them() -> None:
    entry = told(
        "edit profile", ("organisation", "x"), fields=["name", "city"], edition="1.0", digest=DIGEST, empty=None, note="",
        closing_after="2020-12-02T17:00:00+01:00", on="2020-12-02", requested="550000.00", contribution="1.5",
        mandate=True, states={"saved_texts": 3}, cells=0, odd="2020-13-45",
    )  # fmt: skip
    facts = {fact.label: fact.text for fact in entry.facts}
    assert facts == {
        "fields": "name, city", "edition": "1.0", "digest": DIGEST[:12], "mandate": "yes", "cells": "0",
        "closing after": "2\u00a0December\u00a02020, 17:00 Brussels time", "on": "2 December 2020",
        "requested": "550\u00a0000\u00a0EUR", "contribution": "1.5", "states": "saved texts: 3", "odd": "2020-13-45",
    }  # fmt: skip
    assert [fact.whole for fact in entry.facts if fact.whole] == [DIGEST]
    assert entry.digest.startswith(entry.beginning)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([], "none"),
        ({}, "none"),
        (None, "none"),
        (False, "no"),
        (["a", ["b"]], "a, b"),
        ("0001-01-01T00:00:00+14:00", None),
    ],
)
def test_odd_facts_have_words_too(value: Any, words: str | None) -> None:
    assert in_words(value) == (value if words is None else words)
