"""A receipt in words: outcome, instant in two zones, distance from the deadline; and parts that cannot be told."""

from typing import Any

import pytest

from hanse.core.submission.telling import against_deadline, faults_in_parts, grouped, instant_in_words, story_of

CLAIMS: dict[str, Any] = {
    "act": "submission",
    "outcome": "accepted",
    "proposal": "clean-seas",
    "title": "Clean seas",
    "call": {"reference": "TEST-2020", "edition": "1.0", "number": 2, "digest": "ab" * 32},
    "strand": "A",
    "received_at": "2020-12-02T15:58:03+00:00",
    "sealed_at": "2020-12-02T15:58:04+00:00",
    "closing": "2020-12-02T17:00:00+01:00",
    "reasons": [],
    "remarks": ["Advice is not followed."],
    "mandates": [
        {"organisation": "lanterna", "name": "Lanterna", "role": "coordinator", "given_on": "2020-11-20"},
        {"organisation": "sava", "name": "Sava", "role": "member", "given_on": None},
    ],
    "coordinator": {"organisation": "lanterna", "name": "Lanterna"},
    "code": {"version": "1.0", "core": "cd" * 32},
    "admits": None,
}


def claims(**changed: Any) -> dict[str, Any]:
    return {**CLAIMS, **changed}


def test_a_submission_is_told_with_its_instant_and_how_long_before_the_deadline() -> None:
    story = story_of(CLAIMS)
    assert (story.headline, story.good) == ("Received", True)
    assert story.happened == (
        "The application “Clean seas” (clean-seas) of Lanterna and 1 other for strand A of TEST-2020 was received on "
        "2 December 2020 at 16:58:03 Brussels time (15:58:03 UTC), 1 minute and 57 seconds before the deadline."
    )
    assert story.means.startswith("It is submitted.")


@pytest.mark.parametrize(
    ("act", "outcome", "headline", "happened", "means"),
    [
        ("submission", "refused", "Not submitted", "An attempt to submit the application", "it submitted nothing"),
        ("withdrawal", "accepted", "Withdrawn", "The withdrawal of the application", "takes no part in the call"),
        ("withdrawal", "refused", "Not withdrawn", "An attempt to withdraw the application", "changed nothing"),
        ("admission", "accepted", "Admitted after the closing", "admit the late attempt clean-seas/1, ", "counts"),
        ("admission", "refused", "Not admitted", "not to admit the late attempt clean-seas/1, ", "does not count"),
    ],
)
def test_every_act_and_outcome_is_told_as_what_it_is(
    act: str, outcome: str, headline: str, happened: str, means: str
) -> None:
    story = story_of(claims(act=act, outcome=outcome, admits="clean-seas/1"))
    assert story.headline == headline
    assert story.good == (outcome == "accepted")
    assert happened in story.happened
    assert means in story.means


def test_an_admission_is_not_held_against_a_deadline_that_has_passed() -> None:
    late = claims(act="admission", admits="clean-seas/1", received_at="2020-12-09T09:00:00+00:00")
    assert "deadline" not in story_of(late).happened


def test_what_is_not_there_is_left_out() -> None:
    story = story_of(claims(coordinator=None, mandates=[], strand="", closing=None))
    assert story.happened == (
        "The application “Clean seas” (clean-seas) for TEST-2020 was received on 2 December 2020 at 16:58:03 Brussels "
        "time (15:58:03 UTC)."
    )
    assert " and " not in story_of(claims(mandates=CLAIMS["mandates"][:1])).happened.partition(" was ")[0]
    assert "and 2 others" in story_of(claims(mandates=[*CLAIMS["mandates"], {"organisation": "x"}])).happened


def test_a_title_is_never_read_as_a_pattern() -> None:
    assert "“{admits} {0}”" in story_of(claims(title="{admits} {0}")).happened


@pytest.mark.parametrize(
    ("received", "told"),
    [
        ("2020-12-02T16:00:00+00:00", "exactly at the deadline"),
        ("2020-12-02T15:59:59+00:00", "1 second before the deadline"),
        ("2020-12-02T16:00:01.5+00:00", "1.5 seconds after the deadline"),
        ("2020-12-02T15:59:59.999999+00:00", "0.000001 seconds before the deadline"),
        ("2020-12-02T15:59:00+00:00", "1 minute before the deadline"),
        ("2020-12-01T13:58:58+00:00", "1 day, 2 hours, 1 minute and 2 seconds before the deadline"),
        ("2020-12-04T16:00:00+00:00", "2 days after the deadline"),
    ],
)
def test_the_distance_from_the_deadline(received: str, told: str) -> None:
    assert against_deadline(claims(received_at=received)) == told


def test_instants_name_the_day_of_utc_where_it_is_another_and_thousandths_where_there_are_any() -> None:
    assert instant_in_words("2020-12-02T00:30:00.123999+01:00") == (
        "2 December 2020 at 00:30:00.123 Brussels time (1 December 2020, 23:30:00.123 UTC)"
    )
    assert instant_in_words("2020-07-02T12:00:00+00:00") == "2 July 2020 at 14:00:00 Brussels time (12:00:00 UTC)"


def test_digests_are_grouped() -> None:
    assert grouped("0123456789abcdef01") == "01234567 89abcdef 01"


def test_whole_parts_have_no_faults() -> None:
    assert faults_in_parts(CLAIMS) == ()
    assert faults_in_parts(claims(coordinator=None, closing=None)) == ()


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"call": {**CLAIMS["call"], "number": "2"}}, "claims.call.number is missing, or is not what stands there"),
        ({"code": {"version": "1.0"}}, "claims.code.core is missing, or is not what stands there"),
        ({"coordinator": {"organisation": "x", "name": None}}, "claims.coordinator.name is missing, or is not what"),
        ({"reasons": ["late"]}, "claims.reasons, row 1: is no table"),
        ({"reasons": [{"about": "window"}]}, "claims.reasons, row 1.text is missing"),
        ({"remarks": ["Good.", 7]}, "claims.remarks, row 2: is no text"),
        ({"mandates": [{**CLAIMS["mandates"][0], "given_on": "soon"}]}, "row 1.given_on: 'soon' is no day"),
        ({"received_at": "0001-01-01T00:00:00+14:00"}, "claims.received_at: '0001-01-01T00:00:00+14:00' is not of"),
    ],
)
def test_a_part_that_cannot_be_told_is_named(changed: dict[str, Any], fault: str) -> None:
    (told,) = faults_in_parts(claims(**changed))
    assert fault in told


def test_what_the_outline_tells_is_passed_over() -> None:
    assert faults_in_parts({}) == ()
    assert faults_in_parts({"reasons": "late", "received_at": "soon", "closing": 7, "call": []}) == ()
