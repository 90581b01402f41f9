"""A question that an officer decides is passed on and never answered."""

from tests.cast import context, dossier, kind, kind_faults

from hanse.core.eligibility.findings import Verdict


def test_the_question_is_passed_on() -> None:
    outcome = kind("officer_decides", question="Is it about defence?").check(dossier(), context())
    assert (outcome.verdict, outcome.reason) == (Verdict.UNDECIDED, "An officer decides: Is it about defence?")


def test_there_must_be_a_question() -> None:
    assert kind_faults("officer_decides") == ["question: is missing"]
