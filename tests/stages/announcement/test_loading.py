"""The calls that come with Hanse are there from the start, and stay as officers leave them."""

from datetime import datetime, timedelta

from django.core.management import call_command
from tests.stages.announcement.conftest import CALL

from hanse.callbook.calls import call_names, read_call
from hanse.ground import audit
from hanse.ground.accounts.models import User
from hanse.stages.announcement import actions, queries
from hanse.stages.announcement.models import CallEdition, State
from hanse.stages.announcement.queries.editions import Standing, standing_of
from hanse.stages.announcement.queries.folders import texts_of


def test_six_calls_are_in_force_as_their_folders_say(calls: datetime) -> None:
    found = {edition.reference: edition for edition in queries.editions_in_force(calls)}
    assert sorted(found) == list(call_names())
    assert queries.call_of(CALL, calls) == read_call(CALL)
    assert found[CALL].closing == read_call(CALL).window.closing
    assert all(edition.by_the_system and edition.number == 1 for edition in found.values())


def test_loading_again_changes_nothing(calls: datetime) -> None:
    before = list(CallEdition.objects.order_by("pk").values())
    assert actions.load_callbook(calls + timedelta(days=1)) == []
    assert list(CallEdition.objects.order_by("pk").values()) == before


def test_a_corrected_folder_becomes_the_next_edition(calls: datetime) -> None:
    CallEdition.objects.filter(reference=CALL).update(digest="of an older folder")
    [made] = actions.load_callbook(calls + timedelta(hours=1))
    assert (made.reference, made.number, made.by_the_system) == (CALL, 2, True)
    assert CallEdition.objects.get(reference=CALL, number=1).state == State.SUPERSEDED


def test_what_officers_published_is_left_alone(calls: datetime, odile: User, piet: User) -> None:
    base = queries.edition_in_force(CALL, calls)
    assert base is not None
    texts = texts_of(base)
    texts["CHANGES.md"] += "\nA remark.\n"
    draft = actions.draft_edition(actor=odile, reference=CALL, texts=texts, reason="A remark.", at=calls)
    assert isinstance(draft, CallEdition)
    actions.propose(actor=odile, edition_id=draft.pk, based_on=draft.digest, at=calls)
    actions.publish(actor=piet, edition_id=draft.pk, based_on=draft.digest, at=calls)
    assert actions.load_callbook(calls) == []
    edition = queries.edition_in_force(CALL, calls)
    assert edition is not None and edition.number == 2


def test_each_loading_is_on_record(calls: datetime) -> None:
    assert [event.act for event in audit.history(("call", CALL))] == ["load call"]
    assert audit.verify() is None


def test_the_2020_call_is_open_three_days_before_its_deadline_and_others_are_not(calls: datetime) -> None:
    [open_call] = queries.open_calls(calls)
    assert open_call.closes == calls + timedelta(days=3)
    assert open_call.left == "3 days"
    assert (open_call.url, open_call.check_url) == (f"/calls/{CALL}", f"/calls/{CALL}/check")
    standings = {e.reference: standing_of(e, calls) for e in queries.editions_in_force(calls)}
    assert standings["COS-CLUSTER-2014-3-03"] is Standing.CLOSED
    assert standings["SMP-COSME-2021-CLUSTER-01"] is Standing.UNSURE


def test_a_call_is_not_open_before_its_text(calls: datetime) -> None:
    edition = queries.edition_in_force(CALL, calls)
    assert edition is not None
    assert standing_of(edition, calls - timedelta(days=90)) is Standing.NOT_YET


def test_the_deadline_is_told_to_the_second(calls: datetime) -> None:
    closing = calls + timedelta(days=3)
    edition = queries.edition_in_force(CALL, calls)
    assert edition is not None
    second = timedelta(seconds=1)
    told = [standing_of(edition, instant) for instant in (closing - second, closing, closing + second)]
    assert told == [Standing.OPEN, Standing.OPEN, Standing.CLOSED]


def test_no_such_call(calls: datetime) -> None:
    assert queries.call_of("NO-SUCH-CALL", calls) is None


def test_the_tables_are_as_the_migration_says(db: None) -> None:
    call_command("makemigrations", "announcement", check=True, dry_run=True, verbosity=0)
