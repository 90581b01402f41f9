"""The door for programs: who may enter, what it says, how errors read, and that it saves as the pages do."""

import json
from datetime import datetime
from typing import Any

import pytest
from tests.people import browsing, person
from tests.stages.consortia.casting import a_consortium, invited, the_calls

from hanse.callbook.reference import geography
from hanse.callbook.setting import day_of_countries
from hanse.callbook.verdict_tables import ProposalTables
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.engine import Examiner
from hanse.core.values.digest import plain
from hanse.stages.announcement.queries import call_of
from hanse.stages.consortia.queries.members import open_seats
from hanse.stages.proposals.actions import drafts
from hanse.stages.proposals.models import Proposal, TextVersion
from hanse.stages.proposals.queries.dossiers import dossier_of

pytestmark = pytest.mark.django_db
WHOLE = "/api/v1/proposals/blue-ways"


@pytest.fixture
def begun(at: datetime) -> Proposal:
    the_calls()
    consortium = a_consortium()
    invited(consortium, "FR")
    return drafts.begin(actor=person("giulia"), ref=consortium.ref, at=at)


def told(answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.content)
    return found


def save(who: str, key: str, value: str, based_on: int = 0) -> Any:
    sent = {"key": key, "value": value, "based_on": based_on}
    return browsing(who).put(f"{WHOLE}/fields", json.dumps(sent), content_type="application/json")


def test_the_description_names_every_endpoint() -> None:
    paths = told(browsing().get("/api/v1/openapi.json"))["paths"]
    assert set(paths) == {
        "/api/v1/consortia/{ref}", "/api/v1/proposals/{ref}", "/api/v1/proposals/{ref}/fields",
        "/api/v1/proposals/{ref}/verdict", "/api/v1/proposals/{ref}/report", "/api/v1/proposals/{ref}/submissions",
        "/api/v1/proposals/{ref}/withdrawals", "/api/v1/proposals/{ref}/receipts",
        "/api/v1/proposals/{ref}/receipts/{place}",
    }  # fmt: skip


@pytest.mark.parametrize("path", [WHOLE, f"{WHOLE}/verdict", "/api/v1/consortia/blue-ways"])
def test_who_has_not_signed_in_gets_401_and_who_may_not_know_gets_404(path: str, begun: Proposal) -> None:
    for who, status in (("", 401), ("charlie", 404), ("odile", 404), ("halvard", 404)):
        answer = browsing(who).get(path)
        assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
        assert told(answer)["status"] == status


def test_an_application_is_read_with_its_versions(begun: Proposal, at: datetime) -> None:
    assert save("giulia", "summary", "We go abroad.").status_code == 200
    found = told(browsing("jonas").get(WHOLE))
    assert (found["ref"], found["call"], found["strand"]) == ("blue-ways", "COS-CLUSINT-2020-3-01", "A")
    assert [(f["key"], f["value"], f["version"], f["changed_by"]) for f in found["fields"]] == [
        ("summary", "We go abroad.", 1, "Giulia Doria")
    ]


def test_a_save_says_what_became_of_it(begun: Proposal) -> None:
    assert told(save("giulia", "summary", "One.\nTwo.\n"))["state"] == "saved"
    assert told(save("giulia", "summary", "One.\nTwo.\n", 1))["state"] == "same"
    assert told(save("jonas", "summary", "One!\nTwo.\n", 1))["version"] == 2
    merged = told(save("mila", "summary", "One.\nTwo!\n", 1))
    assert (merged["state"], merged["value"], merged["by"]) == ("merged", "One!\nTwo!\n", "Jonas Wendt")
    clash = save("giulia", "summary", "Uno.\nTwo.\n", 1)
    assert (clash.status_code, told(clash)["state"], told(clash)["theirs"]) == (409, "conflict", "One!\nTwo!\n")
    assert TextVersion.objects.filter(value="Uno.\nTwo.\n", settled_at__isnull=True).exists()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"key": "nothing_of_it", "value": "x", "based_on": 0}, 404),
        ({"key": "summary", "value": "x" * 200_001, "based_on": 0}, 422),
        ({"key": "summary", "value": 7, "based_on": 0}, 422),
        ({"value": "x"}, 422),
    ],
)
def test_what_cannot_be_saved_is_a_problem_with_its_place(sent: dict[str, Any], status: int, begun: Proposal) -> None:
    answer = browsing("giulia").put(f"{WHOLE}/fields", json.dumps(sent), content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert told(answer)["detail"]
    assert status != 422 or told(answer)["faults"]


def test_a_broken_body_is_told(begun: Proposal) -> None:
    answer = browsing("giulia").put(f"{WHOLE}/fields", "{", content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_a_change_needs_the_token_of_a_form(begun: Proposal) -> None:
    from django.test import Client

    from hanse.ground.accounts.actions import BACKEND

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(person("giulia"), backend=BACKEND)
    answer = strict.put(
        f"{WHOLE}/fields", json.dumps({"key": "summary", "value": "x"}), content_type="application/json"
    )
    assert answer.status_code == 403


def test_the_verdict_is_the_one_of_the_command(begun: Proposal, at: datetime) -> None:
    save("giulia", "duration_months", "30")
    call = call_of("COS-CLUSINT-2020-3-01", at)
    assert call is not None
    dossier = dossier_of(begun, open_seats(begun.consortium), at=at)
    day = day_of_countries(call)
    assert day is not None
    assessment = Examiner(Context(call, geography(), day)).check(dossier)
    found = told(browsing("mila").get(f"{WHOLE}/verdict"))
    assert (found["call"], found["as_of"]) == ("COS-CLUSINT-2020-3-01", "2020-12-02")
    assert {name: found[name] for name in ("proposal", "verdict", "findings")} == {
        name: plain(ProposalTables().of(assessment))[name] for name in ("proposal", "verdict", "findings")
    }


def test_a_consortium_is_read_with_its_mandates_by_who_is_invited_too(begun: Proposal) -> None:
    found = told(browsing("jonas").get("/api/v1/consortia/blue-ways"))
    assert [(m["country"], m["role"], m["state"], m["mandate"]) for m in found["members"]] == [
        ("IT", "coordinator", "accepted", True), ("DE", "beneficiary", "accepted", True),
        ("RS", "beneficiary", "accepted", True), ("FR", "beneficiary", "invited", False),
    ]  # fmt: skip
