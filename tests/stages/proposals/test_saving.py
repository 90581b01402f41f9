"""Saving a field: who may, what becomes of it, what is refused and why."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.conftest import NOW
from tests.people import person
from tests.stages.proposals.money_cast import REF, Cast, cast

from hanse.ground import audit
from hanse.stages.announcement import actions as announcement
from hanse.stages.consortia.models import SeatState
from hanse.stages.proposals.actions import drafts
from hanse.stages.proposals.models import Proposal, Text, TextVersion
from hanse.stages.registry.actions.refusals import Refusal


@pytest.fixture
def made(at: datetime) -> Cast:
    announcement.load_callbook(NOW)
    return cast()


def save(who: str, key: str, value: str, based_on: int = 0, **more: Any) -> drafts.Saved:
    told = {"at": NOW} | more
    return drafts.save(actor=person(who), ref=REF, key=key, value=value, based_on=based_on, **told)


def refused(act: Any) -> Refusal:
    with pytest.raises(Refusal) as no:
        act()
    return no.value


def test_a_field_is_saved_with_its_history(made: Cast) -> None:
    first = save("giulia", "summary", "One.")
    second = save("jonas", "summary", "One. Two.", 1)
    assert (first.state, first.version, second.state, second.version) == ("saved", 1, "saved", 2)
    text = Text.objects.get(key="summary")
    assert (text.value, text.version, text.changed_by) == ("One. Two.", 2, person("jonas"))
    rows = (
        TextVersion.objects.filter(key="summary").order_by("number").values_list("number", "value", "written_by__name")
    )
    assert list(rows) == [(1, "One.", "Giulia Doria"), (2, "One. Two.", "Jonas Wendt")]
    proposal = Proposal.objects.get(ref=REF)
    assert (proposal.version, proposal.changed_at) == (3, NOW)


def test_saves_are_no_entries_of_the_record(made: Cast) -> None:
    before = audit.models.Event.objects.count()
    save("giulia", "summary", "One.")
    assert audit.models.Event.objects.count() == before


def test_the_same_again_is_no_version(made: Cast) -> None:
    save("giulia", "summary", "One.")
    assert save("jonas", "summary", "One.", 0).state == "same"
    assert save("jonas", "roadmap", "").state == "same"
    assert TextVersion.objects.filter(key__in=["summary", "roadmap"]).count() == 1
    assert Proposal.objects.get(ref=REF).version == 2


def test_a_field_can_be_emptied(made: Cast) -> None:
    save("giulia", "summary", "One.")
    assert save("giulia", "summary", "", 1).state == "saved"
    assert Text.objects.get(key="summary").value == ""


def test_pasted_text_is_made_plain_and_that_is_said(made: Cast) -> None:
    saved = save("giulia", "summary", "\uf0b7 “Co\u00adop”\r\n\u200bdone\x00")
    assert saved.value == "• “Coop”\ndone"
    assert len(saved.notes) == 3
    assert save("giulia", "summary", "\uf0b7 “Co\u00adop”\r\n\u200bdone\x00", 0).state == "same"


def test_two_changes_of_different_words_are_merged(made: Cast) -> None:
    save("giulia", "summary", "One.\nTwo.\n")
    save("giulia", "summary", "One!\nTwo.\n", 1)
    saved = save("jonas", "summary", "One.\nTwo!\n", 1)
    assert (saved.state, saved.value, saved.by, saved.version) == ("merged", "One!\nTwo!\n", "Giulia Doria", 3)
    version = TextVersion.objects.get(key="summary", number=3)
    assert (version.nature, version.based_on, version.written_by) == ("merged", 1, person("jonas"))
    mine = TextVersion.objects.get(key="summary", nature="aside")
    assert (mine.value, mine.settled_at) == ("One.\nTwo!\n", NOW)


def test_two_changes_of_the_same_words_are_both_kept(made: Cast) -> None:
    save("giulia", "summary", "One two.")
    save("giulia", "summary", "One 2.", 1)
    saved = save("jonas", "summary", "One II.", 1)
    assert (saved.state, saved.value, saved.theirs, saved.by, saved.version) == (
        "conflict", "One 2.", "One 2.", "Giulia Doria", 2,
    )  # fmt: skip
    assert "II" in saved.merged
    assert "2" in saved.merged
    aside = TextVersion.objects.get(pk=saved.aside)
    assert (aside.value, aside.number, aside.based_on, aside.settled_at) == ("One II.", None, 1, None)
    assert save("jonas", "summary", "One II.", 1).aside == saved.aside, "sent twice, it stands aside once"
    assert Text.objects.get(key="summary").version == 2


def test_who_changed_nothing_gets_what_the_other_wrote(made: Cast) -> None:
    save("giulia", "summary", "One.")
    save("giulia", "summary", "One. Two.", 1)
    saved = save("jonas", "summary", "One.", 1)
    assert (saved.state, saved.value, saved.version, saved.by) == ("same", "One. Two.", 2, "Giulia Doria")


def test_a_change_that_the_other_made_too_is_no_version(made: Cast) -> None:
    save("giulia", "summary", "One.\nTwo.\n")
    save("giulia", "summary", "One!\nTwo!\n", 1)
    saved = save("jonas", "summary", "One!\nTwo.\n", 1)
    assert (saved.state, saved.version) == ("same", 2)


def test_two_who_begin_an_empty_field_at_once_are_both_there(made: Cast) -> None:
    save("giulia", "summary", "By Giulia.")
    saved = save("jonas", "summary", "By Jonas.")
    assert saved.state == "merged"
    assert saved.value == "By Giulia.\nBy Jonas."


def test_a_version_that_nobody_knows_is_no_reason_to_overwrite(made: Cast) -> None:
    save("giulia", "summary", "One two three.")
    for based_on in (7, 99):
        saved = save("jonas", "summary", f"One {based_on} three.", based_on)
        assert saved.state == "conflict"
    assert Text.objects.get(key="summary").value == "One two three."


def test_the_field_is_named_that_the_form_does_not_have(made: Cast) -> None:
    for key in (
        "nothing",
        "summary/more",
        "work_packages/0/title",
        "work_packages/1/nothing",
        "members",
        "x" * 161,
        "",
    ):
        no = refused(lambda key=key: save("giulia", key, "x"))
        assert no.status == 404
        assert key[:80] in no.message


def test_a_text_may_be_long_and_not_endless(made: Cast) -> None:
    assert save("giulia", "summary", "a" * 200_000).state == "saved"
    no = refused(lambda: save("giulia", "summary", "a" * 200_001, 1))
    assert (no.status, "200,001" in no.message, "Divide it" in no.message) == (422, True, True)
    assert Text.objects.get(key="summary").version == 1


def test_the_place_of_a_row_is_a_number(made: Cast) -> None:
    assert refused(lambda: save("giulia", "work_packages/1", "first", 1)).status == 422
    assert refused(lambda: save("giulia", "work_packages/9", "123456")).status == 422
    assert save("giulia", "work_packages/9", "12").state == "saved"


def test_members_write_about_themselves(made: Cast) -> None:
    key = "member_profiles/sava/role"
    assert refused(lambda: save("jonas", key, "x")).status == 403
    assert save("mila", key, "Ours").state == "saved"
    assert save("giulia", key, "Helped by the coordinator", 1).state == "saved"


@pytest.mark.parametrize("who", ["charlie", "odile", "halvard"])
def test_who_does_not_take_part_learns_nothing(made: Cast, who: str) -> None:
    assert refused(lambda: save(who, "summary", "x")).status == 404
    assert refused(lambda: drafts.begin(actor=person(who), ref=REF, at=NOW)).status == 404


def test_an_invited_organisation_does_not_write_yet(made: Cast) -> None:
    made.seats["mila"].state = SeatState.INVITED
    made.seats["mila"].save()
    assert refused(lambda: save("mila", "summary", "x")).status == 403


def test_after_closing_nothing_is_saved(made: Cast) -> None:
    no = refused(lambda: save("giulia", "summary", "x", at=NOW + timedelta(days=30)))
    assert no.status == 403
    assert "closed" in no.message
    assert "copy it" in no.message


def test_an_application_that_is_not_there(made: Cast) -> None:
    no = refused(lambda: drafts.save(actor=person("giulia"), ref="no", key="summary", value="x", based_on=0, at=NOW))
    assert no.status == 404
    assert refused(lambda: drafts.begin(actor=person("giulia"), ref="no", at=NOW)).status == 404


def test_an_application_is_begun_once(made: Cast) -> None:
    assert drafts.begin(actor=person("jonas"), ref=REF, at=NOW) == made.proposal
    Text.objects.all().delete()
    Proposal.objects.all().delete()
    late = NOW + timedelta(days=30)
    assert refused(lambda: drafts.begin(actor=person("jonas"), ref=REF, at=late)).status == 403
    begun = drafts.begin(actor=person("jonas"), ref=REF, at=NOW)
    assert (begun.ref, begun.version) == (REF, 1)
    assert audit.models.Event.objects.filter(act="begin application").count() == 1


def test_several_fields_are_saved_at_once_or_none(made: Cast) -> None:
    texts = {"summary": ("One.", 0), "roadmap": ("Two.", 0)}
    saved = drafts.save_many(actor=person("giulia"), ref=REF, texts=texts, at=NOW)
    assert {key: each.state for key, each in saved.items()} == {"summary": "saved", "roadmap": "saved"}
    assert Proposal.objects.get(ref=REF).version == 2
    wrong = {"summary": ("Three.", 1), "nothing": ("Four.", 0)}
    assert refused(lambda: drafts.save_many(actor=person("giulia"), ref=REF, texts=wrong, at=NOW)).status == 404
    assert Text.objects.get(key="summary").value == "One."


# --- records -----------------------------------------------------------------------------------------------------


def order(section: str) -> list[str]:
    rows = Text.objects.filter(key__regex=rf"^{section}/\d+$").exclude(value="")
    return [text.key.split("/")[1] for text in sorted(rows, key=lambda text: int(text.value))]


def act(name: str, who: str = "giulia", **more: Any) -> Any:
    return getattr(drafts, name)(actor=person(who), ref=REF, at=NOW, **more)


def test_a_record_never_takes_the_number_of_another(made: Cast) -> None:
    assert act("add_record", section="risks") == "1"
    assert act("add_record", section="risks") == "2"
    act("remove_record", section="risks", record="2")
    assert act("add_record", section="risks") == "3"
    assert order("risks") == ["1", "3"]


def test_a_record_that_was_taken_out_comes_back_with_its_texts(made: Cast) -> None:
    save("giulia", "work_packages/1/objectives", "Stay together.")
    act("remove_record", section="work_packages", record="1")
    assert order("work_packages") == ["2"]
    assert Text.objects.get(key="work_packages/1/objectives").value == "Stay together."
    assert refused(lambda: act("remove_record", section="work_packages", record="1")).status == 410
    act("put_back_record", section="work_packages", record="1")
    act("put_back_record", section="work_packages", record="1")
    assert order("work_packages") == ["2", "1"]
    assert refused(lambda: act("put_back_record", section="work_packages", record="9")).status == 404


def test_records_change_places(made: Cast) -> None:
    for _ in range(3):
        act("add_record", section="risks")
    act("move_record", section="risks", record="3", up=True)
    assert order("risks") == ["1", "3", "2"]
    act("move_record", section="risks", record="1", up=True)
    act("move_record", section="risks", record="2", up=False)
    assert order("risks") == ["1", "3", "2"]
    act("move_record", section="risks", record="1", up=False)
    assert order("risks") == ["3", "1", "2"]
    assert refused(lambda: act("move_record", section="risks", record="9", up=True)).status == 410


def test_only_tables_have_records(made: Cast) -> None:
    for name, more in (("add_record", {}), ("remove_record", {"record": "1"}), ("put_back_record", {"record": "1"}),
                       ("move_record", {"record": "1", "up": True})):  # fmt: skip
        for section in ("summary", "nothing"):
            assert (
                refused(lambda name=name, section=section, more=more: act(name, section=section, **more)).status == 404
            )
        assert refused(lambda name=name, more=more: act(name, "charlie", section="risks", **more)).status == 404


def test_a_table_ends_somewhere(made: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "MOST_RECORDS", 2)
    assert refused(lambda: act("add_record", section="work_packages")).status == 422
