"""At least one member with a property."""

import pytest
from tests.cast import consortium, context, dossier, kind, kind_faults, of_members, organisation

from hanse.core.consortium import Consortium, Role
from hanse.core.eligibility.findings import Verdict

MET, NOT_MET, UNDECIDED = Verdict.MET, Verdict.NOT_MET, Verdict.UNDECIDED

WITH = organisation("IT", properties={"defence_related": True})
WITHOUT = organisation("DE", properties={"defence_related": False})
SILENT = organisation("RS")


@pytest.mark.parametrize(
    ("members", "verdict", "reason", "repair"),
    [
        pytest.param(of_members(WITHOUT, WITH), MET, "defence related: Lanterna Marine Cluster.", "", id="one has it"),
        pytest.param(of_members(WITHOUT), NOT_MET, "Only 0 of the 1 members needed that are defence related.",
            "Add a member that is defence related.", id="nobody has it"),
        pytest.param(of_members(WITHOUT, SILENT), UNDECIDED,
            "0 of the 1 members needed that are defence related; not stated for Sava Software Network.", "",
            id="of one it is not stated"),
        pytest.param(of_members(WITH, SILENT), MET, "defence related: Lanterna Marine Cluster.", "",
            id="one has it, of another it is not stated"),
        pytest.param(of_members(WITHOUT, WITH, role=Role.AFFILIATED_ENTITY), NOT_MET,
            "Only 0 of the 1 members needed that are defence related.", "Add a member that is defence related.",
            id="an affiliated entity that has it does not count"),
        pytest.param(Consortium(()), NOT_MET, "Only 0 of the 1 members needed that are defence related.",
            "Add a member that is defence related.", id="an empty consortium"),
        pytest.param(consortium(*["DE"] * 200), UNDECIDED,
            "0 of the 1 members needed that are defence related; not stated for Salzspeicher Food Network, "
            + ", ".join(f"Salzspeicher Food Network {n}" for n in range(2, 9)) + " and 192 more.", "",
            id="two hundred members of whom it is not stated"),
    ],
)  # fmt: skip
def test_one_member_is_defence_related(members: Consortium, verdict: Verdict, reason: str, repair: str) -> None:
    rule = kind("some_member_has_property", property="defence_related")
    outcome = rule.check(dossier(consortium=members), context())
    assert (outcome.verdict, outcome.reason, outcome.repair) == (verdict, reason, repair)


def test_more_than_one_can_be_asked() -> None:
    rule = kind("some_member_has_property", property="defence_related", minimum=3)
    outcome = rule.check(dossier(consortium=of_members(WITH, WITHOUT)), context())
    assert (outcome.verdict, outcome.repair) == (NOT_MET, "Add 2 members that are defence related.")


def test_the_property_must_be_named() -> None:
    assert kind_faults("some_member_has_property", property="") == ["property: is empty; expected text"]
