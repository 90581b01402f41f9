"""Every member established in a country of a group."""

import pytest
from tests.cast import call, consortium, context, dossier, kind, kind_faults, nobody, of_members, organisation

from hanse.core.consortium import Consortium, Role
from hanse.core.eligibility.findings import Verdict
from hanse.core.values.unknown import NOT_STATED

MET, NOT_MET, UNDECIDED = Verdict.MET, Verdict.NOT_MET, Verdict.UNDECIDED
ALL_IN_UNION = kind("every_member_in_group", groups=["EU"])


@pytest.mark.parametrize(
    ("members", "verdict", "reason"),
    [
        pytest.param(consortium("IT", "DE"), MET, "All 2 members are established in the EU.", id="all in the Union"),
        pytest.param(consortium("IT", "DE", "RS"), NOT_MET, "Not established in the EU: Sava Software Network.",
            id="one from Serbia"),
        pytest.param(consortium("IT", "DE", "RS", role=Role.ASSOCIATED_PARTNER), MET,
            "All 1 members are established in the EU.", id="associated partners may stand elsewhere"),
        pytest.param(of_members(organisation("IT"), nobody("blank")), UNDECIDED,
            "Not known whether established in the EU: blank.", id="one whose country is not stated"),
        pytest.param(of_members(organisation("RS"), nobody("blank")), NOT_MET,
            "Not established in the EU: Sava Software Network.", id="one outside weighs more than one not known"),
        pytest.param(Consortium(()), MET, "All 0 members are established in the EU.",
            id="an empty consortium has nobody outside"),
        pytest.param(consortium(*["IT", "DE"] * 100), MET, "All 200 members are established in the EU.",
            id="two hundred members"),
    ],
)  # fmt: skip
def test_all_members_stand_in_the_union(members: Consortium, verdict: Verdict, reason: str) -> None:
    outcome = ALL_IN_UNION.check(dossier(consortium=members), context())
    assert (outcome.verdict, outcome.reason) == (verdict, reason)


def test_those_outside_are_told_what_to_do() -> None:
    assert ALL_IN_UNION.check(dossier("IT", "RS"), context()).repair == (
        "Let Sava Software Network take part in another role, or without a share of the grant, or leave."
    )


def test_a_country_in_doubt_leaves_the_rule_undecided() -> None:
    rule = kind("every_member_in_group", groups=["COSME"])
    assert rule.check(dossier("IT", "BA"), context()).verdict is UNDECIDED


def test_a_treatment_that_differs_by_strand_decides_by_the_strand_of_the_proposal() -> None:
    british = {"country": "GB", "group": "EU", "counts": True, "reason": "Withdrawal Agreement", "strands": ["A"]}
    here = context(call(countries={"treatment": [british]}))
    verdicts = [ALL_IN_UNION.check(dossier("IT", "GB", strand=strand), here).verdict for strand in ("A", "B")]
    unstated = ALL_IN_UNION.check(dossier("IT", "GB", strand=NOT_STATED), here).verdict
    assert (verdicts, unstated) == ([MET, NOT_MET], UNDECIDED)


def test_groups_must_be_given() -> None:
    assert kind_faults("every_member_in_group") == ["groups: is missing"]
