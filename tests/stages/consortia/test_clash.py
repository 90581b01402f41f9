"""An organisation in two consortia of one call: it alone is warned, and nobody else can tell."""

import re
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.conftest import NOW
from tests.people import browsing, person
from tests.stages.consortia.casting import (
    CALL,
    OLDER_CALL,
    a_consortium,
    editor_of,
    invited,
    organisation_in,
    organisation_of,
    seat_of,
    the_calls,
)

from hanse.core.eligibility.kinds.one_consortium_per_organisation import Per
from hanse.ground import clock
from hanse.stages.announcement.queries import call_of
from hanse.stages.consortia.models import Consortium, Seat
from hanse.stages.consortia.queries.clash import _scope, clashes_of
from hanse.stages.registry.actions import registration
from hanse.stages.registry.actions.profiles import edit_legal_entity

pytestmark = pytest.mark.django_db
WARNING = "stands in two consortia of one call"


@pytest.fixture(autouse=True)
def calls(at: datetime) -> None:
    """The calls are loaded, and the first reading of the call, which a process remembers, is behind us."""
    the_calls()
    assert call_of(CALL, NOW) is not None


def rival(*members: str, **told: Any) -> Consortium:
    """Another consortium with Salzspeicher in it."""
    return a_consortium(*(members or ("FR", "jonas", "ES")), ref="rival", name="Silver routes", **told)


def pairs(id: str, consortium: Consortium | None = None) -> list[tuple[str, str]]:
    found = clashes_of(person(id), NOW, consortium)
    return [(clash.here.consortium.ref, clash.there.consortium.ref) for clash in found]


def test_who_stands_in_two_consortia_of_a_strand_is_warned_on_both_sides() -> None:
    here = a_consortium()
    rival()
    assert pairs("jonas") == [("blue-ways", "rival"), ("rival", "blue-ways")]
    assert pairs("jonas", here) == [("blue-ways", "rival")]
    clash = clashes_of(person("jonas"), NOW, here)[0]
    assert (clash.within, clash.sure, clash.known) == ("strand", True, True)
    assert "Silver routes" in clash.text
    assert "same strand" in clash.text


def test_nobody_else_is_warned() -> None:
    a_consortium()
    rival()
    for id in ("giulia", "mila", "charlie", "odile", "halvard", "ines"):
        assert pairs(id) == []


def test_an_editor_of_the_organisation_is_warned_too() -> None:
    a_consortium()
    rival()
    editor_of("charlie", organisation_of("jonas"))
    assert len(pairs("charlie")) == 2


def test_other_strands_calls_and_roles_are_no_clash() -> None:
    a_consortium()
    other = rival(strand="B")
    assert pairs("jonas") == []
    Consortium.objects.filter(pk=other.pk).update(strand="A", call=OLDER_CALL)
    assert pairs("jonas") == []
    Consortium.objects.filter(pk=other.pk).update(call=CALL)
    seat = seat_of(other, "jonas")
    Seat.objects.filter(pk=seat.pk).update(role="associated_partner")
    assert pairs("jonas") == []
    Seat.objects.filter(pk=seat.pk).update(role="beneficiary", state="left")
    assert pairs("jonas") == []
    Seat.objects.filter(pk=seat.pk).update(state="accepted")
    assert len(pairs("jonas")) == 2
    Consortium.objects.filter(pk=other.pk).update(state="dissolved")
    assert pairs("jonas") == []


def test_while_a_strand_is_undecided_the_warning_says_so() -> None:
    here = a_consortium(strand="")
    rival()
    clash = clashes_of(person("jonas"), NOW, here)[0]
    assert not clash.sure
    assert "Once both have chosen a strand" in clash.text


def test_an_invitation_counts_and_is_called_one() -> None:
    a_consortium()
    other = rival("FR", "ES")
    invited(other, "jonas")
    assert "not accepted yet" in clashes_of(person("jonas"), NOW)[0].text


def test_another_profile_of_the_body_counts_and_its_consortium_is_not_named() -> None:
    here = a_consortium()
    twin = organisation_in("DE", 2)
    twin.legal_entity = organisation_of("jonas").legal_entity
    twin.save()
    a_consortium("FR", twin, "ES", ref="rival", name="Silver routes")
    clash = clashes_of(person("jonas"), NOW, here)[0]
    assert not clash.known
    assert "Silver routes" not in clash.text
    assert twin.name in clash.text
    page = browsing("jonas").get("/consortia/blue-ways").content.decode()
    assert WARNING in page
    assert "Silver routes" not in page
    assert "rival" not in page


def test_who_states_the_legal_entity_of_another_learns_nothing_of_it() -> None:
    """The spy's profile was registered on a body of its own, and stands on the rival's since."""
    rival()
    entity = organisation_of("jonas").legal_entity
    assert entity is not None
    spying = organisation_in("TR")
    told: dict[str, Any] = {"actor": person("aylin"), "ref": spying.ref, "version": spying.version}
    edit_legal_entity(**told, based_on={}, values={}, existing=entity.ref, at=NOW)
    spying.refresh_from_db()
    assert spying.legal_entity == entity
    a_consortium(spying, "mila", ref="trap")
    assert pairs("aylin") == []
    # And a profile that nobody has reviewed raises no alarm at those whose body it claims.
    assert pairs("jonas") == []


def test_a_draft_profile_on_the_legal_entity_of_another_learns_nothing_either() -> None:
    rival()
    entity = organisation_of("jonas").legal_entity
    assert entity is not None
    draft = registration.start_draft(
        actor=person("charlie"), values={"name": "Shadow"}, existing_entity=entity.ref, at=NOW
    )
    a_consortium(draft, "mila", ref="trap")
    assert pairs("charlie") == []


def test_in_a_call_without_such_a_rule_nothing_clashes() -> None:
    a_consortium(call="SMP-COSME-2021-CLUSTER-01", strand="")
    rival(call="SMP-COSME-2021-CLUSTER-01", strand="")
    call = call_of("SMP-COSME-2021-CLUSTER-01", NOW)
    assert call is not None
    asked = any(rule.kind == "one_consortium_per_organisation" for rule in call.rules)
    assert bool(pairs("jonas")) is asked


def test_a_call_that_is_not_there_has_no_clash() -> None:
    here = a_consortium(call="NO-SUCH-CALL")
    rival(call="NO-SUCH-CALL")
    assert pairs("jonas") == []
    assert pairs("jonas", here) == []


def test_the_scope_of_the_rule_is_strand_phase_or_call() -> None:
    older = call_of(OLDER_CALL, NOW)
    assert older is not None
    phased = [strand for strand in older.strands if strand.phase]
    none: frozenset[str] = frozenset()
    assert _scope(Per.CALL, "", older, none) == "call"
    assert _scope(Per.CALL, "A", older, none) == "call"
    assert _scope(Per.STRAND, "", older, none) is None
    assert _scope(Per.CALL, "", older, frozenset({"B"})) is None
    assert _scope(Per.STRAND, "A", older, none) == "strand A"
    assert _scope(Per.STRAND, "A", older, frozenset({"B"})) == "apart"
    assert _scope(Per.PHASE, "no such strand", older, none) == "strand no such strand"
    for strand in phased:
        assert _scope(Per.PHASE, strand.id, older, none) == f"phase {strand.phase}"


# --- nothing leaks -----------------------------------------------------------------------------------------------

PAGES = ("", "/panel", "/what-if", "/matrix", "/members/{mine}", "/members/{theirs}", "/members/{theirs}/remove")


Page = tuple[str, int, list[str]]


def looked_at(id: str, consortium: Consortium) -> list[Page]:
    """What a member is answered on every page: content but for the token, the status, what the database was asked."""
    mine, theirs = seat_of(consortium, id).pk, seat_of(consortium, "jonas").pk
    home = f"/consortia/{consortium.ref}"
    return [
        _answer(id, address.format(mine=mine, theirs=theirs)) for address in ("/consortia", *(home + p for p in PAGES))
    ]


def _answer(id: str, address: str) -> Page:
    client = browsing(id)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address)
    content = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())
    # What stands in quotes is keys of sessions and instants, which differ from one sign-in to the next.
    return content, answer.status_code, [re.sub(r"'[^']*'", "?", query["sql"]) for query in asked.captured_queries]


@pytest.mark.parametrize("id", ["giulia", "mila"])
def test_the_pages_of_other_members_are_the_same_with_and_without_a_clash(
    monkeypatch: pytest.MonkeyPatch, id: str
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)  # pages of a rehearsal show the time
    here = a_consortium()
    other = rival("FR", "ES")
    alone = looked_at(id, here)
    seat = invited(other, "jonas")
    Seat.objects.filter(pk=seat.pk).update(state="accepted")
    clashing = looked_at(id, here)
    assert [content for content, _, _ in clashing] == [content for content, _, _ in alone]
    assert [queries for _, _, queries in clashing] == [queries for _, _, queries in alone]
    assert all(status == 200 for _, status, _ in clashing)


def test_the_members_of_the_other_consortium_see_nothing_either(at: datetime) -> None:
    a_consortium("giulia", "mila")
    other = rival()
    before = browsing("jonas").get("/consortia/rival").content.decode()
    assert WARNING not in before
    a_consortium("TR", "jonas", ref="third", name="Third way")
    assert WARNING in browsing("jonas").get("/consortia/rival").content.decode()
    assert seat_of(other, "jonas").state == "accepted"


def test_the_organisation_is_warned_on_its_own_pages_with_as_many_queries(at: datetime) -> None:
    a_consortium()
    other = rival("FR", "ES")
    client = browsing("jonas")
    with CaptureQueriesContext(connection) as alone:
        assert WARNING not in client.get("/consortia/blue-ways").content.decode()
    seat = invited(other, "jonas")
    with CaptureQueriesContext(connection) as clashing:
        page = client.get("/consortia/blue-ways").content.decode()
    assert WARNING in page
    assert "Silver routes" in page
    assert len(alone) == len(clashing)
    assert WARNING in client.get("/consortia").content.decode()
    assert WARNING in client.get(f"/consortia/rival/invitations/{seat.pk}").content.decode()
