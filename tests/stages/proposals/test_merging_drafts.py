"""Texts that met: choosing between them, restoring, and what becomes of the history later."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import NOW
from tests.people import person
from tests.stages.proposals.money_cast import REF, Cast, cast

from hanse.stages.announcement import actions as announcement
from hanse.stages.proposals.actions import drafts
from hanse.stages.proposals.models import Text, TextVersion
from hanse.stages.registry.actions.refusals import Refusal


@pytest.fixture
def made(at: datetime) -> Cast:
    announcement.load_callbook(NOW)
    return cast()


def save(who: str, value: str, based_on: int, at: datetime = NOW) -> drafts.Saved:
    return drafts.save(actor=person(who), ref=REF, key="summary", value=value, based_on=based_on, at=at)


def clash() -> int:
    """Two changes of the same word; the id of the one that stands aside."""
    save("giulia", "One two.", 0)
    save("giulia", "One 2.", 1)
    return save("jonas", "One II.", 1).aside


def settle(number: int, value: str | None, based_on: int = 2, who: str = "mila") -> Any:
    return drafts.settle(actor=person(who), ref=REF, number=number, value=value, based_on=based_on, at=NOW)


def now() -> str:
    return str(Text.objects.get(key="summary").value)


def test_a_reading_is_chosen(made: Cast) -> None:
    number = clash()
    saved = settle(number, "One 2 (II).")
    assert saved is not None
    assert saved.state == "saved"
    assert now() == "One 2 (II)."
    assert TextVersion.objects.get(key="summary", number=3).nature == "merged"
    assert TextVersion.objects.get(pk=number).settled_at == NOW


def test_the_field_may_stay_as_it_is(made: Cast) -> None:
    number = clash()
    assert settle(number, None) is None
    assert now() == "One 2."
    with pytest.raises(Refusal) as no:
        settle(number, "Late.")
    assert no.value.status == 410


def test_a_choice_that_meets_a_third_change_leaves_both_open(made: Cast) -> None:
    number = clash()
    save("giulia", "One zwei.", 2)
    saved = settle(number, "One due.", 2)
    assert saved is not None
    assert saved.state == "conflict"
    assert TextVersion.objects.filter(nature="aside", settled_at=None).count() == 2
    assert now() == "One zwei."


def test_a_version_is_restored_as_a_new_one(made: Cast) -> None:
    save("giulia", "One.", 0)
    save("jonas", "Two.", 1)
    first = TextVersion.objects.get(key="summary", number=1)
    common: dict[str, Any] = {"actor": person("mila"), "ref": REF, "at": NOW}
    saved = drafts.restore(key="summary", number=first.pk, **common)
    assert (saved.state, saved.version, now()) == ("saved", 3, "One.")
    assert TextVersion.objects.get(key="summary", number=3).nature == "restored"
    assert drafts.restore(key="summary", number=first.pk, **common).state == "same"
    with pytest.raises(Refusal) as no:
        drafts.restore(key="roadmap", number=first.pk, **common)
    assert no.value.status == 404


def test_what_stands_aside_can_be_restored_and_is_settled_then(made: Cast) -> None:
    number = clash()
    drafts.restore(actor=person("jonas"), ref=REF, key="summary", number=number, at=NOW)
    assert now() == "One II."
    assert TextVersion.objects.get(pk=number).settled_at == NOW


def test_old_saves_of_one_sitting_are_joined(made: Cast) -> None:
    for number, words in enumerate(("One", "One two", "One two three"), 0):
        save("giulia", words, number, NOW + timedelta(minutes=number))
    save("giulia", "One three", 3, NOW + timedelta(minutes=3))
    save("jonas", "One three four", 4, NOW + timedelta(minutes=4))
    assert drafts.thin_history(NOW + timedelta(days=1)) == 0
    assert drafts.thin_history(NOW + timedelta(days=3)) == 2
    assert drafts.thin_history(NOW + timedelta(days=3)) == 0
    left = TextVersion.objects.filter(key="summary").order_by("number").values_list("number", "value")
    assert list(left) == [(3, "One two three"), (4, "One three"), (5, "One three four")]


def test_a_text_based_on_a_joined_save_overwrites_nothing(made: Cast) -> None:
    save("giulia", "One", 0)
    save("giulia", "One two", 1, NOW + timedelta(minutes=1))
    drafts.thin_history(NOW + timedelta(days=3))
    saved = save("jonas", "One from long ago", 1)
    assert saved.state == "conflict"
    assert now() == "One two"


words = st.lists(st.sampled_from(["port", "ship", "sea", "\n"]), max_size=6).map(" ".join)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["giulia", "jonas", "mila"]), words, st.integers(0, 6)), max_size=6))
def test_whatever_is_saved_on_whatever_version_nothing_is_lost(made: Cast, saves: list[tuple[str, str, int]]) -> None:
    TextVersion.objects.all().delete()
    Text.objects.all().delete()
    for who, value, based_on in saves:
        saved = save(who, value, based_on)
        text = Text.objects.filter(key="summary").first()
        assert saved.value == (text.value if text else "")
        history = list(TextVersion.objects.filter(key="summary").values_list("value", flat=True))
        assert saved.state == "same" or value.strip() in [each.strip() for each in history]


def test_the_worker_thins_old_drafts_once_a_day(at: datetime) -> None:
    assert drafts.thin_when_due(NOW) == 1
    assert drafts.thin_when_due(NOW + timedelta(hours=23)) == 0
    assert drafts.thin_when_due(NOW + timedelta(hours=24)) == 1
