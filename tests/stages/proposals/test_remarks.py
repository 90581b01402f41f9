"""Comments, answers and suggestions beside an application."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.conftest import NOW
from tests.people import browsing, person
from tests.stages.proposals.money_cast import REF, Cast, cast

from hanse.ground import clock
from hanse.stages.announcement import actions as announcement
from hanse.stages.proposals.actions import drafts, remarks
from hanse.stages.proposals.models import Remark, Text, TextVersion
from hanse.stages.proposals.queries import remarks as queries
from hanse.stages.registry.actions.refusals import Refusal

WHOLE = f"/proposals/{REF}"


@pytest.fixture
def made(at: datetime) -> Cast:
    announcement.load_callbook(NOW)
    made = cast()
    drafts.save(actor=person("giulia"), ref=REF, key="summary", value="The old port.", based_on=0, at=NOW)
    return made


def do(act: Any, who: str, **more: Any) -> Any:
    return act(actor=person(who), ref=REF, **({"at": NOW} | more))


def refused(act: Any, who: str, **more: Any) -> Refusal:
    with pytest.raises(Refusal) as no:
        do(act, who, **more)
    return no.value


def suggestion(who: str = "jonas", text: str = "The new port.", key: str = "summary", based_on: int = 1) -> int:
    made = do(remarks.suggest, who, key=key, suggestion=text, based_on=based_on, text="It is new.")
    return int(made.pk)


def comment() -> int:
    return int(do(remarks.comment, "jonas", section="summary", text="Too short?").pk)


def test_a_comment_is_answered_and_settled(made: Cast) -> None:
    number = comment()
    do(remarks.reply, "giulia", number=number, text="I add a sentence.")
    assert queries.open_counts(made.proposal) == {"summary": 1}
    (thread,) = queries.threads_of(made.proposal, "summary")
    assert (thread.open, thread.suggests, [each.text for each in thread.replies]) == (
        True, False, ["I add a sentence."],
    )  # fmt: skip
    settled = do(remarks.settle, "mila", number=number)
    assert (settled.state, settled.closed_by, settled.closed_at) == ("settled", person("mila"), NOW)
    assert queries.open_counts(made.proposal) == {}
    assert "Mila Petrović has closed this remark already" in refused(remarks.settle, "giulia", number=number).message
    assert do(remarks.reopen, "giulia", number=number).state == "open"
    assert queries.threads_of(made.proposal, "roadmap") == []


def test_what_a_remark_must_be(made: Cast) -> None:
    assert refused(remarks.comment, "jonas", section="nothing", text="x").status == 404
    assert refused(remarks.comment, "jonas", section="summary", text=" \u200b ").faults == {
        "text": "Write what you want to say."
    }
    assert refused(remarks.comment, "jonas", section="summary", text="a" * 5001).status == 422
    assert refused(remarks.reply, "jonas", number=99999, text="x").status == 404
    assert refused(remarks.reply, "jonas", number=comment(), text="").status == 422


def test_a_suggestion_is_taken_over(made: Cast) -> None:
    number = suggestion()
    (thread,) = queries.threads_of(made.proposal)
    assert [(each.change.value, each.text) for each in thread.changes] == [
        ("same", "The "), ("removed", "old"), ("added", "new"), ("same", " port."),
    ]  # fmt: skip
    saved = do(remarks.take_over, "giulia", number=number)
    assert saved.state == "saved"
    assert Text.objects.get(key="summary").value == "The new port."
    assert TextVersion.objects.get(key="summary", number=2).nature == "suggested"
    assert Remark.objects.get(pk=number).state == "taken"
    assert refused(remarks.take_over, "giulia", number=number).status == 410
    assert "stands in the text" in refused(remarks.reopen, "giulia", number=number).message


def test_a_suggestion_is_merged_with_what_changed_since(made: Cast) -> None:
    number = suggestion()
    drafts.save(actor=person("mila"), ref=REF, key="summary", value="The old port. Yes.", based_on=1, at=NOW)
    saved = do(remarks.take_over, "giulia", number=number)
    assert saved.state == "merged"
    assert Text.objects.get(key="summary").value == "The new port. Yes."


def test_a_suggestion_that_meets_another_change_stands_aside(made: Cast) -> None:
    number = suggestion()
    drafts.save(actor=person("mila"), ref=REF, key="summary", value="The fine port.", based_on=1, at=NOW)
    saved = do(remarks.take_over, "giulia", number=number)
    assert saved.state == "conflict"
    assert TextVersion.objects.get(pk=saved.aside).value == "The new port."


def test_a_suggestion_is_declined_or_taken_back(made: Cast) -> None:
    assert do(remarks.decline, "giulia", number=suggestion()).state == "declined"
    key = "member_profiles/sava/role"
    number = suggestion("jonas", "We build.", key, 0)
    assert refused(remarks.take_over, "jonas", number=number).status == 403
    assert Remark.objects.get(pk=number).state == "open"
    other = suggestion("giulia", "We sell.", key, 0)
    assert refused(remarks.decline, "jonas", number=other).status == 403
    assert do(remarks.decline, "jonas", number=number).state == "declined"
    assert do(remarks.decline, "mila", number=other).state == "declined"


def test_comments_and_suggestions_are_told_apart(made: Cast) -> None:
    number = suggestion()
    assert refused(remarks.settle, "giulia", number=number).status == 422
    said = comment()
    assert refused(remarks.take_over, "giulia", number=said).status == 422
    assert refused(remarks.decline, "giulia", number=said).status == 422


def test_what_a_suggestion_must_be(made: Cast) -> None:
    common: dict[str, Any] = {"based_on": 1, "text": ""}
    assert refused(remarks.suggest, "jonas", key="nothing", suggestion="x", **common).status == 404
    assert refused(remarks.suggest, "jonas", key="work_packages/1", suggestion="x", **common).status == 404
    assert refused(remarks.suggest, "jonas", key="summary", suggestion="The old port.", **common).status == 422
    assert refused(remarks.suggest, "jonas", key="roadmap", suggestion="", **common).status == 422
    assert refused(remarks.suggest, "jonas", key="summary", suggestion="a" * 200_001, **common).status == 422


def test_who_may_remark(made: Cast) -> None:
    for who in ("charlie", "odile", "halvard"):
        assert refused(remarks.comment, who, section="summary", text="x").status == 404
    late = NOW + timedelta(days=30)
    assert refused(remarks.comment, "giulia", section="summary", text="x", at=late).status == 403
    with pytest.raises(Refusal) as no:
        remarks.comment(actor=person("giulia"), ref="nowhere", section="summary", text="x", at=NOW)
    assert no.value.status == 404


def test_open_remarks_have_an_end(made: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remarks, "MOST_OPEN", 1)
    comment()
    assert "Settle some first" in refused(remarks.comment, "jonas", section="summary", text="x").message


# --- pages -------------------------------------------------------------------------------------------------------


def test_the_page_of_remarks(made: Cast) -> None:
    page = f"{WHOLE}/remarks"
    assert "Nobody has remarked" in browsing("jonas").get(page).content.decode()
    answer = browsing("jonas").post(page, {"section": "summary", "text": "Too short?"})
    assert answer["Location"] == f"{page}?section=summary"
    number = Remark.objects.get().pk
    said = browsing("giulia").get(f"{page}?section=summary").content.decode()
    assert "Too short?" in said
    assert "1 open remark" in browsing("giulia").get(WHOLE).content.decode()
    one = f"{page}/{number}"
    assert browsing("giulia").post(one, {"act": "reply", "text": "I add a sentence."}).status_code == 302
    assert "I add a sentence." in browsing("giulia").get(page).content.decode()
    empty = browsing("giulia").post(one, {"act": "reply", "text": ""})
    assert empty.status_code == 422
    assert f'id="reply-{number}-text"' in empty.content.decode()
    long = browsing("giulia").post(one, {"act": "reply", "text": "a" * 5001})
    assert long.status_code == 422
    assert "a" * 5001 in long.content.decode()
    assert browsing("mila").post(one, {"act": "settle"}, follow=True).status_code == 200
    assert browsing("mila").post(one, {"act": "settle"}).status_code == 410
    assert browsing("mila").post(one, {"act": "reopen"}).status_code == 302
    assert browsing("mila").post(one, {"act": "dance"}).status_code == 404
    assert browsing("charlie").get(page).status_code == 404


def test_a_comment_that_cannot_be_kept_comes_back(made: Cast) -> None:
    page = f"{WHOLE}/remarks"
    answer = browsing("jonas").post(page, {"section": "summary", "text": ""})
    assert answer.status_code == 422
    answer = browsing("jonas").post(page, {"section": "summary", "text": "b" * 5001})
    assert answer.status_code == 422
    assert "b" * 5001 in answer.content.decode()


def test_the_page_of_a_suggestion(made: Cast) -> None:
    page = f"{WHOLE}/remarks/suggest?key=summary"
    said = browsing("jonas").get(page).content.decode()
    assert "The old port." in said
    same = browsing("jonas").post(page, {"suggestion": "The old port.", "text": "", "based_on": "1"})
    assert same.status_code == 422
    assert "reads so already" in same.content.decode()
    assert browsing("jonas").post(page, {"suggestion": "x", "based_on": "one"}).status_code == 422
    done = browsing("jonas").post(page, {"suggestion": "The new port.", "text": "Why not.", "based_on": "1"})
    assert done.status_code == 302
    said = browsing("giulia").get(f"{WHOLE}/remarks").content.decode()
    assert "Suggestion for Summary" in said
    assert "<ins>" in said
    number = Remark.objects.get().pk
    taken = browsing("giulia").post(f"{WHOLE}/remarks/{number}", {"act": "take"}, follow=True)
    assert "reads as suggested now" in taken.content.decode()
    assert browsing("jonas").get(f"{WHOLE}/remarks/suggest?key=nothing").status_code == 404
    assert browsing("jonas").get(f"{WHOLE}/remarks/suggest?key=work_packages/1").status_code == 404


@pytest.mark.parametrize(
    ("meanwhile", "told"),
    [
        ("The old port. Yes.", "merged with what Mila Petrović changed"),
        ("The fine port.", "changed the same words meanwhile"),
        ("The new port.", "reads so already"),
    ],
)
def test_what_became_of_a_suggestion_is_told(made: Cast, meanwhile: str, told: str) -> None:
    number = suggestion()
    drafts.save(actor=person("mila"), ref=REF, key="summary", value=meanwhile, based_on=1, at=NOW)
    answer = browsing("giulia").post(f"{WHOLE}/remarks/{number}", {"act": "take"}, follow=True)
    assert told in answer.content.decode()


def test_after_closing_remarks_are_read_only(made: Cast) -> None:
    number = comment()
    clock.set_clock(instant=NOW + timedelta(days=30))
    said = browsing("giulia").get(f"{WHOLE}/remarks").content.decode()
    assert "Write a remark" not in said
    assert browsing("giulia").post(f"{WHOLE}/remarks", {"section": "summary", "text": "x"}).status_code == 403
    assert browsing("giulia").post(f"{WHOLE}/remarks/{number}", {"act": "settle"}).status_code == 403
    page = f"{WHOLE}/remarks/suggest?key=summary"
    late = browsing("giulia").post(page, {"suggestion": "New.", "text": "", "based_on": "1"})
    assert late.status_code == 403
    assert "New." in late.content.decode()
