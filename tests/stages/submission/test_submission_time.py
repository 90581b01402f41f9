"""In time or not: by the instant of arrival, to the second, whatever the machine, its zone or its clock does."""

import os
import re
import subprocess
import sys
from datetime import timedelta

import pytest
from tests.people import address_of, person
from tests.stages.submission.calls_cast import call_with, extended
from tests.stages.submission.sealing_cast import CLOSING, at, before, ready, submitted, withdrawn

from hanse.core.submission.documents import faults_in_receipt
from hanse.ground import audit, clock
from hanse.ground.accounts.models import Appointment
from hanse.ground.clock.arrival import Arrival
from hanse.ground.outbox.models import Message
from hanse.stages.proposals.models import Proposal
from hanse.stages.submission.models import Receipt
from hanse.stages.submission.queries import receipts

pytestmark = pytest.mark.django_db
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)
COUNTS = 'closing_instant_counts = { unknown = "whether a proposal received exactly at 17:00:00 is in time" }'


@pytest.fixture
def proposal() -> Proposal:
    """An application that lacks nothing."""
    return ready("giulia", "jonas", "mila")


def reason(receipt: Receipt) -> str:
    """Why an attempt was refused, all in one."""
    return " ".join(each["text"] for each in receipt.document["claims"]["reasons"])


def remarks(receipt: Receipt) -> str:
    """What a receipt remarks, all in one."""
    return " ".join(receipt.document["claims"]["remarks"])


# --- to the second -----------------------------------------------------------------------------------------------

AROUND = {
    "a second before": (-SECOND, True, ""),
    "the last instant before": (-MICROSECOND, True, ""),
    "exactly then": (timedelta(), True, "it is assumed to be"),
    "the first instant after": (MICROSECOND, False, "less than a second after the deadline"),
    "a second after": (SECOND, False, "1 second after the deadline"),
    "a day after": (timedelta(days=1), False, "1 day after the deadline"),
}
"""How far from 17:00 in Brussels on 2 December 2020, whether that is in time, and what the receipt says."""


@pytest.mark.parametrize("when", AROUND)
def test_the_deadline_is_five_in_brussels(proposal: Proposal, when: str) -> None:
    apart, in_time, told = AROUND[when]
    receipt = submitted(proposal, arrival=at(CLOSING + apart))
    assert receipt.accepted is in_time
    assert told in (remarks(receipt) if in_time else reason(receipt))
    assert receipt.received_at == CLOSING + apart
    assert receipt.document["claims"]["received_at"] == (CLOSING + apart).isoformat()


@pytest.mark.parametrize("said", [True, False])
def test_a_call_may_say_whether_the_closing_instant_counts(said: bool) -> None:
    call_with(call=[(COUNTS, f"closing_instant_counts = {str(said).lower()}")])
    receipt = submitted(ready("giulia", "jonas", "mila"), arrival=at(CLOSING))
    assert receipt.accepted is said
    assert "assumed" not in remarks(receipt)


# --- waiting -----------------------------------------------------------------------------------------------------


def test_who_waited_for_the_machine_is_judged_by_their_arrival(proposal: Proposal) -> None:
    receipt = submitted(proposal, arrival=at(CLOSING - SECOND, waited=30 * SECOND))
    assert receipt.accepted
    assert receipt.received_at == CLOSING - SECOND
    assert CLOSING + 29 * SECOND <= receipt.sealed_at < CLOSING + 89 * SECOND


def test_whoever_comes_later_is_late_even_if_they_are_served_before(proposal: Proposal) -> None:
    late = submitted(proposal, "came-later", at(CLOSING + SECOND))
    waited = submitted(proposal, "came-before", at(CLOSING - SECOND, waited=30 * SECOND))
    assert (late.accepted, waited.accepted) == (False, True)
    assert remarks(waited).count("clock") == 0


# --- a clock that was set back -----------------------------------------------------------------------------------


def officers_told() -> list[str]:
    """Who was told that the clock was set back."""
    return sorted(Message.objects.filter(subject="The site's clock was set back").values_list("to", flat=True))


def test_after_a_clock_was_set_back_no_time_has_passed(proposal: Proposal) -> None:
    submitted(proposal, "first-attempt", before(minutes=10))
    receipt = submitted(proposal, "second-attempt", before(hours=2))
    assert receipt.accepted
    assert timedelta() <= receipt.received_at - (CLOSING - 10 * MINUTE) < 5 * SECOND
    assert receipt.sealed_at >= receipt.received_at
    assert re.search(r"The site's clock was (659|660|661)\d seconds behind", remarks(receipt))
    assert faults_in_receipt(receipt.document) == ()
    assert audit.verify() is None
    instants = [event.at for event in audit.history(("proposal", proposal.ref))]
    assert instants == sorted(instants)


def test_a_clock_that_was_set_back_makes_nobody_early_again(proposal: Proposal) -> None:
    submitted(proposal, "too-late-now", at(CLOSING + MINUTE))
    again = submitted(proposal, "too-late-again", before(hours=2))
    assert not again.accepted
    assert "after the deadline" in reason(again)


def test_a_withdrawal_is_judged_in_the_same_way(proposal: Proposal) -> None:
    submitted(proposal, "first-attempt", before(hours=1))
    submitted(proposal, "too-late-now", at(CLOSING + MINUTE))
    taken = withdrawn(proposal, arrival=before(hours=2))
    assert not taken.accepted
    assert "The site's clock was" in remarks(taken)


def test_officers_are_told_once_a_day_that_the_clock_was_set_back(proposal: Proposal) -> None:
    for who in ("odile", "piet"):
        person(who)
    submitted(proposal, "first-attempt", before(minutes=10))
    assert officers_told() == []
    submitted(proposal, "second-attempt", before(hours=2))
    submitted(proposal, "third-attempt", before(hours=2))
    assert officers_told() == [address_of("odile"), address_of("piet")]
    body = Message.objects.filter(subject="The site's clock was set back")[0].body
    assert "behind the latest instant of the record" in body


def test_former_officers_are_not_told(proposal: Proposal) -> None:
    for who in ("odile", "piet"):
        person(who)
    Appointment.objects.filter(user=person("piet")).update(until=CLOSING - timedelta(days=5))
    submitted(proposal, "first-attempt", before(minutes=10))
    submitted(proposal, "second-attempt", before(hours=2))
    assert officers_told() == [address_of("odile")]


def test_two_hosts_may_differ_by_a_moment(proposal: Proposal) -> None:
    submitted(proposal, "first-attempt", at(CLOSING + SECOND))
    receipt = submitted(proposal, "second-attempt", at(CLOSING))
    assert receipt.accepted
    assert "clock" not in remarks(receipt).replace("17:00:00", "")
    assert officers_told() == []


def test_a_step_of_the_clock_within_a_request_changes_nothing(proposal: Proposal) -> None:
    came = at(CLOSING - SECOND, waited=3 * SECOND)
    assert Arrival(came.at, came.real, came.tick).now() >= CLOSING + 2 * SECOND
    assert submitted(proposal, arrival=came).accepted


def test_the_latest_instant_never_goes_back(proposal: Proposal) -> None:
    submitted(proposal, "first-attempt", before(minutes=10))
    submitted(proposal, "second-attempt", before(hours=2))
    assert clock.behind(CLOSING - HOUR) >= 50 * MINUTE


# --- a deadline that is moved ------------------------------------------------------------------------------------


def test_the_edition_in_force_at_the_arrival_judges(proposal: Proposal) -> None:
    before_it = submitted(proposal, "too-late-now", at(CLOSING + MINUTE))
    extended(CLOSING + 2 * HOUR, at=CLOSING + 2 * MINUTE)
    waited = submitted(proposal, "came-before", at(CLOSING + MINUTE, waited=2 * MINUTE))
    after_it = submitted(proposal, "in-time-again", at(CLOSING + 3 * MINUTE))
    late_again = submitted(proposal, "too-late-again", at(CLOSING + 2 * HOUR + SECOND))
    told = [(one.accepted, one.edition.number) for one in (before_it, waited, after_it, late_again) if one.edition]
    assert told == [(False, 1), (False, 1), (True, 2), (False, 2)]
    assert waited.document["claims"]["closing"] == CLOSING.isoformat()
    assert after_it.document["claims"]["closing"] == (CLOSING + 2 * HOUR).isoformat()


def test_a_clock_that_was_set_back_brings_no_old_deadline_back(proposal: Proposal) -> None:
    extended(CLOSING + 2 * HOUR, at=CLOSING - 30 * MINUTE)
    submitted(proposal, "first-attempt", at(CLOSING + HOUR))
    receipt = submitted(proposal, "second-attempt", before(hours=2))
    assert receipt.accepted
    assert receipt.edition is not None and receipt.edition.number == 2
    assert receipts.standing_of(proposal).receipt == receipt  # type: ignore[union-attr]


# --- zones -------------------------------------------------------------------------------------------------------

IN_ZONE = """
import time
from datetime import timedelta

import django

django.setup()
from django.test.runner import DiscoverRunner

runner = DiscoverRunner(verbosity=0, interactive=False)
kept = runner.setup_databases()
from tests.stages.submission.sealing_cast import CLOSING, at, ready, submitted
proposal = ready("giulia", "jonas", "mila")
for name, apart in (("before", -1), ("then", 0), ("after", 1)):
    made = submitted(proposal, f"attempt-{name}", at(CLOSING + timedelta(seconds=apart)))
    claims = made.document["claims"]
    print(time.tzname[0], name, made.outcome, claims["received_at"], claims["closing"])
runner.teardown_databases(kept)
"""


@pytest.mark.parametrize("zone", ["Europe/Brussels", "UTC", "Pacific/Kiritimati"])
def test_the_zone_of_the_host_changes_nothing(zone: str) -> None:
    told = subprocess.run(
        [sys.executable, "-c", IN_ZONE],
        env={**os.environ, "TZ": zone, "DJANGO_SETTINGS_MODULE": "tests.settings", "HANSE_DATA": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert told.returncode == 0, told.stderr
    lines = [line.split(" ", 1) for line in told.stdout.splitlines()]
    assert [line[1] for line in lines] == [
        "before accepted 2020-12-02T15:59:59+00:00 2020-12-02T16:00:00+00:00",
        "then accepted 2020-12-02T16:00:00+00:00 2020-12-02T16:00:00+00:00",
        "after refused 2020-12-02T16:00:01+00:00 2020-12-02T16:00:00+00:00",
    ]
