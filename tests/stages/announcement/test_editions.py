"""An edition is written by one officer and published by another."""

from datetime import date, datetime, time, timedelta

import pytest
from tests.stages.announcement.conftest import CALL

from hanse.ground import audit
from hanse.ground.accounts.models import User
from hanse.ground.outbox.models import Message
from hanse.stages.announcement import actions, queries
from hanse.stages.announcement.actions import Refusal
from hanse.stages.announcement.models import CallEdition, Nature, State
from hanse.stages.announcement.queries.changes import effect_of
from hanse.stages.announcement.queries.folders import texts_of


def texts(at: datetime, **replaced: tuple[str, str]) -> dict[str, str]:
    """The texts in force, with one passage of a file replaced: `rules=("30", "20")`."""
    edition = queries.edition_in_force(CALL, at)
    assert edition is not None
    found = texts_of(edition)
    for file, (old, new) in replaced.items():
        assert old in found[f"{file}.toml"]
        found[f"{file}.toml"] = found[f"{file}.toml"].replace(old, new)
    return found


FOUR_COUNTRIES = ("minimum = 3\ngroups", "minimum = 4\ngroups")


def drafted(actor: User, at: datetime, **replaced: tuple[str, str]) -> CallEdition:
    draft = actions.draft_edition(
        actor=actor, reference=CALL, texts=texts(at, **replaced), reason="A figure was wrong.", at=at
    )
    assert isinstance(draft, CallEdition)
    return draft


def proposed(actor: User, at: datetime, **replaced: tuple[str, str]) -> CallEdition:
    draft = drafted(actor, at, **replaced)
    found = actions.propose(actor=actor, edition_id=draft.pk, based_on=draft.digest, at=at)
    assert isinstance(found, CallEdition), found
    return found


def published(first: User, second: User, at: datetime, **replaced: tuple[str, str]) -> CallEdition:
    edition = proposed(first, at, **replaced)
    found = actions.publish(actor=second, edition_id=edition.pk, based_on=edition.digest, at=at)
    assert isinstance(found, CallEdition), found
    return found


FEWER = {"call": ("expected_projects = { value = 12", "expected_projects = { value = 11")}


def test_two_officers_publish_a_corrigendum(calls: datetime, odile: User, piet: User) -> None:
    later = calls + timedelta(hours=1)
    edition = published(odile, piet, later, **FEWER)
    assert (edition.number, edition.state, edition.nature) == (2, State.PUBLISHED, Nature.CORRIGENDUM)
    call = queries.call_of(CALL, later)
    assert call is not None and call.strands[0].expected_projects.known == 11
    first = CallEdition.objects.get(reference=CALL, number=1)
    assert (first.state, first.superseded_at) == (State.SUPERSEDED, later)


def test_the_edition_before_is_in_force_until_that_instant(calls: datetime, odile: User, piet: User) -> None:
    later = calls + timedelta(hours=1)
    published(odile, piet, later, **FEWER)
    before = queries.call_of(CALL, later - timedelta(seconds=1))
    assert before is not None and before.strands[0].expected_projects.known == 12


def test_nobody_publishes_what_they_proposed(calls: datetime, odile: User) -> None:
    edition = proposed(odile, calls, **FEWER)
    refusal = actions.publish(actor=odile, edition_id=edition.pk, based_on=edition.digest, at=calls)
    assert isinstance(refusal, Refusal) and refusal.status == 403
    edition.refresh_from_db()
    assert edition.state == State.PROPOSED


def test_each_step_is_on_record_by_whom(calls: datetime, odile: User, piet: User) -> None:
    published(odile, piet, calls, **FEWER)
    acts = [(event.act, event.actor_name) for event in audit.history(("call", CALL))][1:]
    assert acts == [
        ("draft edition", odile.name),
        ("propose edition", odile.name),
        ("publish edition", piet.name),
    ]


def test_only_officers_prepare_and_publish(calls: datetime, odile: User, giulia: User, auditor: User) -> None:
    edition = proposed(odile, calls, **FEWER)
    for actor in (giulia, auditor):
        refusal = actions.publish(actor=actor, edition_id=edition.pk, based_on=edition.digest, at=calls)
        assert isinstance(refusal, Refusal) and refusal.status == 403
        begun = actions.draft_edition(actor=actor, reference=CALL, texts=texts(calls), reason="x", at=calls)
        assert isinstance(begun, Refusal) and begun.status == 403


def test_a_contradiction_blocks(calls: datetime, odile: User) -> None:
    draft = drafted(odile, calls, call=("value = 7500000", "value = 1"))
    refusal = actions.propose(actor=odile, edition_id=draft.pk, based_on=draft.digest, at=calls)
    assert isinstance(refusal, Refusal) and refusal.status == 422
    assert any("call.toml" in detail for detail in refusal.details)


def test_a_folder_that_cannot_be_read_is_kept_as_a_draft_and_not_proposed(calls: datetime, odile: User) -> None:
    draft = drafted(odile, calls, call=('edition = "1.0"', "edition = "))
    assert draft.title == CALL
    refusal = actions.propose(actor=odile, edition_id=draft.pk, based_on=draft.digest, at=calls)
    assert isinstance(refusal, Refusal)
    assert [detail for detail in refusal.details if "call.toml" in detail and "hanse-call-" not in detail]


def test_nothing_changed_is_nothing_to_publish(calls: datetime, odile: User) -> None:
    draft = drafted(odile, calls)
    refusal = actions.propose(actor=odile, edition_id=draft.pk, based_on=draft.digest, at=calls)
    assert isinstance(refusal, Refusal) and "nothing to publish" in refusal.message


def test_the_folder_of_another_call_is_refused(calls: datetime, odile: User) -> None:
    draft = drafted(odile, calls, call=(f'reference = "{CALL}"', 'reference = "ANOTHER"'))
    refusal = actions.propose(actor=odile, edition_id=draft.pk, based_on=draft.digest, at=calls)
    assert isinstance(refusal, Refusal) and "ANOTHER" in refusal.message


def test_a_second_draft_is_stale_once_the_first_is_published(calls: datetime, odile: User, piet: User) -> None:
    waiting = proposed(odile, calls, call=("expected_projects = { value = 12", "expected_projects = { value = 10"))
    published(odile, piet, calls, **FEWER)
    refusal = actions.publish(actor=piet, edition_id=waiting.pk, based_on=waiting.digest, at=calls)
    assert isinstance(refusal, Refusal) and "has come into force" in refusal.message


def test_what_is_published_cannot_be_published_again(calls: datetime, odile: User, piet: User) -> None:
    edition = published(odile, piet, calls, **FEWER)
    refusal = actions.publish(actor=piet, edition_id=edition.pk, based_on=edition.digest, at=calls)
    assert isinstance(refusal, Refusal) and refusal.status == 409


def test_the_second_officer_publishes_what_they_read(calls: datetime, odile: User, piet: User) -> None:
    edition = proposed(odile, calls, **FEWER)
    refusal = actions.publish(actor=piet, edition_id=edition.pk, based_on="another text", at=calls)
    assert isinstance(refusal, Refusal) and "have changed" in refusal.message


def test_two_writers_of_one_draft_lose_nothing(calls: datetime, odile: User, piet: User) -> None:
    draft = drafted(odile, calls, **FEWER)
    theirs = texts(calls) | {"CHANGES.md": "Piet was here.\n"}
    kept = actions.change_draft(
        actor=piet, edition_id=draft.pk, based_on=draft.digest, texts=theirs, reason="Piet's", at=calls
    )
    assert isinstance(kept, CallEdition)
    refusal = actions.change_draft(
        actor=odile, edition_id=draft.pk, based_on=draft.digest, texts=texts(calls), reason="Odile's", at=calls
    )
    assert isinstance(refusal, Refusal) and refusal.status == 409
    assert texts_of(CallEdition.objects.get(pk=draft.pk))["CHANGES.md"] == "Piet was here.\n"


def test_a_proposed_edition_stands_still_until_it_is_sent_back(calls: datetime, odile: User, piet: User) -> None:
    edition = proposed(odile, calls, **FEWER)

    def changed() -> CallEdition | Refusal:
        return actions.change_draft(
            actor=odile, edition_id=edition.pk, based_on=edition.digest, texts=texts(calls), reason="", at=calls
        )

    assert isinstance(changed(), Refusal)
    back = actions.return_to_draft(actor=piet, edition_id=edition.pk, reason="The figure again.", at=calls)
    assert isinstance(back, CallEdition) and back.state == State.DRAFT and back.proposed_by is None
    assert isinstance(changed(), CallEdition)


def test_a_withdrawn_edition_is_gone_for_good(calls: datetime, odile: User, piet: User) -> None:
    edition = proposed(odile, calls, **FEWER)
    assert isinstance(actions.withdraw(actor=odile, edition_id=edition.pk, at=calls), CallEdition)
    refusal = actions.publish(actor=piet, edition_id=edition.pk, based_on=edition.digest, at=calls)
    assert isinstance(refusal, Refusal) and "withdrawn" in refusal.message
    assert not queries.editions_in_preparation().exists()


@pytest.mark.parametrize("reference", ["", "../etc", "a b", "x" * 81, "desk", "<b>", "a\0b"])
def test_a_reference_is_a_name(calls: datetime, odile: User, reference: str) -> None:
    refusal = actions.draft_edition(actor=odile, reference=reference, texts=texts(calls), reason="x", at=calls)
    assert isinstance(refusal, Refusal) and refusal.status == 422


@pytest.mark.parametrize("path", ["../call.toml", "cases/../../x.toml", "notes.txt", "/etc/passwd", "cases/a/b.toml"])
def test_only_files_of_a_folder_are_kept(calls: datetime, odile: User, path: str) -> None:
    refusal = actions.draft_edition(actor=odile, reference=CALL, texts=texts(calls) | {path: "x"}, reason="x", at=calls)
    assert isinstance(refusal, Refusal) and any(path in detail for detail in refusal.details)


def test_a_new_call_begins_with_its_first_edition(calls: datetime, odile: User, piet: User) -> None:
    from hanse.callbook.new_call import template_texts

    draft = actions.draft_edition(
        actor=odile, reference="NEW-2021", texts=template_texts("NEW-2021"), reason="A new call.", at=calls
    )
    assert isinstance(draft, CallEdition) and (draft.number, draft.nature) == (1, Nature.FIRST)
    assert queries.call_of("NEW-2021", calls) is None
    actions.propose(actor=odile, edition_id=draft.pk, based_on=draft.digest, at=calls)
    done = actions.publish(actor=piet, edition_id=draft.pk, based_on=draft.digest, at=calls)
    assert isinstance(done, CallEdition), done
    call = queries.call_of("NEW-2021", calls)
    assert call is not None and call.reference == "NEW-2021"


def test_a_corrigendum_names_the_cases_it_turns(calls: datetime, odile: User) -> None:
    draft = drafted(odile, calls, rules=FOUR_COUNTRIES)
    assert draft.base is not None
    effect = effect_of(draft.base, draft)
    assert [change.item for change in effect.changes] == ["rule A-three-countries"]
    assert effect.asked > 20
    assert effect.turned
    assert all(case.sentence.startswith(f"{case.proposal}: was ") for case in effect.turned)
    assert "was eligible, is now not eligible" in effect.turned[0].sentence


def test_followers_read_what_changed(calls: datetime, odile: User, piet: User, giulia: User) -> None:
    actions.follow(actor=giulia, reference=CALL, at=calls)
    published(odile, piet, calls, **FEWER)
    message = Message.objects.get()
    assert message.to == giulia.email
    assert "strand A, expected projects: was 12" in message.body
    assert "is now 11" in message.body


def test_who_stopped_following_is_not_written_to(calls: datetime, odile: User, piet: User, giulia: User) -> None:
    actions.follow(actor=giulia, reference=CALL, at=calls)
    actions.follow(actor=giulia, reference=CALL, at=calls)
    assert actions.unfollow(actor=giulia, reference=CALL, at=calls) is True
    assert actions.unfollow(actor=giulia, reference=CALL, at=calls) is False
    published(odile, piet, calls, **FEWER)
    assert not Message.objects.exists()


def test_nobody_follows_what_is_not_there(calls: datetime, giulia: User) -> None:
    refusal = actions.follow(actor=giulia, reference="NO-SUCH-CALL", at=calls)
    assert isinstance(refusal, Refusal) and refusal.status == 404


# --- extension ---------------------------------------------------------------------------------------------------


def extended(actor: User, at: datetime, day: date, hour: time = time(17)) -> CallEdition | Refusal:
    return actions.extend(
        actor=actor,
        reference=CALL,
        day=day,
        hour=hour,
        reason='The portal was "down".',
        decided_on=at.date(),
        at=at,
    )


def test_an_extension_moves_the_deadline_and_nothing_else(
    calls: datetime, odile: User, piet: User, giulia: User
) -> None:
    actions.follow(actor=giulia, reference=CALL, at=calls)
    edition = extended(odile, calls, date(2020, 12, 9))
    assert isinstance(edition, CallEdition), edition
    assert (edition.state, edition.nature) == (State.PROPOSED, Nature.EXTENSION)
    assert isinstance(actions.publish(actor=odile, edition_id=edition.pk, based_on=edition.digest, at=calls), Refusal)
    done = actions.publish(actor=piet, edition_id=edition.pk, based_on=edition.digest, at=calls)
    assert isinstance(done, CallEdition), done
    call = queries.call_of(CALL, calls)
    assert call is not None
    assert call.window.closing == calls + timedelta(days=10)
    said = [statement.text for statement in call.statements if statement.section == "until_when"]
    assert any(text.startswith("Before the deadline was moved: Applications close on 2 December") for text in said)
    assert any("Applications close on 9 December 2020 at 17:00, Brussels time" in text for text in said)
    message = Message.objects.get()
    assert "the deadline is moved" in message.subject
    assert "deadline, closes on: was 2 December 2020" in message.body
    assert 'The portal was "down".' in message.body


def test_a_deadline_can_be_moved_twice(calls: datetime, odile: User, piet: User) -> None:
    for day in (date(2020, 12, 9), date(2020, 12, 16)):
        edition = extended(odile, calls, day)
        assert isinstance(edition, CallEdition), edition
        actions.publish(actor=piet, edition_id=edition.pk, based_on=edition.digest, at=calls)
    edition_now = queries.edition_in_force(CALL, calls)
    assert edition_now is not None and (edition_now.number, edition_now.closes_on) == (3, date(2020, 12, 16))


@pytest.mark.parametrize(
    ("day", "said"),
    [(date(2020, 12, 1), "bring it forward"), (date(2020, 12, 2), "bring it forward"), (date(2020, 11, 1), "passed")],
)
def test_an_extension_is_later(calls: datetime, odile: User, day: date, said: str) -> None:
    refusal = extended(odile, calls, day)
    assert isinstance(refusal, Refusal) and said in refusal.message


def test_a_deadline_in_a_clock_change_is_refused(calls: datetime, odile: User) -> None:
    refusal = extended(odile, calls, date(2021, 3, 28), time(2, 30))
    assert isinstance(refusal, Refusal) and refusal.status == 422


def test_every_call_with_a_deadline_can_be_extended_in_its_text(calls: datetime, odile: User) -> None:
    for edition in queries.editions_in_force(calls):
        if edition.closing is None:
            continue
        day = max(edition.closing, calls).date() + timedelta(days=7)
        moved = actions.extend(
            actor=odile,
            reference=edition.reference,
            day=day,
            hour=time(17),
            reason="A test.",
            decided_on=calls.date(),
            at=calls,
        )
        assert isinstance(moved, CallEdition), (edition.reference, moved)
        assert moved.closes_on == day
