"""Two officers press the same button at once."""

from collections.abc import Callable
from datetime import datetime

import pytest
from tests.conftest import NOW
from tests.people import person
from tests.stages.announcement.conftest import CALL
from tests.together import at_once

from hanse.callbook.calls import call_names
from hanse.ground import audit
from hanse.ground.accounts.models import Appointment, Role, User
from hanse.stages.announcement import actions
from hanse.stages.announcement.actions import Refusal
from hanse.stages.announcement.models import CallEdition, Question, State
from hanse.stages.announcement.queries.folders import texts_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def officers() -> tuple[User, User, User]:
    actions.load_callbook(NOW)
    third = person("ines")
    Appointment.objects.create(user=third, role=Role.OFFICER, since=NOW)
    return person("odile"), person("piet"), third


def proposed(officer: User, at: datetime, projects: int) -> CallEdition:
    base = CallEdition.objects.get(reference=CALL, state=State.PUBLISHED)
    texts = texts_of(base)
    texts["call.toml"] = texts["call.toml"].replace(
        "expected_projects = { value = 12", f"expected_projects = {{ value = {projects}"
    )
    draft = actions.draft_edition(actor=officer, reference=CALL, texts=texts, reason="x", at=at)
    assert isinstance(draft, CallEdition)
    done = actions.propose(actor=officer, edition_id=draft.pk, based_on=draft.digest, at=at)
    assert isinstance(done, CallEdition)
    return done


def published(edition: CallEdition, officer: User) -> Callable[[], object]:
    return lambda: actions.publish(actor=officer, edition_id=edition.pk, based_on=edition.digest, at=NOW)


def test_one_edition_is_published_once(officers: tuple[User, User, User]) -> None:
    odile, piet, tomas = officers
    edition = proposed(odile, NOW, 11)
    given = at_once(published(edition, piet), published(edition, tomas), refused=Exception)
    assert sorted(type(each).__name__ for each in given) == ["CallEdition", "Refusal"], given
    assert audit.history(("call", CALL)).filter(act="publish edition").count() == 1
    assert audit.verify() is None


def test_of_two_editions_on_one_base_the_second_is_stale(officers: tuple[User, User, User]) -> None:
    odile, piet, tomas = officers
    one, other = proposed(odile, NOW, 11), proposed(odile, NOW, 10)
    given = at_once(published(one, piet), published(other, tomas), refused=Exception)
    [refusal] = [each for each in given if isinstance(each, Refusal)]
    assert "has come into force" in refusal.message
    numbers = CallEdition.objects.filter(reference=CALL, state=State.PUBLISHED).values_list("number", flat=True)
    assert list(numbers) == [2]


def test_questions_asked_at_once_have_numbers_of_their_own(officers: tuple[User, User, User]) -> None:
    def asks() -> object:
        return actions.ask(reference=CALL, clause="", text="What?", at=NOW)

    given = at_once(*[asks] * 6, refused=Exception)
    assert all(isinstance(each, Question) for each in given), given
    assert sorted(Question.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6]


def test_two_processes_that_start_at_once_load_the_callbook_once(db: None) -> None:
    given = at_once(*[lambda: actions.load_callbook(NOW)] * 3, refused=Exception)
    assert sorted(len(each) if isinstance(each, list) else -1 for each in given) == [0, 0, len(call_names())], given
    assert CallEdition.objects.count() == len(call_names())
    assert audit.verify() is None
