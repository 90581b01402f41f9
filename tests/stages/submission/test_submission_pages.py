"""The pages of submissions: who sees which, when, and what pressing a button twice or wrongly comes to."""

from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from tests.people import browsing, person
from tests.stages.consortia.casting import CALL
from tests.stages.submission.calls_cast import STRATEGY_NEEDED, call_with, extended
from tests.stages.submission.sealing_cast import CLOSING, at, before, ready, submitted, withdrawn
from tests.stages.submission.test_late_cases import propose

from hanse.core.submission.documents import faults_in_receipt
from hanse.ground import clock
from hanse.ground.files.models import StoredFile
from hanse.stages.proposals.actions import drafts as writing
from hanse.stages.proposals.models import Proposal
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.submission.actions import submitting
from hanse.stages.submission.models import LateCase, Receipt

pytestmark = pytest.mark.usefixtures("at")
DOOR = "/proposals/blue-ways/submission"
RECEIPT = "/proposals/blue-ways/receipts/1"
KEY = "a-key-of-this-page"
SECOND = timedelta(seconds=1)


@pytest.fixture
def proposal(at: datetime) -> Proposal:
    """An application that lacks nothing, of which Giulia coordinates and Jonas is a partner."""
    return ready("giulia", "jonas", "mila")


@pytest.fixture
def receipt(proposal: Proposal) -> Receipt:
    """The receipt of its first submission, and another application of others."""
    ready("FR", "ES", "PL", ref="quiet-ways", name="Quiet ways")
    return submitted(proposal)


def text(answer: Any) -> str:
    """What a page says, without the spaces of its source."""
    return " ".join(answer.content.decode().split())


def now(instant: datetime) -> None:
    """Set the clock of the site."""
    clock.set_clock(instant=instant)


# --- who sees what -----------------------------------------------------------------------------------------------

OPEN, CLOSED = CLOSING - timedelta(minutes=5), CLOSING + SECOND
"""The clock goes on while pages are asked."""
MEMBERS, OTHERS = ("giulia", "jonas", "mila"), ("aylin", "ines", "elena")
OF_MEMBERS = (DOOR, f"{DOOR}/changes", f"{DOOR}/state", f"{DOOR}/withdraw")
OF_RECEIPTS = (RECEIPT, f"{RECEIPT}.json", f"{RECEIPT}.pdf", f"{RECEIPT}.zip")


def statuses(paths: tuple[str, ...], people: tuple[str, ...]) -> set[tuple[str, str, int]]:
    """What each person gets at each address."""
    return {(path, who, browsing(who).get(path).status_code) for path in paths for who in people}


def all_get(status: int, paths: tuple[str, ...], people: tuple[str, ...]) -> set[tuple[str, str, int]]:
    return {(path, who, status) for path in paths for who in people}


@pytest.mark.parametrize("instant", [OPEN, CLOSED])
def test_the_pages_of_an_application_are_its_members_alone(receipt: Receipt, instant: datetime) -> None:
    now(instant)
    assert statuses(OF_MEMBERS, MEMBERS) == all_get(200, OF_MEMBERS, MEMBERS)
    strangers = (*OTHERS, "odile", "halvard")
    assert statuses(OF_MEMBERS, strangers) == all_get(404, OF_MEMBERS, strangers)
    assert statuses(OF_MEMBERS, ("",)) == all_get(302, OF_MEMBERS, ("",))


def test_receipts_are_their_members_and_after_the_closing_the_officers_and_auditors(receipt: Receipt) -> None:
    readers = ("odile", "piet", "halvard")
    now(OPEN)
    assert statuses(OF_RECEIPTS, MEMBERS) == all_get(200, OF_RECEIPTS, MEMBERS)
    assert statuses(OF_RECEIPTS, (*OTHERS, *readers)) == all_get(404, OF_RECEIPTS, (*OTHERS, *readers))
    now(CLOSED)
    assert statuses(OF_RECEIPTS, (*MEMBERS, *readers)) == all_get(200, OF_RECEIPTS, (*MEMBERS, *readers))
    assert statuses(OF_RECEIPTS, OTHERS) == all_get(404, OF_RECEIPTS, OTHERS)
    assert statuses(OF_RECEIPTS, ("",)) == all_get(302, OF_RECEIPTS, ("",))


def test_a_call_that_is_open_again_takes_receipts_from_officers_again(receipt: Receipt) -> None:
    now(CLOSED)
    assert browsing("odile").get(RECEIPT).status_code == 200
    extended(CLOSING + timedelta(hours=2), at=CLOSED)
    now(CLOSED + SECOND)
    assert browsing("odile").get(RECEIPT).status_code == 404
    assert browsing("odile").get(f"/submissions/{CALL}").status_code == 404


def test_officers_see_submissions_after_the_closing_alone(receipt: Receipt) -> None:
    page = f"/submissions/{CALL}"
    now(OPEN)
    assert "Blue ways" not in text(browsing("odile").get("/submissions"))
    assert browsing("odile").get(page).status_code == 404
    now(CLOSED)
    for who in ("odile", "halvard"):
        assert CALL in text(browsing(who).get("/submissions"))
        assert "Blue ways" in text(browsing(who).get(page))
        assert "Quiet ways" not in text(browsing(who).get(page)), "what was never submitted stays its members' alone"
    for who in ("giulia", "elena", "ines"):
        assert {browsing(who).get(path).status_code for path in ("/submissions", page)} == {403}
    assert browsing("odile").get(f"{page}?after=%C2%B2").status_code == 200


WRONG = (
    "/proposals/nowhere/submission",
    "/proposals/nowhere/submission/changes",
    "/proposals/nowhere/submission/state",
    "/proposals/nowhere/submission/withdraw",
    "/proposals/nowhere/receipts/1",
    *(
        f"/proposals/blue-ways/receipts/{place}{end}"
        for place in (0, 2, 10**30)
        for end in ("", ".json", ".pdf", ".zip")
    ),
    "/proposals/quiet-ways/receipts/1",
    "/proposals/quiet-ways/submission",
)


@pytest.mark.parametrize("path", WRONG)
def test_what_does_not_exist_and_what_is_of_others_answer_alike(path: str, receipt: Receipt) -> None:
    assert browsing("giulia").get(path).status_code == 404
    assert browsing("giulia").post(path, {"key": KEY, "reason": "x"}).status_code in (404, 405)
    assert Receipt.objects.count() == 1


@pytest.mark.parametrize(
    "path",
    [
        "/submissions/NOWHERE",
        "/submissions/late/9",
        "/submissions/late/99999999999999999999999",
        f"{RECEIPT[:-1]}9/late",
    ],
)
def test_officers_find_nothing_where_nothing_is(path: str, receipt: Receipt) -> None:
    now(CLOSED)
    assert browsing("odile").get(path).status_code == 404


# --- submitting --------------------------------------------------------------------------------------------------


def pressed(client: Client, path: str = DOOR, **sent: str) -> Any:
    """A button is pressed."""
    return client.post(path, {"key": KEY, **sent})


def test_the_answer_to_the_button_is_the_receipt(proposal: Proposal) -> None:
    client = browsing("giulia")
    page = text(client.get(DOOR))
    assert "Nothing is submitted yet" in page
    key = page.partition('name="key" value="')[2].partition('"')[0]
    assert len(key) >= 8
    answer = client.post(DOOR, {"key": key})
    assert answer.status_code == 201
    assert "Receipt blue-ways/1" in text(answer)
    assert answer["Cache-Control"] == "private, no-store"
    assert "Submitted: the version that counts is this one" in text(client.get(DOOR))
    assert Receipt.objects.get().key == key


def test_pressing_twice_is_one_attempt_and_loading_the_page_again_another(proposal: Proposal) -> None:
    client = browsing("giulia")
    first, second = pressed(client), pressed(client)
    assert (first.status_code, second.status_code) == (201, 201)
    assert Receipt.objects.count() == 1
    keys = {text(client.get(DOOR)).partition('name="key" value="')[2].partition('"')[0] for _ in range(2)}
    assert len(keys) == 2


@pytest.mark.parametrize("sent", [{}, {"key": ""}, {"key": "short"}, {"key": "x" * 81}, {"key": "unpläin key"}])
def test_without_the_key_of_its_page_nothing_is_attempted(sent: dict[str, str], proposal: Proposal) -> None:
    answer = browsing("giulia").post(DOOR, sent)
    assert answer.status_code == 422
    assert DOOR in text(answer)
    assert not Receipt.objects.exists()


def test_a_partner_reads_and_does_not_submit(proposal: Proposal) -> None:
    client = browsing("jonas")
    page = text(client.get(DOOR))
    assert "coordinates, and submits for all members" in page
    assert '<form method="post" action="' + DOOR not in page
    assert pressed(client).status_code == 403
    assert pressed(client, f"{DOOR}/withdraw", reason="We part.").status_code == 403
    assert not Receipt.objects.exists()


def test_a_late_attempt_is_answered_with_the_receipt_of_its_refusal(proposal: Proposal) -> None:
    now(CLOSED)
    answer = pressed(browsing("giulia"))
    assert answer.status_code == 409
    assert "Not submitted" in text(answer) and "after the deadline" in text(answer)
    assert Receipt.objects.get().outcome == "refused"
    assert browsing("giulia").get(f"{RECEIPT}.zip").status_code == 200


def test_behind_is_told_with_the_difference_and_one_button(receipt: Receipt) -> None:
    writing.save(
        actor=person("giulia"), ref="blue-ways", key="summary", value="We sail.", based_on=1, at=before(hours=20).at
    )
    client = browsing("giulia")
    for path in (DOOR, f"{DOOR}/changes", f"{DOOR}/state"):
        page = text(client.get(path))
        assert "Your submitted version is behind" in page
        assert "1 change: 1 text" in page
    page = text(client.get(f"{DOOR}/changes"))
    assert "We go abroad." in page and "We sail." in page
    assert page.count("Submit the application as it stands now") == 1
    assert "Submit the application as it stands now" not in text(browsing("jonas").get(f"{DOOR}/changes"))
    assert pressed(client).status_code == 201
    assert "The version that counts is this one" in text(client.get(f"{DOOR}/changes"))


def test_the_report_tells_what_stops_it(at: datetime) -> None:
    ready("giulia", "jonas", strand="")
    page = text(browsing("giulia").get(DOOR))
    assert "This stops it" in page and "No strand is named" in page
    assert "Try to submit all the same" in page


@pytest.mark.parametrize("path", OF_MEMBERS[:3])
def test_a_call_that_is_not_known_any_more_breaks_no_page(
    path: str, proposal: Proposal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(**_: Any) -> None:
        raise Refusal("The call is not known here any more.", 409)

    monkeypatch.setattr(submitting, "make_ready", unknown)
    answer = browsing("giulia").get(path)
    assert answer.status_code == (200 if path.endswith("state") else 409)


def test_a_browser_without_the_token_of_the_site_submits_nothing(proposal: Proposal) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person("giulia"), backend="django.contrib.auth.backends.ModelBackend")
    assert pressed(client).status_code == 403
    assert not Receipt.objects.exists()


# --- withdrawing -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sent", [{}, {"reason": ""}, {"reason": " \n "}, {"reason": "x" * 4001}])
def test_a_withdrawal_needs_a_reason(sent: dict[str, str], receipt: Receipt) -> None:
    answer = pressed(browsing("giulia"), f"{DOOR}/withdraw", **sent)
    assert answer.status_code == 422
    assert "Withdraw the application" in text(answer)
    assert Receipt.objects.count() == 1


def test_a_withdrawal_is_answered_with_its_receipt_and_reversed_by_submitting(receipt: Receipt) -> None:
    client = browsing("giulia")
    now(before(minutes=30).at)
    answer = pressed(client, f"{DOOR}/withdraw", reason="A partner <b>left</b>.")
    assert answer.status_code == 201
    assert "A partner &lt;b&gt;left&lt;/b&gt;." in text(answer)
    assert pressed(client, f"{DOOR}/withdraw", reason="A partner <b>left</b>.").status_code == 201
    assert Receipt.objects.count() == 2, "pressed twice is withdrawn once"
    assert "Withdrawn: nothing is submitted" in text(client.get(DOOR))
    assert "there is nothing to withdraw" in text(client.get(f"{DOOR}/withdraw"))
    assert client.get("/proposals/blue-ways/receipts/2.zip").status_code == 404, "nothing was sealed with it"
    assert pressed(client, DOOR, key="another-key").status_code == 201
    assert "Submitted: the version that counts is this one" in text(client.get(DOOR))


def test_a_key_of_another_act_gives_back_what_was_typed(receipt: Receipt) -> None:
    answer = pressed(browsing("giulia"), f"{DOOR}/withdraw", key=receipt.key, reason="A long explanation.")
    assert answer.status_code == 409
    assert "A long explanation." in text(answer)
    assert Receipt.objects.count() == 1


# --- receipts ----------------------------------------------------------------------------------------------------


def test_a_receipt_in_all_its_forms(receipt: Receipt) -> None:
    client = browsing("jonas")
    assert "Receipt blue-ways/1" in text(client.get(RECEIPT))
    as_file = client.get(f"{RECEIPT}.json")
    assert as_file.json() == receipt.document
    assert faults_in_receipt(as_file.json()) == ()
    assert client.get(f"{RECEIPT}.pdf").content.startswith(b"%PDF")
    package = client.get(f"{RECEIPT}.zip")
    assert "receipt.json" in ZipFile(BytesIO(package.content)).namelist()
    for answer, end in ((as_file, "receipt-1.json"), (package, "package-1.zip")):
        assert answer["Content-Disposition"] == f'attachment; filename="blue-ways-{end}"'
        assert answer["Cache-Control"] == "private, no-store"


def test_a_package_whose_files_the_storage_has_lost_says_which(caplog: Any) -> None:
    call_with(application=[STRATEGY_NEEDED])
    receipt = submitted(ready("giulia", "jonas", "mila"))
    assert receipt.package is not None
    annex = receipt.package.manifest["annexes"][0]
    stored = StoredFile.objects.get(digest=annex["sha256"])
    default_storage.delete(stored.path)
    client = browsing("jonas")

    answer = client.get(f"{RECEIPT}.zip")

    assert answer.status_code == 500
    for told in ("not in the storage", annex["name"], annex["sha256"], "The receipt holds", "Tell the officers"):
        assert told in text(answer)
    assert annex["path"] in caplog.text
    assert client.get(f"{RECEIPT}.json").json() == receipt.document, "what is not lost is given as ever"


@pytest.mark.parametrize("make", [withdrawn, lambda proposal: submitted(proposal, "too-late", at(CLOSED))])
def test_every_kind_of_receipt_has_its_page(make: Callable[[Proposal], Receipt], receipt: Receipt) -> None:
    made = make(receipt.proposal)
    page = browsing("giulia").get(f"/proposals/blue-ways/receipts/{made.place}")
    assert page.status_code == 200
    assert f"Receipt {made.number}" in text(page)
    assert browsing("giulia").post(RECEIPT).status_code == 405


# --- late cases --------------------------------------------------------------------------------------------------

WORDS = {"grounds": "The platform was down.", "evidence": "Its log."}


@pytest.fixture
def late(proposal: Proposal) -> Receipt:
    """An attempt that was a second late; two hours have passed since the closing."""
    made = submitted(proposal, "too-late", at(CLOSED))
    now(CLOSING + timedelta(hours=2))
    return made


def test_two_officers_admit_a_late_attempt_on_their_pages(late: Receipt) -> None:
    path = f"{RECEIPT}/late"
    assert browsing("giulia").get(path).status_code == 403
    assert browsing("halvard").get(path).status_code == 200
    assert browsing("halvard").post(path, WORDS).status_code == 403
    assert browsing("odile").post(path, {"grounds": "x"}).status_code == 422
    assert not LateCase.objects.exists()
    answer = browsing("odile").post(path, WORDS)
    case = LateCase.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/submissions/late/{case.pk}")
    assert browsing("odile").post(path, WORDS).status_code == 409, "proposed once"
    page = f"/submissions/late/{case.pk}"
    told = {"admit": "yes", "decision": "The log shows it."}
    assert "another officer decides" in text(browsing("odile").get(page))
    assert browsing("odile").post(page, told).status_code == 403
    assert browsing("halvard").post(page, told).status_code == 403
    assert browsing("giulia").get(page).status_code == 403
    assert browsing("piet").post(page, {"admit": "maybe", "decision": "x"}).status_code == 422
    assert browsing("piet").post(page, {"admit": "yes"}).status_code == 422
    assert browsing("piet").post(page, told).status_code == 302
    assert browsing("piet").post(page, told).status_code == 409, "decided once"
    assert "Admitted after the closing" in text(browsing("giulia").get("/proposals/blue-ways/receipts/2"))


def test_of_an_open_call_there_are_no_late_cases(late: Receipt) -> None:
    case = propose(late)
    extended(CLOSING + timedelta(hours=9), at=CLOSING + timedelta(hours=3))
    now(CLOSING + timedelta(hours=4))
    for path in (f"{RECEIPT}/late", f"/submissions/late/{case.pk}"):
        assert browsing("piet").get(path).status_code == 404


def test_what_cannot_be_admitted_is_told_before_anybody_writes(receipt: Receipt) -> None:
    now(CLOSED)
    page = text(browsing("odile").get(f"{RECEIPT}/late"))
    assert "It cannot be admitted" in page
    assert "<textarea" not in page
    assert browsing("odile").post(f"{RECEIPT}/late", WORDS).status_code == 409
