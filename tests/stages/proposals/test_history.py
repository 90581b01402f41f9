"""How an application came about: every version, restoring, what changed since last time."""

from datetime import datetime, timedelta

import pytest
from tests.conftest import NOW
from tests.people import browsing, person
from tests.stages.proposals.money_cast import REF, Cast, cast

from hanse.core.values.merging import Change, Difference
from hanse.stages.announcement import actions as announcement
from hanse.stages.proposals.actions import drafts, presence
from hanse.stages.proposals.models import Presence, Text, TextVersion
from hanse.stages.proposals.queries import history
from hanse.stages.proposals.queries.drafts import form_of

WHOLE = f"/proposals/{REF}"
LATER = NOW + timedelta(microseconds=1)


@pytest.fixture
def made(at: datetime) -> Cast:
    announcement.load_callbook(NOW)
    return cast()


def save(who: str, key: str, value: str, based_on: int = 0, at: datetime = LATER) -> drafts.Saved:
    return drafts.save(actor=person(who), ref=REF, key=key, value=value, based_on=based_on, at=at)


def read(who: str, path: str, status: int = 200) -> str:
    answer = browsing(who).get(f"{WHOLE}{path}")
    assert answer.status_code == status
    return answer.content.decode()


def test_the_history_tells_who_wrote_what_when(made: Cast) -> None:
    save("giulia", "summary", "One.")
    save("jonas", "work_packages/1/objectives", "Stay.")
    save("jonas", "work_packages/3", "30")
    said = read("mila", "/history")
    assert "Work packages: Work package 1 “Work 1”, Objectives" in said
    assert "Work packages: Work package 3, its place" in said
    assert said.index("Jonas Wendt") < said.index("Giulia Doria")


def test_a_field_shows_what_each_version_changed(made: Cast) -> None:
    save("giulia", "summary", "The old port.")
    save("jonas", "summary", "The new port.", 1)
    said = read("mila", "/history?key=summary")
    assert '<del><span class="ecl-u-sr-only">[taken out:] </span>old' in said
    assert '<ins><span class="ecl-u-sr-only">[added:] </span>new' in said
    assert said.count("reads so now") == 1
    assert said.count("Let the field read so again") == 1
    assert read("mila", "/history?key=roadmap", 404)


def test_long_histories_are_divided(made: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "A_PAGE", 2)
    monkeypatch.setattr(history, "OF_A_FIELD", 2)
    for number in range(5):
        save("giulia", "summary", f"Version {number}.", number)
    form = form_of(made.proposal, NOW)
    first = history.history_of(made.proposal, form, {})
    second = history.history_of(made.proposal, form, {}, first.earlier)
    last = history.history_of(made.proposal, form, {}, second.earlier)
    assert [v.row.number for page in (first, second, last) for v in page.versions] == [5, 4, 3, 2, 1]
    assert last.earlier == 0
    said = read("mila", "/history?key=summary")
    assert "Version </span>" not in said
    assert "before=" in said
    earlier = history.history_of_field(made.proposal, "summary", form, {}).earlier
    said = read("mila", f"/history?key=summary&before={earlier}")
    assert "version 3" in said
    assert "version 4" not in said
    assert "Earlier versions" in read("mila", f"/history?before={first.earlier}")


def test_one_version_is_read_and_restored(made: Cast) -> None:
    save("giulia", "summary", "The old port.")
    save("jonas", "summary", "The new port.", 1)
    old = TextVersion.objects.get(key="summary", number=1)
    assert "The old port." in read("mila", f"/history/{old.pk}")
    answer = browsing("mila").post(f"{WHOLE}/history/{old.pk}/restore", follow=True)
    assert "reads again as it did" in answer.content.decode()
    assert Text.objects.get(key="summary").value == "The old port."
    answer = browsing("mila").post(f"{WHOLE}/history/{old.pk}/restore", follow=True)
    assert "reads so already" in answer.content.decode()
    assert browsing("mila").post(f"{WHOLE}/history/99999/restore").status_code == 404
    assert read("mila", "/history/99999", 404)
    assert read("charlie", f"/history/{old.pk}", 404)


def test_a_version_of_another_application_is_not_there(made: Cast) -> None:
    kept = TextVersion.objects.create(
        proposal=made.proposal, key="summary", number=1, value="Theirs", written_by=person("giulia"),
        begun_at=NOW, written_at=NOW,
    )  # fmt: skip
    assert browsing("giulia").get(f"/proposals/elsewhere/history/{kept.pk}").status_code == 404


def test_another_members_profile_is_not_restored_by_everybody(made: Cast) -> None:
    save("mila", "member_profiles/sava/role", "One.")
    save("mila", "member_profiles/sava/role", "Two.", 1)
    old = TextVersion.objects.get(key="member_profiles/sava/role", number=1)
    assert browsing("jonas").post(f"{WHOLE}/history/{old.pk}/restore").status_code == 403


def test_texts_that_stand_aside_come_first(made: Cast) -> None:
    save("giulia", "summary", "One two.")
    save("giulia", "summary", "One 2.", 1)
    save("jonas", "summary", "One II.", 1)
    said = read("mila", "/history")
    assert said.index("Two versions: choose") < said.index("Latest first")
    assert "Two versions: choose" in read("mila", "/history?key=summary")
    aside = TextVersion.objects.get(nature="aside")
    assert "set aside: it met another change" in read("mila", f"/history/{aside.pk}")
    save("giulia", "roadmap", "Elsewhere.")
    assert "Two versions: choose" not in read("mila", "/history?key=roadmap")
    (found,) = history.asides_of(made.proposal, form_of(made.proposal, NOW), {}, "summary")
    assert not found.merge.clean
    assert history.asides_of(made.proposal, form_of(made.proposal, NOW), {}, "roadmap") == []


def test_a_field_that_is_asked_no_more_keeps_its_history(made: Cast) -> None:
    TextVersion.objects.create(
        proposal=made.proposal, key="gone/2/part", number=1, value="Once.", written_by=person("giulia"),
        begun_at=NOW, written_at=NOW,
    )  # fmt: skip
    assert "which the form does not ask for any more" in read("giulia", "/history")
    said = read("giulia", "/history?key=gone/2/part")
    assert "Once." in said
    assert "Let the field read so again" not in said


def test_what_changed_since_last_time(made: Cast) -> None:
    save("giulia", "summary", "One.")
    save("mila", "summary", "One. Two.", 1)
    save("giulia", "roadmap", "Steps.", at=LATER + timedelta(seconds=1))
    save("jonas", "risks/1", "10")
    told = history.changed_since(made.proposal, person("jonas"))
    assert [(each.section, set(each.who), each.count) for each in told] == [
        ("roadmap", {"Giulia Doria"}, 1),
        ("summary", {"Giulia Doria", "Mila Petrović"}, 2),
    ]
    presence.catch_up(actor=person("jonas"), proposal=made.proposal, at=LATER)
    assert [each.section for each in history.changed_since(made.proposal, person("jonas"))] == ["roadmap"]
    assert history.changed_since(made.proposal, person("jonas"), since=NOW + timedelta(days=1)) == []
    changes, asides = history.changes_and_asides(made.proposal, person("jonas"), LATER)
    assert ([each.section for each in changes], asides) == (["roadmap"], 0)


def test_signs_of_life_do_not_count_as_having_read(made: Cast) -> None:
    jonas = person("jonas")
    presence.seen(actor=jonas, proposal=made.proposal, section="summary", at=LATER)
    presence.seen(actor=jonas, proposal=made.proposal, section="roadmap", at=LATER + timedelta(seconds=9))
    kept = Presence.objects.get(user=jonas)
    assert (kept.section, kept.caught_up_at) == ("roadmap", made.proposal.created_at)
    presence.catch_up(actor=person("mila"), proposal=made.proposal, at=LATER)
    assert Presence.objects.get(user=person("mila")).caught_up_at == LATER


def test_unchanged_text_is_cut_short_around_changes() -> None:
    long = "word " * 200
    shown = history.around(
        (Difference(Change.SAME, long), Difference(Change.ADDED, "new"), Difference(Change.SAME, long))
    )
    assert [len(each.text) < 200 for each in shown] == [True, True, True]
    assert shown[0].text.startswith(" … ")
    assert shown[2].text.endswith(" … ")
    short = (Difference(Change.SAME, "short"),)
    assert history.around(short) == short
