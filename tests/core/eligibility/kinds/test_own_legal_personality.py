"""Every member is a legal entity of its own."""

import pytest
from tests.cast import consortium, context, dossier, kind, kind_faults, nobody, of_members, organisation

from hanse.core.consortium import Consortium, Role
from hanse.core.eligibility.findings import Verdict

MET, NOT_MET, UNDECIDED = Verdict.MET, Verdict.NOT_MET, Verdict.UNDECIDED

UNIT = organisation("DE", own_legal_personality=False)


@pytest.mark.parametrize(
    ("members", "verdict", "reason", "repair"),
    [
        pytest.param(consortium("IT", "DE"), MET, "All 2 members have a legal personality of their own.", "",
            id="all are legal entities"),
        pytest.param(of_members(organisation("IT"), UNIT), NOT_MET,
            "Without a legal personality of their own: Salzspeicher Food Network.",
            "Let the legal entity behind Salzspeicher Food Network take part instead.", id="one is a unit of another body"),
        pytest.param(of_members(organisation("IT"), UNIT, role=Role.ASSOCIATED_PARTNER), MET,
            "All 1 members have a legal personality of their own.", "", id="an associated partner may be a unit"),
        pytest.param(of_members(organisation("IT"), nobody("blank")), UNDECIDED,
            "Not stated whether they have a legal personality of their own: blank.", "", id="of one it is not stated"),
        pytest.param(Consortium(()), MET, "All 0 members have a legal personality of their own.", "",
            id="an empty consortium has nobody without"),
        pytest.param(consortium(*["IT"] * 200), MET, "All 200 members have a legal personality of their own.", "",
            id="two hundred members"),
    ],
)  # fmt: skip
def test_every_applicant_is_a_legal_entity(members: Consortium, verdict: Verdict, reason: str, repair: str) -> None:
    outcome = kind("own_legal_personality").check(dossier(consortium=members), context())
    assert (outcome.verdict, outcome.reason, outcome.repair) == (verdict, reason, repair)


def test_a_parameter_it_does_not_know_is_refused() -> None:
    assert kind_faults("own_legal_personality", minimum=1) == ["minimum: is not a key here; expected one of: roles"]
