"""The door of a call: what refuses a submission, what only remarks, and the deadline to the second."""

import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cast import CLOSING, call, rule_table

from hanse.core.call import Call
from hanse.core.submission import (
    Accepted,
    Observation,
    Reason,
    Refused,
    decide_submission,
    decide_withdrawal,
    may_withdraw,
)

SECOND = timedelta(seconds=1)
DIGEST = "d" * 64
BRUSSELS = "Europe/Brussels"

RULES = (
    rule_table(id="door", parameters={"minimum": 3}, gate="submission"),
    rule_table(id="advice", parameters={"minimum": 3}, gate="submission", force="advised"),
    rule_table(id="eligible", parameters={"minimum": 3}),
    rule_table(id="complete", parameters={"minimum": 3}, gate="admissibility"),
)


def with_window(**window: Any) -> Call:
    """The small call with another window."""
    return call(*RULES, window={"zone": BRUSSELS, **window})


def decide(of: Call | None = None, at: datetime = CLOSING - SECOND, **changed: Any) -> Accepted | Refused:
    """A decision on the proposal `blue` for strand A, one second before the deadline unless told otherwise."""
    told: dict[str, Any] = {"strand": "A", "proposal": "blue", "content_digest": DIGEST, **changed}
    strand = told.pop("strand")
    return decide_submission(of or call(*RULES), strand, at, **told)


def reasons(decision: Accepted | Refused) -> Mapping[str, str]:
    """The reasons of a refusal by what they are about."""
    assert isinstance(decision, Refused)
    return {reason.about: reason.text for reason in decision.reasons}


def test_a_complete_proposal_in_time_is_accepted_and_receipted() -> None:
    decision = decide(at=datetime(2020, 12, 2, 16, 59, 59, tzinfo=ZoneInfo(BRUSSELS)))
    assert isinstance(decision, Accepted)
    receipt = decision.receipt
    assert (receipt.call, receipt.edition, receipt.strand, receipt.proposal) == ("TEST-2020", "1.0", "A", "blue")
    assert receipt.content_digest == DIGEST
    assert receipt.received_at == CLOSING - SECOND
    assert receipt.received_at.tzinfo is UTC
    assert receipt.remarks == ()


@pytest.mark.parametrize(
    ("apart", "counts", "accepted"),
    [
        pytest.param(-SECOND, None, True, id="one second before"),
        pytest.param(timedelta(0), None, True, id="the closing instant where the call is silent"),
        pytest.param(timedelta(0), True, True, id="the closing instant where the call counts it"),
        pytest.param(timedelta(0), False, False, id="the closing instant where the call does not count it"),
        pytest.param(timedelta(microseconds=1), None, False, id="a millionth of a second after"),
        pytest.param(SECOND, None, False, id="one second after"),
        pytest.param(SECOND, True, False, id="one second after where the closing instant counts"),
    ],
)
def test_the_2020_deadline_to_the_second(apart: timedelta, counts: bool | None, accepted: bool) -> None:
    said = {} if counts is None else {"closing_instant_counts": counts}
    decision = decide(with_window(closes_on=date(2020, 12, 2), closes_at=time(17), **said), CLOSING + apart)
    assert isinstance(decision, Accepted) is accepted


@pytest.mark.parametrize(
    ("day", "utc_hour"),
    [
        pytest.param(date(2019, 3, 30), 16, id="the day before the clocks go forward"),
        pytest.param(date(2019, 3, 31), 15, id="the day the clocks go forward"),
        pytest.param(date(2019, 10, 26), 15, id="the day before the clocks go back"),
        pytest.param(date(2019, 10, 27), 16, id="the day the clocks go back"),
    ],
)
@pytest.mark.parametrize(("apart", "accepted"), [(-SECOND, True), (timedelta(0), True), (SECOND, False)])
def test_a_local_deadline_holds_across_both_clock_changes(
    day: date, utc_hour: int, apart: timedelta, accepted: bool
) -> None:
    closing = datetime(day.year, day.month, day.day, utc_hour, tzinfo=UTC)
    decision = decide(with_window(closes_on=day, closes_at=time(17)), closing + apart)
    assert isinstance(decision, Accepted) is accepted


CHANGES = {
    "an ordinary day": (date(2020, 12, 2), time(17), datetime(2020, 12, 2, 16, tzinfo=UTC)),
    "the afternoon after the clocks went forward": (date(2021, 3, 28), time(17), datetime(2021, 3, 28, 15, tzinfo=UTC)),
    "the first hour after the clocks went forward": (date(2021, 3, 28), time(3), datetime(2021, 3, 28, 1, tzinfo=UTC)),
    "the afternoon after the clocks went back": (date(2021, 10, 31), time(17), datetime(2021, 10, 31, 16, tzinfo=UTC)),
    "the hour that comes twice, the first time": (date(2021, 10, 31), time(2, 30), datetime(2021, 10, 31, 0, 30, tzinfo=UTC)),
}  # fmt: skip
"""Local deadlines in Brussels, and the instants that they are."""


@pytest.mark.parametrize("silent_or_said", [None, True, False, {"unknown": "whether it counts"}])
@pytest.mark.parametrize(
    ("apart", "in_time"),
    [(-SECOND, True), (timedelta(microseconds=-1), True), (timedelta(0), None), (timedelta(microseconds=1), False), (SECOND, False)],
)  # fmt: skip
@pytest.mark.parametrize("when", CHANGES)
def test_every_deadline_holds_to_the_millionth_of_a_second(
    when: str, apart: timedelta, in_time: bool | None, silent_or_said: Any
) -> None:
    day, hour, closing = CHANGES[when]
    said = {} if silent_or_said is None else {"closing_instant_counts": silent_or_said}
    decision = decide(with_window(closes_on=day, closes_at=hour, **said), closing + apart)
    assert isinstance(decision, Accepted) is (silent_or_said is not False if in_time is None else in_time)
    assumed = apart == timedelta(0) and not isinstance(silent_or_said, bool)
    assert ("it is assumed to be" in " ".join(decision.receipt.remarks)) is assumed
    assert decision.receipt.received_at == closing + apart


@pytest.mark.parametrize("zone", [BRUSSELS, "UTC", "Pacific/Kiritimati"])
def test_the_zone_of_the_host_changes_no_deadline(zone: str) -> None:
    """In a process of its own, as a host in that zone would start one."""
    chosen = ["deadline", "clock_changes"]
    asked = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", __file__]
    ran = subprocess.run(
        [*asked, "-k", f"({' or '.join(chosen)}) and not host"],
        env={**os.environ, "TZ": zone},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert " passed" in ran.stdout


def test_where_the_call_is_silent_the_receipt_says_that_the_closing_instant_was_assumed_to_count() -> None:
    at_closing = decide(at=CLOSING)
    assert isinstance(at_closing, Accepted)
    [remark] = at_closing.receipt.remarks
    assert remark == (
        "Received exactly at the deadline on 2 December 2020 at 17:00:00 CET. The call does not say whether this "
        "instant is in time; it is assumed to be."
    )
    told = decide(with_window(closes_on=date(2020, 12, 2), closes_at=time(17), closing_instant_counts=True), CLOSING)
    assert told.receipt.remarks == ()


@pytest.mark.parametrize(
    ("apart", "said"),
    [
        (timedelta(microseconds=1500), "at 17:00:00.0015 CET, less than a second after the deadline"),
        (SECOND, "at 17:00:01 CET, 1 second after the deadline"),
        (
            timedelta(days=2, hours=1, minutes=2, seconds=3),
            "on 4 December 2020 at 18:02:03 CET, 2 days, 1 hour, 2 minutes, 3 seconds after the deadline",
        ),
    ],
)
def test_a_late_submission_is_told_how_late(apart: timedelta, said: str) -> None:
    text = reasons(decide(at=CLOSING + apart))["window"]
    assert said in text
    assert text.endswith("the deadline on 2 December 2020 at 17:00:00 CET.")


def test_the_closing_instant_is_told_apart_from_being_late() -> None:
    shut = with_window(closes_on=date(2020, 12, 2), closes_at=time(17), closing_instant_counts=False)
    assert reasons(decide(shut, CLOSING))["window"] == (
        "Received on 2 December 2020 at 17:00:00 CET, at the deadline on 2 December 2020 at 17:00:00 CET, and the call "
        "says that the closing instant itself is too late."
    )


def test_before_the_call_opens_nothing_is_taken() -> None:
    at = datetime(2020, 9, 29, 21, 59, 59, tzinfo=UTC)
    assert reasons(decide(at=at)) == {
        "window": "Received on 29 September 2020 at 23:59:59 CEST; the call opens on 30 September 2020."
    }
    assert isinstance(decide(at=at + SECOND), Accepted)


@pytest.mark.parametrize(
    ("day", "accepted"),
    [(date(2017, 5, 22), True), (date(2017, 5, 23), None), (date(2017, 5, 24), False)],
)
def test_a_deadline_without_an_hour_decides_every_day_but_its_own(day: date, accepted: bool | None) -> None:
    hourless = with_window(closes_on=date(2017, 5, 23), closes_at={"unknown": "the hour; the pages give the day only"})
    decision = decide(hourless, datetime(day.year, day.month, day.day, 10, tzinfo=UTC))
    assert isinstance(decision, Accepted) is bool(accepted)
    if accepted is None:
        assert reasons(decision)["window"] == (
            "Received on 23 May 2017 at 12:00:00 CEST, on the closing day 23 May 2017, whose hour the call does not "
            "state (the hour; the pages give the day only); it cannot be said whether this is in time. An officer "
            "decides; the instant of arrival is kept."
        )
    elif not accepted:
        assert reasons(decision)["window"] == (
            "Received on 24 May 2017 at 12:00:00 CEST; the call closed on 23 May 2017 (hour not stated)."
        )


def test_a_call_without_a_closing_day_says_that_time_cannot_be_judged() -> None:
    assert reasons(decide(with_window())) == {
        "window": "The call does not state its closing day, so it cannot be said whether this is in time."
    }


def test_a_refusal_lists_every_reason_and_keeps_every_remark() -> None:
    decision = decide(
        at=CLOSING + SECOND,
        strand="Z",
        missing_parts=["budget table", "mandate of the Sava Software Network"],
        observations=[Observation("door", "Two members, three are needed."), Observation("eligible", "Two countries.")],
    )
    assert isinstance(decision, Refused)
    assert [reason.about for reason in decision.reasons] == ["window", "strand", "parts", "door"]
    assert decision.reasons[1:] == (
        Reason("strand", "The call has no strand 'Z'; it has A, B."),
        Reason("parts", "2 parts are missing: budget table; mandate of the Sava Software Network."),
        Reason("door", "Two members, three are needed."),
    )
    assert len(decision.receipt.remarks) == 1
    assert decision.receipt.received_at == CLOSING + SECOND
    assert decision.receipt.content_digest == DIGEST


def test_one_missing_part_and_no_strand_read_well() -> None:
    told = reasons(decide(strand="", missing_parts=["budget table"]))
    assert told == {"strand": "No strand is named; it has A, B.", "parts": "1 part is missing: budget table."}


@pytest.mark.parametrize(
    ("observation", "remark"),
    [
        (
            Observation("eligible", "Two countries."),
            "Rule eligible does not seem to be met, which does not stop a submission: Two countries.",
        ),
        (
            Observation("complete", "No annex."),
            "Rule complete does not seem to be met, which does not stop a submission: No annex.",
        ),
        (Observation("advice", "Six targets."), "Advice advice is not followed: Six targets."),
        (
            Observation("door", "The country is unknown.", undecided=True),
            "Rule door could not be decided: The country is unknown.",
        ),
    ],
)
def test_only_a_required_rule_of_the_submission_gate_that_is_broken_blocks(
    observation: Observation, remark: str
) -> None:
    decision = decide(observations=[observation])
    assert isinstance(decision, Accepted)
    assert decision.receipt.remarks == (remark,)
    assert reasons(decide(observations=[Observation("door", "Two members.")])) == {"door": "Two members."}


def test_what_an_officer_decides_never_refuses_at_the_door() -> None:
    of = call(rule_table(id="judged", parameters={"minimum": 3}, gate="submission", decider="officer"))
    decision = decide(of, observations=[Observation("judged", "Two members.")])
    assert isinstance(decision, Accepted)
    assert decision.receipt.remarks == (
        "Rule judged does not seem to be met, which does not stop a submission: Two members.",
    )


def test_a_part_that_an_officer_judges_later_is_a_remark() -> None:
    decision = decide(parts_for_later=["“Map” is missing: Lanterna adds it."])
    assert isinstance(decision, Accepted)
    assert decision.receipt.remarks == (
        "“Map” is missing: Lanterna adds it. This does not stop a submission; an officer judges it later.",
    )


def withdraw(at: datetime = CLOSING - SECOND, of: Call | None = None, **changed: Any) -> Accepted | Refused:
    """A decision on the withdrawal of `blue`, which counts, one second before the deadline unless told otherwise."""
    told: dict[str, Any] = {"proposal": "blue", "content_digest": DIGEST, "reason": "A partner left.", "stands": True}
    return decide_withdrawal(of or call(*RULES), "A", at, **{**told, **changed})


def test_a_withdrawal_stands_until_the_closing() -> None:
    decision = withdraw()
    assert isinstance(decision, Accepted)
    receipt = decision.receipt
    assert (receipt.proposal, receipt.content_digest, receipt.received_at) == ("blue", DIGEST, CLOSING - SECOND)
    assert receipt.remarks == ()
    (assumed,) = withdraw(CLOSING).receipt.remarks
    assert "Received exactly at the deadline" in assumed


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"reason": " \n"}, {"reason": "A withdrawal needs a reason."}),
        ({"stands": False}, {"standing": "No submission counts now, so there is nothing to withdraw."}),
        (
            {"at": CLOSING + SECOND},
            {
                "window": "Received on 2 December 2020 at 17:00:01 CET, 1 second after the deadline on 2 December 2020 at "
                "17:00:00 CET."
            },
        ),
        (
            {"at": datetime(2020, 9, 1, tzinfo=UTC)},
            {"window": "Received on 1 September 2020 at 02:00:00 CEST; the call opens on 30 September 2020."},
        ),
    ],
)
def test_a_withdrawal_needs_a_reason_something_that_counts_and_an_open_call(
    changed: dict[str, Any], said: dict[str, str]
) -> None:
    assert reasons(withdraw(**changed)) == said


def test_a_withdrawal_is_refused_for_every_reason_at_once() -> None:
    assert list(reasons(withdraw(CLOSING + SECOND, reason="", stands=False))) == ["window", "standing", "reason"]


@given(st.integers(-3, 3), st.booleans(), st.sampled_from([None, True, False]))
def test_a_withdrawal_is_offered_exactly_where_it_would_stand(seconds: int, stands: bool, counts: bool | None) -> None:
    said = {} if counts is None else {"closing_instant_counts": counts}
    of = with_window(closes_on=date(2020, 12, 2), closes_at=time(17), **said)
    at = CLOSING + seconds * SECOND
    assert may_withdraw(of, at, stands=stands) == isinstance(withdraw(at, of, stands=stands), Accepted)


def test_what_cannot_be_judged_at_all_is_an_error_of_the_caller() -> None:
    with pytest.raises(ValueError, match="an instant needs a zone"):
        decide(at=datetime(2020, 12, 2, 16))  # noqa: DTZ001 - the naive time is what is tested
    with pytest.raises(ValueError, match="an instant needs a zone"):
        withdraw(datetime(2020, 12, 2, 16))  # noqa: DTZ001 - the naive time is what is tested
    with pytest.raises(ValueError, match="an instant needs a zone"):
        may_withdraw(call(), datetime(2020, 12, 2, 16), stands=True)  # noqa: DTZ001 - the same
    with pytest.raises(ValueError, match="the call TEST-2020 has no rule 'nothing'"):
        decide(observations=[Observation("nothing", "?")])


@given(st.integers(-400_000, 400_000), st.sampled_from(["UTC", "Asia/Kolkata", "America/Los_Angeles", BRUSSELS]))
def test_the_zone_in_which_an_instant_is_written_never_matters(seconds: int, zone: str) -> None:
    at = CLOSING + timedelta(seconds=seconds)
    decision = decide(at=at.astimezone(ZoneInfo(zone)))
    assert decision == decide(at=at)
    assert isinstance(decision, Accepted) is (seconds <= 0)
