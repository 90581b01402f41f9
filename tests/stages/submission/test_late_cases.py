"""Late cases: one officer proposes to admit a late attempt, another decides, and what was sealed then counts."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.conftest import NOW
from tests.people import address_of, person
from tests.stages.consortia.casting import editor_of, organisation_of, seat_of
from tests.stages.submission.calls_cast import OPENS_ON_MONDAY, RATE_AT_THE_DOOR, call_with, extended
from tests.stages.submission.sealing_cast import CLOSING, at, before, ready, submitted, withdrawn

from hanse.core.submission.documents import faults_in_receipt
from hanse.ground import audit
from hanse.ground.outbox.models import Message
from hanse.stages.consortia.actions import forming, seats
from hanse.stages.proposals.actions import drafts as writing
from hanse.stages.proposals.actions import money
from hanse.stages.proposals.models import Proposal
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.submission.actions import late
from hanse.stages.submission.models import LateCase, Receipt, Standing
from hanse.stages.submission.queries import receipts
from hanse.stages.submission.queries.verification import verify_all

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def attempt() -> Receipt:
    """A complete application that came a minute after the closing."""
    made = submitted(ready("giulia", "jonas", "mila"), "too-late-now", at(CLOSING + MINUTE))
    assert not made.accepted
    return made


def propose(attempt: Receipt, who: str = "odile", **told: Any) -> LateCase:
    """An officer proposes to admit an attempt, two hours after the closing."""
    words = {"grounds": "The platform was down.", "evidence": "Its log of that hour."}
    arrival = told.pop("arrival", at(CLOSING + 2 * HOUR))
    return late.propose(actor=person(who), number=attempt.number, arrival=arrival, **{**words, **told})


def decide(case: LateCase, who: str = "piet", admit: bool = True, **told: Any) -> LateCase:
    """Another decides, three hours after the closing."""
    decision = told.pop("decision", "The log shows it.")
    arrival = told.pop("arrival", at(CLOSING + 3 * HOUR))
    return late.decide(actor=person(who), case_id=case.pk, admit=admit, decision=decision, arrival=arrival)


def refusal(act: Callable[[], Any]) -> Refusal:
    """The refusal of an act."""
    with pytest.raises(Refusal) as raised:
        act()
    return raised.value


def counting(proposal: Proposal) -> tuple[str, str]:
    """By which receipt something counts, and whose package; empty where nothing does."""
    standing = receipts.standing_of(proposal)
    return (standing.receipt.number, standing.package_of.number) if standing else ("", "")


# --- admitted ----------------------------------------------------------------------------------------------------


def test_what_two_officers_admit_counts(attempt: Receipt) -> None:
    case = decide(propose(attempt))
    made = case.receipt
    assert made is not None
    assert (made.number, made.act, made.outcome, made.admits) == ("blue-ways/2", "admission", "accepted", attempt)
    assert counting(attempt.proposal) == ("blue-ways/2", "blue-ways/1")
    assert Standing.objects.get().submitted_at == attempt.received_at
    assert faults_in_receipt(made.document) == ()
    assert audit.verify() is None
    assert [fault for _, _, fault in verify_all() if fault] == []


def test_the_receipt_tells_who_admitted_what_and_why(attempt: Receipt) -> None:
    made = decide(propose(attempt)).receipt
    assert made is not None
    claims, before_it = made.document["claims"], attempt.document["claims"]
    assert (claims["admits"], claims["content"], claims["package"]) == ("blue-ways/1", before_it["content"], None)
    assert claims["remarks"] == ["Admitted by two officers, Odile Lambert and Piet Claes."]
    assert claims["reason"] == "The platform was down. Decision: The log shows it."


def test_an_admission_speaks_of_what_was_sealed_whatever_the_draft_says_by_now(attempt: Receipt) -> None:
    proposal = attempt.proposal
    extended(CLOSING + 2 * HOUR, at=CLOSING + 10 * MINUTE)
    open_again = CLOSING + 20 * MINUTE
    writing.save(
        actor=person("giulia"), ref=proposal.ref, key="title", value="Another title", based_on=1, at=open_again
    )
    seats.leave(actor=person("mila"), seat_id=seat_of(proposal.consortium, "mila").pk, reason="", at=open_again)
    consortium = proposal.consortium
    forming.change_aim(
        actor=person("giulia"),
        ref=proposal.ref,
        based_on=consortium.version,
        name="Other ways",
        idea="",
        strand="B",
        targets=["US"],
        sectors=[],
        at=open_again,
    )
    made = decide(propose(attempt, arrival=at(CLOSING + 3 * HOUR)), arrival=at(CLOSING + 4 * HOUR)).receipt
    assert made is not None
    for key in ("title", "strand", "draft_version", "mandates", "coordinator", "content"):
        assert made.document["claims"][key] == attempt.document["claims"][key], key
    standing = Standing.objects.get()
    sealed = json.loads(receipts.content_of(attempt))["member"]
    assert standing.strand == "A"
    assert set(standing.members.values_list("organisation", flat=True)) == {each["organisation"] for each in sealed}
    assert [fault for _, _, fault in verify_all() if fault] == []


def test_a_newer_late_attempt_takes_the_place_of_an_older_one(attempt: Receipt) -> None:
    newer = submitted(attempt.proposal, "late-again", at(CLOSING + 5 * MINUTE))
    decide(propose(attempt))
    decide(propose(newer))
    assert counting(attempt.proposal) == ("blue-ways/4", "blue-ways/2")


def test_what_was_submitted_in_time_gives_way_to_a_later_attempt_that_is_admitted() -> None:
    proposal = ready("giulia", "jonas", "mila")
    submitted(proposal, "in-time-yet", before(hours=1))
    decide(propose(submitted(proposal, "too-late-now", at(CLOSING + MINUTE))))
    assert counting(proposal) == ("blue-ways/3", "blue-ways/2")


def test_no_key_of_an_applicant_stands_in_the_way_of_an_admission(attempt: Receipt) -> None:
    case = propose(attempt)
    submitted(attempt.proposal, f"late-case-{case.pk}", at(CLOSING + 2 * HOUR))
    assert decide(case).receipt is not None


# --- declined ----------------------------------------------------------------------------------------------------


def test_what_is_declined_counts_for_nothing(attempt: Receipt) -> None:
    case = decide(propose(attempt), admit=False)
    assert (case.state, case.receipt) == ("declined", None)
    assert counting(attempt.proposal) == ("", "")
    assert Receipt.objects.count() == 1
    assert audit.history(("late case", str(case.pk))).last().act == "decline late case"  # type: ignore[union-attr]


def test_what_was_declined_may_be_proposed_anew_with_other_evidence(attempt: Receipt) -> None:
    decide(propose(attempt), admit=False)
    again = propose(attempt, who="piet", evidence="A letter of the host.")
    assert decide(again, who="odile").receipt is not None


# --- who ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["giulia", "jonas", "charlie", "ines", "elena", "halvard"])
def test_only_officers_propose_and_decide(attempt: Receipt, who: str) -> None:
    assert refusal(lambda: propose(attempt, who=who)).status == 403
    case = propose(attempt)
    assert refusal(lambda: decide(case, who=who)).status == 403
    assert LateCase.objects.get().state == "proposed"


def test_nobody_decides_what_they_proposed(attempt: Receipt) -> None:
    case = propose(attempt)
    told = refusal(lambda: decide(case, who="odile"))
    assert (told.status, told.message) == (
        403,
        "You proposed it, so another officer has to decide. Ask a colleague to read it.",
    )
    assert counting(attempt.proposal) == ("", "")


# --- when, and what of -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["grounds", "evidence"])
def test_a_case_needs_grounds_and_evidence(attempt: Receipt, missing: str) -> None:
    told = refusal(lambda: propose(attempt, **{missing: " \n"}))
    assert (told.status, set(told.faults)) == (422, {missing})


def test_a_decision_needs_a_reason(attempt: Receipt) -> None:
    case = propose(attempt)
    told = refusal(lambda: decide(case, decision="  "))
    assert (told.status, set(told.faults)) == (422, {"decision"})


def test_it_is_proposed_once_at_a_time(attempt: Receipt) -> None:
    propose(attempt)
    assert "waits for a second officer" in refusal(lambda: propose(attempt, who="piet")).message


def test_it_is_decided_once(attempt: Receipt) -> None:
    case = propose(attempt)
    decide(case)
    assert "is admitted already" in refusal(lambda: decide(case, admit=False)).message
    assert "It is admitted already." in refusal(lambda: propose(attempt)).message


def test_there_is_no_case_before_the_closing(attempt: Receipt) -> None:
    assert refusal(lambda: propose(attempt, arrival=before(hours=1))).status == 404


def test_there_is_no_case_while_the_call_is_open_again(attempt: Receipt) -> None:
    case = propose(attempt)
    extended(CLOSING + 24 * HOUR, at=CLOSING + 2 * HOUR)
    assert refusal(lambda: decide(case)).status == 404
    assert decide(case, arrival=at(CLOSING + 25 * HOUR)).receipt is not None


@pytest.mark.parametrize("number", ["blue-ways/9", "no-such-ways/1", ""])
def test_there_is_no_case_of_an_attempt_that_was_not_made(attempt: Receipt, number: str) -> None:
    told = {"actor": person("odile"), "grounds": "Why.", "evidence": "Where.", "arrival": at(CLOSING + HOUR)}
    assert refusal(lambda: late.propose(number=number, **told)).status == 404  # type: ignore[arg-type]


def _accepted() -> Receipt:
    return submitted(ready("giulia", "jonas", "mila"), arrival=before(hours=1))


def _withdrawal() -> Receipt:
    proposal = ready("giulia", "jonas", "mila")
    submitted(proposal, arrival=before(hours=1))
    return withdrawn(proposal, arrival=at(CLOSING + MINUTE))


def _incomplete() -> Receipt:
    proposal = ready("giulia", "jonas", "mila")
    seats.revoke_mandate(actor=person("jonas"), seat_id=seat_of(proposal.consortium, "jonas").pk, reason="", at=NOW)
    return submitted(proposal, arrival=at(CLOSING + MINUTE))


def _over_the_rate() -> Receipt:
    call_with(rules=[RATE_AT_THE_DOOR])
    proposal = ready("giulia", "jonas", "mila")
    seat = seat_of(proposal.consortium, "giulia")
    told: dict[str, Any] = {"actor": person("giulia"), "ref": proposal.ref, "seat_id": seat.pk, "at": NOW}
    money.save_cells(cells=[money.Typed("", "travel", cents=100)], **told)
    money.state_contribution(requested=100, based_on=0, **told)
    return submitted(proposal, arrival=at(CLOSING + MINUTE))


def _too_early() -> Receipt:
    call_with(call=[OPENS_ON_MONDAY])
    return submitted(ready("giulia", "jonas", "mila"), arrival=at(NOW))


UNFIT = {
    "it was accepted": (_accepted, "Only an attempt that was refused"),
    "it was a withdrawal": (_withdrawal, "Only an attempt that was refused"),
    "it was incomplete too": (_incomplete, "not refused for its lateness alone: 1 part is missing"),
    "a rule refused it too": (_over_the_rate, "not refused for its lateness alone"),
    "it came before the call opened": (_too_early, "so it was not late"),
}
"""Attempts that nobody admits, and what an officer is told."""


@pytest.mark.parametrize("what", UNFIT)
def test_only_lateness_is_forgiven(what: str) -> None:
    attempted, told = UNFIT[what]
    attempt = attempted()
    assert told in late.unfit(attempt)
    assert told in refusal(lambda: propose(attempt)).message


SINCE: dict[str, Callable[[Proposal], Any]] = {
    "it was submitted again": lambda proposal: submitted(proposal, "in-time-again", at(CLOSING + 20 * MINUTE)),
    "that was withdrawn": lambda proposal: (
        submitted(proposal, "in-time-again", at(CLOSING + 20 * MINUTE)),
        withdrawn(proposal, arrival=at(CLOSING + 30 * MINUTE)),
    ),
}
"""What the applicants did once the call was open again."""


@pytest.mark.parametrize("what", SINCE)
@pytest.mark.parametrize("proposed_before", [True, False])
def test_what_the_applicants_did_since_prevails(attempt: Receipt, what: str, proposed_before: bool) -> None:
    case = propose(attempt, arrival=at(CLOSING + 2 * MINUTE)) if proposed_before else None
    extended(CLOSING + HOUR, at=CLOSING + 10 * MINUTE)
    SINCE[what](attempt.proposal)
    counted = counting(attempt.proposal)
    told = refusal(lambda: decide(case) if case else propose(attempt))
    assert "The applicants have acted since" in told.message
    assert counting(attempt.proposal) == counted
    if case is not None:
        assert decide(case, admit=False).state == "declined"


def test_an_older_attempt_is_not_admitted_after_a_newer_one(attempt: Receipt) -> None:
    newer = submitted(attempt.proposal, "late-again", at(CLOSING + 5 * MINUTE))
    decide(propose(newer))
    assert "The applicants have acted since" in refusal(lambda: propose(attempt)).message


# --- letters -----------------------------------------------------------------------------------------------------


def test_all_members_learn_that_their_attempt_is_admitted_and_why(attempt: Receipt) -> None:
    editor_of("giulia", organisation_of("jonas"))
    decide(propose(attempt))
    letters = Message.objects.filter(subject="Admitted: Blue ways to Asia")
    assert sorted(letters.values_list("to", flat=True)) == [address_of(who) for who in ("giulia", "jonas", "mila")]
    assert "The platform was down. Decision: The log shows it." in letters[0].body


def test_of_a_proposal_and_a_refusal_to_admit_nobody_is_written_to(attempt: Receipt) -> None:
    written = Message.objects.count()
    decide(propose(attempt), admit=False)
    assert Message.objects.count() == written
