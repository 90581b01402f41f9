"""Beginning a consortium, changing its aims, dissolving it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.conftest import NOW
from tests.people import person
from tests.stages.consortia.casting import (
    AFTER_CLOSING,
    CALL,
    a_consortium,
    editor_of,
    invited,
    organisation_of,
    the_calls,
)

from hanse.ground import audit
from hanse.ground.accounts.models import User
from hanse.ground.outbox.models import Message
from hanse.stages.consortia.actions import forming
from hanse.stages.consortia.models import Consortium, Mandate, Seat
from hanse.stages.consortia.permissions import standing_in
from hanse.stages.consortia.queries import members
from hanse.stages.registry.actions.refusals import Refusal

pytestmark = pytest.mark.django_db
AIMS: dict[str, Any] = {
    "name": "Blue ways",
    "idea": "Clean ports.",
    "strand": "A",
    "targets": ["US", "asia"],
    "sectors": ["marine-technology"],
}


@pytest.fixture(autouse=True)
def calls(at: datetime) -> None:
    the_calls()


def begin(actor: User, at: datetime = NOW, **changed: Any) -> Consortium:
    told = {"organisation_ref": organisation_of("giulia").ref, "call": CALL, **AIMS, **changed}
    return forming.begin(actor=actor, at=at, **told)


def change(actor: User, consortium: Consortium, at: datetime = NOW, **changed: Any) -> Consortium:
    told = {"based_on": consortium.version, **AIMS, **changed}
    return forming.change_aim(actor=actor, ref=consortium.ref, at=at, **told)


# --- beginning ---------------------------------------------------------------------------------------------------


def test_who_begins_coordinates_and_an_owner_gives_the_mandate() -> None:
    consortium = begin(person("giulia"), name="  Blue   ways ")
    seat = Seat.objects.get()
    assert (consortium.name, consortium.targets, consortium.sectors) == ("Blue ways", ["US", "asia"], AIMS["sectors"])
    assert (seat.role, seat.state, seat.organisation) == ("coordinator", "accepted", organisation_of("giulia"))
    mandate = Mandate.objects.get()
    assert (mandate.seat, mandate.given_by, mandate.given_at) == (seat, person("giulia"), NOW)
    assert "Lanterna Marine Cluster" in mandate.wording
    assert [event.act for event in audit.history(("consortium", consortium.ref))] == ["begin consortium"]
    assert standing_in(person("giulia"), consortium, NOW).may_lead


def test_an_editor_begins_without_a_mandate() -> None:
    charlie = editor_of("charlie", organisation_of("giulia"))
    consortium = begin(charlie)
    assert not Mandate.objects.exists()
    assert [one.given for one in members.mandates_of(consortium)] == [False]


def test_two_of_one_name_have_refs_that_do_not_tell_of_each_other() -> None:
    first, second = begin(person("giulia")), begin(person("giulia"))
    assert first.ref != second.ref
    assert {ref.rpartition("-")[0] for ref in (first.ref, second.ref)} == {"blue-ways"}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"idea": "x" * 4001}, "idea"),
        ({"strand": "Z"}, "strand"),
        ({"targets": ["XX"]}, "targets"),
        ({"targets": ["US", "JP", "BR", "CA", "CL", "CN", "IN", "ID", "KR", "MX", "NG", "PE", "PH", "SG", "TH", "VN",
                      "ZA", "AU", "NZ", "AR", "CO"]}, "targets"),
        ({"sectors": ["magic"]}, "sectors"),
        ({"call": "NO-SUCH-CALL"}, "call"),
        ({"organisation_ref": "nobody"}, "organisation"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_by_field(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(Refusal) as refusal:
        begin(person("giulia"), **changed)
    assert (refusal.value.status, list(refusal.value.faults)) == (422, [field])
    assert not Consortium.objects.exists()


def test_too_many_sectors_are_refused() -> None:
    from hanse.callbook.reference import sectors

    with pytest.raises(Refusal, match="at most 12"):
        begin(person("giulia"), sectors=list(sectors())[:13])


def test_who_does_not_act_for_an_organisation_cannot_begin_with_it() -> None:
    organisation_of("giulia")
    for who in ("jonas", "charlie", "odile", "halvard"):
        with pytest.raises(Refusal) as refusal:
            begin(person(who))
        assert list(refusal.value.faults) == ["organisation"]
    with pytest.raises(Refusal, match="Auditors") as auditor:
        begin(editor_of("halvard", organisation_of("giulia"), "owner"))
    assert auditor.value.status == 403


def test_a_call_that_has_closed_is_refused() -> None:
    with pytest.raises(Refusal, match="has closed") as refusal:
        begin(person("giulia"), AFTER_CLOSING)
    assert refusal.value.status == 409


# --- aims --------------------------------------------------------------------------------------------------------


def test_aims_are_changed_and_a_new_strand_is_told_to_members() -> None:
    consortium = a_consortium()
    Message.objects.all().delete()
    after = change(person("giulia"), consortium, strand="B", targets=["JP", "JP"])
    assert (after.strand, after.targets, after.version) == ("B", ["JP"], 2)
    assert {message.to for message in Message.objects.all()} == {
        f"{id}@hanse.example" for id in ("giulia", "jonas", "mila")
    }


def test_a_save_without_a_change_changes_nothing() -> None:
    consortium = a_consortium()
    same = {name: getattr(consortium, name) for name in AIMS}
    assert change(person("giulia"), consortium, **same).version == 1
    assert not audit.history(("consortium", consortium.ref)).exists()


def test_the_second_of_two_changes_meets_the_first() -> None:
    consortium = a_consortium()
    change(person("giulia"), consortium, name="Bluer ways")
    with pytest.raises(Refusal) as refusal:
        change(person("giulia"), consortium, name="Greener ways")
    assert (refusal.value.status, list(refusal.value.faults)) == (409, ["based_on"])
    assert Consortium.objects.get().name == "Bluer ways"


def test_a_save_that_says_what_stands_already_is_no_conflict() -> None:
    consortium = a_consortium()
    change(person("giulia"), consortium)
    assert change(person("giulia"), consortium).version == 2


def test_only_the_coordinator_changes_aims_or_dissolves() -> None:
    consortium = a_consortium()
    editor_of("halvard", organisation_of("giulia"))
    invited(consortium, "FR")
    for who, status, words in (
        ("jonas", 403, "Lanterna Marine Cluster, which coordinates"),
        ("halvard", 403, "Auditors"),
        ("charlie", 404, "no such"),
        ("odile", 404, "no such"),
    ):
        with pytest.raises(Refusal, match=words) as refusal:
            change(person(who), consortium)
        assert refusal.value.status == status
        with pytest.raises(Refusal, match=words) as refusal:
            forming.dissolve(actor=person(who), ref=consortium.ref, reason="No.", at=NOW)
        assert refusal.value.status == status


def test_nothing_changes_after_the_call_has_closed() -> None:
    consortium = a_consortium()
    with pytest.raises(Refusal, match="has closed") as refusal:
        change(person("giulia"), consortium, AFTER_CLOSING)
    assert refusal.value.status == 409
    with pytest.raises(Refusal, match="has closed") as refusal:
        forming.dissolve(actor=person("giulia"), ref=consortium.ref, reason="No.", at=AFTER_CLOSING)
    assert refusal.value.status == 409


def test_the_closing_instant_itself_is_the_last() -> None:
    consortium = a_consortium()
    closing = datetime.fromisoformat("2020-12-02T16:00:00+00:00")
    assert change(person("giulia"), consortium, closing - timedelta(seconds=1), name="Just in time").version == 2
    with pytest.raises(Refusal, match="has closed"):
        change(person("giulia"), consortium, closing + timedelta(seconds=1), name="Too late")


def test_there_is_no_consortium_of_an_unknown_ref() -> None:
    with pytest.raises(Refusal) as refusal:
        forming.dissolve(actor=person("giulia"), ref="nowhere", reason="No.", at=NOW)
    assert refusal.value.status == 404


# --- dissolving --------------------------------------------------------------------------------------------------


def test_dissolving_is_told_to_members_and_invited_and_is_final() -> None:
    consortium = a_consortium()
    invited(consortium, "FR")
    Message.objects.all().delete()
    forming.dissolve(actor=person("giulia"), ref=consortium.ref, reason="No money.", at=NOW)
    consortium.refresh_from_db()
    assert (consortium.state, consortium.dissolved_at) == ("dissolved", NOW)
    assert members.why_dissolved(consortium) == "No money."
    assert {message.to for message in Message.objects.all()} == {
        f"{id}@hanse.example" for id in ("giulia", "jonas", "mila", "phare")
    }
    standing = standing_in(person("giulia"), consortium, NOW)
    assert (standing.takes_part, standing.may_edit) == (True, False)
    with pytest.raises(Refusal, match="dissolved"):
        change(person("giulia"), consortium)
    assert not members.consortia_of(person("giulia"))


def test_dissolving_needs_a_reason() -> None:
    consortium = a_consortium()
    with pytest.raises(Refusal) as refusal:
        forming.dissolve(actor=person("giulia"), ref=consortium.ref, reason="  ", at=NOW)
    assert (refusal.value.status, list(refusal.value.faults)) == (422, ["reason"])
    assert members.why_dissolved(consortium) == ""
