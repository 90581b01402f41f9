"""Which of several attempts counts: the last accepted, unless it was taken back; an admission stands where it arrived."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanse.core.submission.counting import Act, ActKind, what_counts
from hanse.core.submission.documents import ACTS

SUBMISSION, WITHDRAWAL, ADMISSION = ActKind


def submitted(number: int) -> Act:
    return Act(number, SUBMISSION, accepted=True)


def refused(number: int, kind: ActKind = SUBMISSION) -> Act:
    return Act(number, kind, accepted=False)


def withdrawn(number: int) -> Act:
    return Act(number, WITHDRAWAL, accepted=True)


def admitted(number: int, attempt: int) -> Act:
    return Act(number, ADMISSION, accepted=True, admits=attempt)


@pytest.mark.parametrize(
    ("acts", "counts", "sealed", "reason"),
    [
        pytest.param([], None, None, "Nothing counts: nothing was attempted.", id="nothing"),
        pytest.param([refused(1)], None, None, "Nothing counts: every attempt was refused.", id="refused"),
        pytest.param([submitted(1)], 1, 1, "Receipt 1 counts: it is the last that was accepted.", id="submitted"),
        pytest.param([submitted(1), submitted(2)], 2, 2, "Receipt 2 counts: it is the last that was accepted.", id="again"),
        pytest.param([submitted(1), refused(2)], 1, 1, "Receipt 1 counts: it is the last that was accepted.", id="late"),
        pytest.param([submitted(1), withdrawn(2)], None, None, "Nothing counts: receipt 2 withdrew it.", id="withdrawn"),
        pytest.param([submitted(1), refused(2, WITHDRAWAL)], 1, 1, "Receipt 1 counts: it is the last that was accepted.", id="withdrawn too late"),
        pytest.param([submitted(1), withdrawn(2), submitted(3)], 3, 3, "Receipt 3 counts: it is the last that was accepted.", id="restored"),
        pytest.param([refused(1), admitted(2, 1)], 2, 1, "The attempt of receipt 1 counts: receipt 2 admits it.", id="admitted"),
        pytest.param([submitted(1), refused(2), admitted(3, 2)], 3, 2, "The attempt of receipt 2 counts: receipt 3 admits it.", id="a late update admitted"),
        pytest.param([submitted(1), withdrawn(2), refused(3), admitted(4, 3)], 4, 3, "The attempt of receipt 3 counts: receipt 4 admits it.", id="admitted after a withdrawal"),
        pytest.param([refused(1), submitted(2), admitted(3, 1)], 2, 2, "Receipt 2 counts: it is the last that was accepted.", id="overtaken"),
        pytest.param([submitted(1), refused(2), withdrawn(3), admitted(4, 2)], None, None, "Nothing counts: receipt 3 withdrew it.", id="withdrawn since"),
        pytest.param([refused(1), admitted(2, 1), submitted(3)], 3, 3, "Receipt 3 counts: it is the last that was accepted.", id="submitted after an admission"),
        pytest.param([refused(1), admitted(2, 1), withdrawn(3)], None, None, "Nothing counts: receipt 3 withdrew it.", id="admitted, then withdrawn"),
        pytest.param([refused(1), refused(2), admitted(3, 2), admitted(4, 1)], 3, 2, "The attempt of receipt 2 counts: receipt 3 admits it.", id="two admitted: the later attempt"),
        pytest.param([refused(1), Act(2, ADMISSION, accepted=False, admits=1)], None, None, "Nothing counts: every attempt was refused.", id="not admitted"),
    ],
)  # fmt: skip
def test_what_counts(acts: list[Act], counts: int | None, sealed: int | None, reason: str) -> None:
    found = what_counts(acts)
    assert (found.act and found.act.number, found.sealed and found.sealed.number) == (counts, sealed)
    assert found.reason == reason


@pytest.mark.parametrize(
    ("acts", "fault"),
    [
        ([submitted(1), refused(1)], "two acts have the number 1"),
        ([admitted(2, 1)], "receipt 2 admits 1, which is no refused attempt before it"),
        ([submitted(1), admitted(2, 1)], "receipt 2 admits 1, which is no refused attempt before it"),
        ([refused(1, WITHDRAWAL), admitted(2, 1)], "receipt 2 admits 1, which is no refused attempt before it"),
        ([admitted(1, 2), refused(2)], "receipt 1 admits 2, which is no refused attempt before it"),
        ([Act(1, ADMISSION, accepted=True)], "receipt 1 admits 0, which is no refused attempt before it"),
    ],
)
def test_acts_that_no_record_holds_are_an_error(acts: list[Act], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        what_counts(acts)


def test_the_kinds_are_those_of_a_receipt() -> None:
    assert tuple(kind.value for kind in ActKind) == ACTS


@st.composite
def histories(draw: st.DrawFn) -> list[Act]:
    """Any history that a record could hold, in its order."""
    acts: list[Act] = []
    for number in range(1, draw(st.integers(0, 12)) + 1):
        kind, accepted = draw(st.sampled_from(ActKind)), draw(st.booleans())
        attempts = [act.number for act in acts if act.kind is SUBMISSION and not act.accepted]
        if kind is ADMISSION and not attempts:
            kind = SUBMISSION
        admits = draw(st.sampled_from(attempts)) if kind is ADMISSION else 0
        acts.append(Act(number, kind, accepted, admits))
    return acts


@given(histories(), st.randoms(use_true_random=False))
def test_only_the_numbers_are_an_order(acts: list[Act], chance: Random) -> None:
    mixed = list(acts)
    chance.shuffle(mixed)
    assert what_counts(mixed) == what_counts(acts)


@given(histories())
def test_what_is_refused_changes_nothing(acts: list[Act]) -> None:
    admitted_attempts = {act.admits for act in acts if act.accepted}
    without = [act for act in acts if act.accepted or act.number in admitted_attempts]
    left, whole = what_counts(without), what_counts(acts)
    assert (left.act, left.sealed) == (whole.act, whole.sealed)


@given(histories())
def test_what_counts_stands_and_its_package_was_submitted(acts: list[Act]) -> None:
    found = what_counts(acts)
    assert (found.act is None) == (found.sealed is None)
    if found.act is not None and found.sealed is not None:
        assert found.act in acts and found.act.accepted and found.act.kind is not WITHDRAWAL
        assert found.sealed in acts and found.sealed.kind is SUBMISSION
        assert found.sealed.number == (found.act.admits or found.act.number)


@given(histories())
def test_submitting_again_counts_and_a_withdrawal_takes_it_away(acts: list[Act]) -> None:
    number = len(acts) + 1
    assert what_counts([*acts, submitted(number)]).act == submitted(number)
    assert what_counts([*acts, withdrawn(number)]).act is None
    assert what_counts([*acts, withdrawn(number), submitted(number + 1)]).act == submitted(number + 1)
    assert what_counts([*acts, refused(number)]).act == what_counts(acts).act


@given(histories())
def test_an_admission_counts_unless_the_applicant_has_acted_since(acts: list[Act]) -> None:
    for attempt in acts:
        if attempt.kind is SUBMISSION and not attempt.accepted:
            since = [act for act in acts if act.accepted and (act.admits or act.number) > attempt.number]
            found = what_counts([*acts, admitted(len(acts) + 1, attempt.number)])
            assert (found.sealed == attempt) == (not since)
