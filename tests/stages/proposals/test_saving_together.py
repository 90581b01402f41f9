"""Fifty people write one application at the same instant. No character is lost."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from tests.conftest import NOW
from tests.people import browsing, person
from tests.stages.proposals.money_cast import REF, Cast, cast
from tests.together import at_once

from hanse.ground import clock
from hanse.stages.announcement import actions as announcement
from hanse.stages.consortia.actions import seats
from hanse.stages.proposals.actions import drafts
from hanse.stages.proposals.models import Proposal, Text, TextVersion
from hanse.stages.registry.actions.refusals import Refusal

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 50
WHO = ("giulia", "jonas", "mila")


@pytest.fixture
def made() -> Cast:
    clock.set_clock(instant=NOW)
    announcement.load_callbook(NOW)
    return cast()


def save(who: str, key: str, value: str, based_on: int = 0) -> drafts.Saved:
    return drafts.save(actor=person(who), ref=REF, key=key, value=value, based_on=based_on, at=NOW)


def everything_kept(key: str) -> str:
    """How a field reads, and what stands beside it."""
    aside = TextVersion.objects.filter(key=key, nature="aside").values_list("value", flat=True)
    return "\n".join([Text.objects.get(key=key).value, *aside])


def test_fifty_who_each_add_a_paragraph_all_find_it_there(made: Cast) -> None:
    save("giulia", "summary", "We begin.\n")
    people = {who: person(who) for who in WHO}

    def act(n: int) -> Callable[[], Any]:
        value = f"We begin.\nParagraph {n}: berth{n} quay{n}.\n"
        who = people[WHO[n % 3]]
        return lambda: drafts.save(actor=who, ref=REF, key="summary", value=value, based_on=1, at=NOW)

    done = at_once(*[act(n) for n in range(PEOPLE)])
    assert {saved.state for saved in done} <= {"saved", "merged"}
    text = Text.objects.get(key="summary")
    assert [n for n in range(PEOPLE) if f"Paragraph {n}: berth{n} quay{n}.\n" not in text.value] == []
    assert text.value.startswith("We begin.\n")
    assert text.version == PEOPLE + 1
    assert Proposal.objects.get(ref=REF).version == PEOPLE + 2


def test_fifty_who_change_the_same_word_all_find_theirs_kept(made: Cast) -> None:
    save("giulia", "summary", "The harbour is old.")
    people = {who: person(who) for who in WHO}

    def act(n: int) -> Callable[[], Any]:
        who = people[WHO[n % 3]]
        value = f"The harbour is word{n}."
        return lambda: drafts.save(actor=who, ref=REF, key="summary", value=value, based_on=1, at=NOW)

    done = at_once(*[act(n) for n in range(PEOPLE)])
    states = [saved.state for saved in done]
    assert states.count("saved") == 1
    assert states.count("conflict") == PEOPLE - 1
    kept = everything_kept("summary")
    assert [n for n in range(PEOPLE) if f"word{n}." not in kept] == []
    assert all(saved.theirs in kept and saved.merged for saved in done if saved.state == "conflict")


def test_fifty_browsers_write_to_fields_of_their_own_and_to_one(made: Cast) -> None:
    save("giulia", "roadmap", "Steps.\n")
    clients = [browsing(WHO[n % 3]) for n in range(PEOPLE)]

    def post(client: Client, key: str, value: str, based_on: int) -> Any:
        sent = json.dumps({"key": key, "value": value, "based_on": based_on})
        return client.post(f"/proposals/{REF}/fields", sent, content_type="application/json")

    def act(n: int) -> Callable[[], Any]:
        def both() -> tuple[Any, Any]:
            own = post(clients[n], f"tasks/{n + 1}/title", f"Task of browser {n}", 0)
            return own, post(clients[n], "roadmap", f"Steps.\nStep {n} of browser{n}.\n", 1)

        return both

    done = at_once(*[act(n) for n in range(PEOPLE)])
    assert {answer.status_code for pair in done for answer in pair} == {200}
    roadmap = Text.objects.get(key="roadmap").value
    for n in range(PEOPLE):
        assert Text.objects.get(key=f"tasks/{n + 1}/title").value == f"Task of browser {n}"
        assert f"Step {n} of browser{n}.\n" in roadmap


def test_records_added_at_once_have_different_numbers(made: Cast) -> None:
    people = [person(WHO[n % 3]) for n in range(12)]

    def act(n: int) -> Callable[[], Any]:
        return lambda: drafts.add_record(actor=people[n], ref=REF, section="risks", at=NOW)

    done = at_once(*[act(n) for n in range(12)])
    assert sorted(map(int, done)) == list(range(1, 13))
    assert Text.objects.filter(key__regex=r"^risks/\d+$").values("value").distinct().count() == 12


def test_a_partner_leaves_while_its_people_save(made: Cast) -> None:
    mila, seat = person("mila"), made.seats["mila"].pk
    written, left = at_once(
        lambda: drafts.save(actor=mila, ref=REF, key="summary", value="Mila's words", based_on=0, at=NOW),
        lambda: seats.leave(actor=mila, seat_id=seat, reason="No time.", at=NOW),
    )
    assert not isinstance(left, Refusal)
    if isinstance(written, Refusal):
        assert written.status in (403, 404)
        assert "not saved" in written.message
        assert not Text.objects.filter(key="summary").exists()
    else:
        assert Text.objects.get(key="summary").value == "Mila's words"
    with pytest.raises(Refusal) as no:
        save("mila", "roadmap", "More words")
    assert "not saved" in no.value.message
