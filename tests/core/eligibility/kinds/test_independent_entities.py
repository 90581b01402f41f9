"""At least so many legal entities that are independent of each other."""

import pytest
from tests.cast import consortium, context, dossier, kind, kind_faults, of_members, organisation

from hanse.core.consortium import Consortium, Role
from hanse.core.eligibility.findings import Verdict
from hanse.core.values.unknown import NOT_STATED

MET, NOT_MET, UNDECIDED = Verdict.MET, Verdict.NOT_MET, Verdict.UNDECIDED
NEEDED = "3 legal entities independent of each other are needed"

DEPENDENT = organisation("RS", properties={"independent": False})
SILENT = organisation("RS", properties={})


@pytest.mark.parametrize(
    ("members", "verdict", "reason", "repair"),
    [
        pytest.param(consortium("IT", "DE", "RS"), MET, f"{NEEDED}; 3 are stated to be.", "", id="three independent ones"),
        pytest.param(of_members(organisation("IT"), organisation("DE"), DEPENDENT), NOT_MET,
            f"{NEEDED}; there are only 2.", "Add an independent member.", id="one is controlled by another"),
        pytest.param(of_members(organisation("IT"), organisation("DE"), SILENT), UNDECIDED,
            f"{NEEDED}; 2 are stated to be, not stated for Sava Software Network.", "", id="of one it is not stated"),
        pytest.param(consortium("IT", "IT", "DE", legal_entity=NOT_STATED), UNDECIDED,
            f"{NEEDED}; 2 are stated to be, two of them might be the same legal entity.", "", id="two might be one body"),
        pytest.param(consortium("IT"), NOT_MET, f"{NEEDED}; there are only 1.", "Add 2 independent members.", id="one"),
        pytest.param(Consortium(()), NOT_MET, f"{NEEDED}; there are only 0.", "Add 3 independent members.",
            id="an empty consortium"),
        pytest.param(consortium("IT", "DE", "RS", role=Role.AFFILIATED_ENTITY), NOT_MET, f"{NEEDED}; there are only 1.",
            "Add 2 independent members.", id="affiliated entities do not count"),
        pytest.param(consortium(*["IT", "DE"] * 100), MET, f"{NEEDED}; 200 are stated to be.", "",
            id="two hundred members"),
    ],
)  # fmt: skip
def test_three_independent_entities_are_needed(members: Consortium, verdict: Verdict, reason: str, repair: str) -> None:
    outcome = kind("independent_entities", minimum=3).check(dossier(consortium=members), context())
    assert (outcome.verdict, outcome.reason, outcome.repair) == (verdict, reason, repair)


def test_the_minimum_must_be_a_count() -> None:
    assert kind_faults("independent_entities", minimum="three") == [
        "minimum: is 'three'; expected a whole number of zero or more"
    ]
